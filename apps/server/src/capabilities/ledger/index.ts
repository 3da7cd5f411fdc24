import type { AuditWriter } from '#contracts';
import type { Clock } from '#platform/clock';
import type { Database } from '#platform/database';
import type { EntryProof } from '@strongroom/merkle-log';
import type { LedgerEntry, LedgerStatus } from '@strongroom/protocol';
import { appendEntry } from './append-entry.ts';
import type { Witness } from './ask-witness.ts';
import { exportEntries } from './export-entries.ts';
import type { LedgerKeys } from './ledger-keys.ts';
import { proveEntry } from './prove-entry.ts';
import { getEntry, listEntries, type LedgerFilter, type LedgerPage } from './read-entries.ts';
import { readStatus } from './read-status.ts';
import { createSequencer, type SequencerLog } from './sequence-entries.ts';
import { createWitnessing, type WitnessingLog } from './witness-checkpoints.ts';

export type Ledger = AuditWriter & {
  list(workspaceId: string, filter: LedgerFilter): Promise<LedgerPage>;
  get(workspaceId: string, entryId: string): Promise<LedgerEntry>;
  /** That an entry is in the log, for whoever holds the log's public key. Throws `ledger/not_found` (404). */
  prove(workspaceId: string, entryId: string): Promise<EntryProof>;
  /** The verifiable export, one line at a time, in memory that doesn't grow with it. */
  export(workspaceId: string): AsyncGenerator<string, void, undefined>;
  /** How far it is signed and witnessed, and whether it stands. */
  status(workspaceId: string): Promise<LedgerStatus>;
  /** Puts what is committed into the tree and signs it, now rather than within a second. Throws `ledger/integrity_lost` (503). */
  sequence(workspaceId: string): Promise<void>;
  /** The same soon, and again until it could be done: for what a crash left outside the tree. */
  sequenceSoon(workspaceId: string): void;
  /** Throws `ledger/integrity_lost` (503) once the log was found changed from outside; nothing can be audited then. */
  requireSound(workspaceId: string): void;
  close(): Promise<void>;
};

/** Whom to ask for cosignatures, and where it is told that one of them does not sign. */
export type Witnesses = { readonly witnesses: readonly Witness[]; readonly log: WitnessingLog };

export function createLedger({
  database,
  keys,
  clock,
  log,
  witnessing: { witnesses, log: witnessingLog } = { witnesses: [], log: { warn: () => {} } },
}: {
  database: Database;
  keys: LedgerKeys;
  clock: Clock;
  log: SequencerLog;
  witnessing?: Witnesses;
}): Ledger {
  const signed = (workspaceId: string): void => witnessing.soon(workspaceId);
  const sequencer = createSequencer({ database, keys, clock, log, signed });
  const witnessing = createWitnessing({ database, keys, clock, sequencer, witnesses, log: witnessingLog });
  return {
    append: appendEntry({ database, keys, clock }, { requireSound: sequencer.requireSound, appended: sequencer.soon }),
    list: (workspaceId, filter) => listEntries(database, keys, workspaceId, filter),
    get: (workspaceId, entryId) => getEntry(database, keys, workspaceId, entryId),
    prove: (workspaceId, entryId) => proveEntry(database, keys, sequencer, workspaceId, entryId),
    export: (workspaceId) => exportEntries(database, keys, sequencer, workspaceId),
    status: (workspaceId) => readStatus(database, keys, { sequencer, witnessing }, workspaceId),
    sequence: sequencer.sequence,
    sequenceSoon: sequencer.soon,
    requireSound: sequencer.requireSound,
    close: async () => {
      await sequencer.close();
      await witnessing.close();
    },
  };
}

export { ledgerRoutes } from './routes.ts';
export { migrations } from './migrations.ts';
export { holdings } from './holdings.ts';
export type { Witness } from './ask-witness.ts';
export type { EntryKeys, LedgerKeys, SealedEntry } from './ledger-keys.ts';
export type { LedgerFilter, LedgerPage } from './read-entries.ts';
