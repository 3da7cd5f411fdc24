import type { Database } from '#platform/database';
import type { LedgerKeys } from './ledger-keys.ts';
import { openEntry } from './open-entry.ts';
import { type LedgerFilter, wantedBy } from './read-entries.ts';
import { findEntries, selectHead, selectSpan, type Span } from './search-store.ts';

const groupSize = 500;

/**
 * The entries that a filter finds, as people see them, one line of JSON each and the oldest first: all that was committed
 * before it began. Yields the lines of one group of entries at a time, which is all that is held.
 */
export async function* exportPlain(
  database: Database,
  keys: LedgerKeys,
  workspaceId: string,
  filter: LedgerFilter,
): AsyncGenerator<string, void, undefined> {
  const wanted = wantedBy(await keys.forWorkspace(workspaceId), filter);
  const span = await database.withWorkspace(workspaceId, async (within): Promise<Span | null> => {
    const before = (await selectHead(within, workspaceId)) + 1;
    if (wanted.from === null && wanted.to === null) return { after: 0, before };
    const found = await selectSpan(within, workspaceId, wanted);
    return found === null ? null : { after: found.after, before: Math.min(found.before, before) };
  });
  if (span === null) return;
  let { after } = span;
  for (;;) {
    const group = { ...span, after, order: 'oldest first', rowsMax: groupSize } as const;
    const rows = await database.withWorkspace(workspaceId, (within) => findEntries(within, workspaceId, wanted, group));
    const entryKeys = await keys.forWorkspace(workspaceId);
    let lines = '';
    for (const row of rows) lines += `${JSON.stringify(await openEntry(entryKeys, row))}\n`;
    if (lines !== '') yield lines;
    const last = rows.at(-1);
    if (last === undefined || rows.length < groupSize) return;
    after = last.position;
  }
}
