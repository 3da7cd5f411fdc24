import type { z } from 'zod';
import type { LedgerEntry, ledgerFilterSchema, ledgerListInputSchema } from '@strongroom/protocol';
import type { Database } from '#platform/database';
import { notFound } from './errors.ts';
import type { EntryKeys, LedgerKeys } from './ledger-keys.ts';
import { openEntry } from './open-entry.ts';
import { findEntries, selectSpan, type Wanted, wholeLog } from './search-store.ts';
import { selectEntry } from './store.ts';
import { termsWanted } from './terms.ts';

/** As the boundary parsed it. */
export type LedgerFilter = z.output<typeof ledgerFilterSchema>;
export type LedgerListInput = z.output<typeof ledgerListInputSchema>;
/** `next`: what to give as `before` for the following page; null at the end. */
export type LedgerPage = { readonly entries: LedgerEntry[]; readonly next: number | null };

/** Newest first. Pages join by position, so entries that come meanwhile neither shift nor repeat what follows. */
export async function listEntries(
  database: Database,
  keys: LedgerKeys,
  workspaceId: string,
  { before, limit, ...filter }: LedgerListInput,
): Promise<LedgerPage> {
  const entryKeys = await keys.forWorkspace(workspaceId);
  const wanted = wantedBy(entryKeys, filter);
  const rows = await database.withWorkspace(workspaceId, async (within) => {
    // Where only `from` is given the newest entry is in it, and a page is full long before the walk leaves it.
    const span = wanted.to !== null ? await selectSpan(within, workspaceId, wanted) : wholeLog;
    if (span === null) return [];
    return findEntries(within, workspaceId, wanted, {
      after: span.after,
      before: Math.min(span.before, before ?? span.before),
      order: 'newest first',
      rowsMax: limit + 1,
    });
  });
  const shown = rows.slice(0, limit);
  const entries: LedgerEntry[] = [];
  for (const row of shown) entries.push(await openEntry(entryKeys, row));
  return { entries, next: rows.length > limit ? (shown.at(-1)?.position ?? null) : null };
}

/** `id` is a UUID. Throws `ledger/not_found` (404) for one that is not there or of another workspace. */
export async function showEntry(
  database: Database,
  keys: LedgerKeys,
  workspaceId: string,
  id: string,
): Promise<LedgerEntry> {
  const row = await database.withWorkspace(workspaceId, (within) => selectEntry(within, workspaceId, id));
  if (row === null) throw notFound();
  return openEntry(await keys.forWorkspace(workspaceId), row);
}

export function wantedBy(keys: EntryKeys, filter: LedgerFilter): Wanted {
  const terms = termsWanted(filter).map((text) => keys.term(text));
  return {
    action: filter.action ?? null,
    outcome: filter.outcome ?? null,
    from: filter.from ?? null,
    to: filter.to ?? null,
    terms: terms.length === 0 ? null : terms,
  };
}
