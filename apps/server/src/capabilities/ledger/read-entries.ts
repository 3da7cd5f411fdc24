import type { z } from 'zod';
import { type LedgerEntry, ledgerEntrySchema, type ledgerListInputSchema } from '@strongroom/protocol';
import type { Database } from '#platform/database';
import { altered, notFound } from './errors.ts';
import { openContent } from './sealed-content.ts';
import type { EntryKeys, LedgerKeys } from './ledger-keys.ts';
import { selectEntries, selectEntry, type StoredEntry } from './store.ts';
import { termsWanted } from './terms.ts';

/** As the boundary parsed it. */
export type LedgerFilter = z.output<typeof ledgerListInputSchema>;
/** `next`: what to give as `before` for the following page; null at the end. */
export type LedgerPage = { readonly entries: LedgerEntry[]; readonly next: number | null };

const actionPattern = /^[a-z][a-z-]*(\.[a-z_]+)?$/;

/** Newest first. `action`: a whole one (`sources.added`) or a noun (`sources`). `resource`: also all below it. `actor`: id or name. */
export async function listEntries(
  database: Database,
  keys: LedgerKeys,
  workspaceId: string,
  filter: LedgerFilter,
): Promise<LedgerPage> {
  // No action looks like this, and PostgreSQL would refuse some of it (NUL) as text.
  if (filter.action !== undefined && !actionPattern.test(filter.action)) return { entries: [], next: null };
  const { limit } = filter;
  const entryKeys = await keys.forWorkspace(workspaceId);
  const wanted = termsWanted(filter);
  const query = {
    before: filter.before ?? null,
    action: filter.action ?? null,
    outcome: filter.outcome ?? null,
    wanted: wanted.length === 0 ? null : wanted.map((text) => entryKeys.term(text)),
    rowsMax: limit + 1,
  };
  const rows = await database.withWorkspace(workspaceId, (transaction) =>
    selectEntries(transaction, workspaceId, query),
  );
  const shown = rows.slice(0, limit);
  const entries: LedgerEntry[] = [];
  for (const row of shown) entries.push(await openEntry(entryKeys, row));
  return { entries, next: rows.length > limit ? (shown.at(-1)?.position ?? null) : null };
}

/** `id` is a UUID. Throws `ledger/not_found` (404) for one that is not there or of another workspace. */
export async function getEntry(
  database: Database,
  keys: LedgerKeys,
  workspaceId: string,
  id: string,
): Promise<LedgerEntry> {
  const row = await database.withWorkspace(workspaceId, (transaction) => selectEntry(transaction, workspaceId, id));
  if (row === null) throw notFound();
  return openEntry(await keys.forWorkspace(workspaceId), row);
}

/** INVARIANT: what the database shows in clear is believed only when it equals what was sealed. */
async function openEntry(keys: EntryKeys, row: StoredEntry): Promise<LedgerEntry> {
  const { content } = openContent(await keys.open(row.id, row));
  const entry = ledgerEntrySchema.parse({ ...content, id: row.id, position: row.position });
  if (entry.at !== row.at || entry.action !== row.action || entry.outcome !== row.outcome) throw altered(row.position);
  return entry;
}
