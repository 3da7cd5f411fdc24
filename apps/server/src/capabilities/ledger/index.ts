import type { AuditWriter } from '#contracts';
import type { Clock } from '#platform/clock';
import type { Database } from '#platform/database';
import type { LedgerEntry } from '@strongroom/protocol';
import { appendEntry } from './append-entry.ts';
import type { LedgerKeys } from './ledger-keys.ts';
import { getEntry, listEntries, type LedgerFilter, type LedgerPage } from './read-entries.ts';

export type Ledger = AuditWriter & {
  list(workspaceId: string, filter: LedgerFilter): Promise<LedgerPage>;
  get(workspaceId: string, entryId: string): Promise<LedgerEntry>;
};

export function createLedger({
  database,
  keys,
  clock,
}: {
  database: Database;
  keys: LedgerKeys;
  clock: Clock;
}): Ledger {
  return {
    append: appendEntry(database, keys, clock),
    list: (workspaceId, filter) => listEntries(database, keys, workspaceId, filter),
    get: (workspaceId, entryId) => getEntry(database, keys, workspaceId, entryId),
  };
}

export { ledgerRoutes } from './routes.ts';
export { migrations } from './migrations.ts';
export { holdings } from './holdings.ts';
export type { EntryKeys, LedgerKeys, SealedEntry } from './ledger-keys.ts';
export type { LedgerFilter, LedgerPage } from './read-entries.ts';
