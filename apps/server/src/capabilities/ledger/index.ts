import type { Asker } from '#contracts';
import type { Clock } from '#platform/clock';
import type { Database } from '#platform/database';
import type { EntryProof } from '@strongroom/merkle-log';
import type { LedgerEntry, LedgerStatus } from '@strongroom/protocol';
import { type EntryWriter, entryWriter } from './append-entry.ts';
import type { Witness } from './ask-witness.ts';
import { certifyErasure, type ErasureRecord } from './certify-erasure.ts';
import { exportEntries } from './export-entries.ts';
import { exportPlain } from './export-plain.ts';
import type { LedgerKeys } from './ledger-keys.ts';
import { proveEntry } from './prove-entry.ts';
import { showEntry, listEntries, type LedgerFilter, type LedgerListInput, type LedgerPage } from './read-entries.ts';
import { readStatus } from './read-status.ts';
import { createSubjects } from './subjects.ts';
import { createSequencer, type SequencerLog } from './sequence-entries.ts';
import { createTails, type TailOptions } from './tail-entries.ts';
import { createWitnessing, type WitnessingLog } from './witness-checkpoints.ts';

export type Ledger = EntryWriter & {
  list(workspaceId: string, input: LedgerListInput): Promise<LedgerPage>;
  show(workspaceId: string, entryId: string): Promise<LedgerEntry>;
  /** That an entry is in the log, for whoever holds the log's public key. Throws `ledger/not_found` (404). */
  prove(workspaceId: string, entryId: string): Promise<EntryProof>;
  /** The verifiable export, one line at a time, in memory that doesn't grow with it. */
  export(workspaceId: string): AsyncGenerator<string, void, undefined>;
  /** What a filter finds as lines of JSON, the oldest first, in such memory too. */
  exportPlain(workspaceId: string, filter: LedgerFilter): AsyncGenerator<string, void, undefined>;
  /**
   * Entries as they come, as text of an event stream; `finish` must be called when nobody reads it any more.
   * Throws `ledger/too_many_tails` (429), `ledger/not_reached` (409).
   */
  tail(asker: Asker, options: TailOptions): Promise<{ chunks: AsyncGenerator<string>; finish: () => void }>;
  /** How far it is signed and witnessed, and whether it stands. */
  status(workspaceId: string): Promise<LedgerStatus>;
  /** Puts what is committed into the tree and signs it, now rather than within a second. Throws `ledger/integrity_lost` (503). */
  sequence(workspaceId: string): Promise<void>;
  /** The same soon, and again until it could be done: for what a crash left outside the tree. */
  sequenceSoon(workspaceId: string): void;
  /** Throws `ledger/integrity_lost` (503) once the log was found changed from outside; nothing can be audited then. */
  requireSound(workspaceId: string): void;
  /** A certificate of deletion, every entry with its proof. */
  certifyErasure(workspaceId: string, record: ErasureRecord): Promise<string>;
  /** Objects of the vault whose keys open the entries about whoever has these e-mail addresses. */
  subjectsNamed(workspaceId: string, names: readonly string[]): Promise<string[]>;
  /** Before those keys are destroyed: an entry about these people from here on has another. */
  detachSubjects(workspaceId: string, ids: readonly string[]): Promise<void>;
  /** After those keys were destroyed: their entries can't be searched for either. */
  forgetSubjects(workspaceId: string, ids: readonly string[]): Promise<void>;
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
  const subjects = createSubjects(database);
  const signed = (workspaceId: string): void => witnessing.soon(workspaceId);
  const sequencer = createSequencer({ database, keys, clock, log, signed });
  const witnessing = createWitnessing({ database, keys, clock, sequencer, witnesses, log: witnessingLog });
  const appended = (workspaceId: string): void => {
    sequencer.soon(workspaceId);
    tails.appended(workspaceId);
  };
  const writer = entryWriter({ database, keys, clock, subjects }, { requireSound: sequencer.requireSound, appended });
  const tails = createTails({ database, keys }, writer.append);
  return {
    ...writer,
    subjectsNamed: async (workspaceId, names) =>
      subjects.idsOf(workspaceId, await keys.forWorkspace(workspaceId), names),
    detachSubjects: async (workspaceId, ids) => subjects.detach(workspaceId, await keys.forWorkspace(workspaceId), ids),
    forgetSubjects: async (workspaceId, ids) => subjects.forget(workspaceId, await keys.forWorkspace(workspaceId), ids),
    certifyErasure: (workspaceId, record) => certifyErasure(database, keys, sequencer, workspaceId, record),
    list: async (workspaceId, input) => {
      await writer.settled(workspaceId);
      return listEntries(database, keys, workspaceId, input);
    },
    show: async (workspaceId, entryId) => {
      await writer.settled(workspaceId);
      return showEntry(database, keys, workspaceId, entryId);
    },
    prove: (workspaceId, entryId) => proveEntry(database, keys, sequencer, workspaceId, entryId),
    export: async function* (workspaceId) {
      await writer.settled(workspaceId);
      yield* exportEntries(database, keys, sequencer, workspaceId);
    },
    exportPlain: async function* (workspaceId, filter) {
      await writer.settled(workspaceId);
      yield* exportPlain(database, keys, workspaceId, filter);
    },
    tail: tails.open,
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

export { ledgerHolder } from './data-holder.ts';
export { ledgerRoutes } from './routes.ts';
export { migrations } from './migrations.ts';
export { holdings } from './holdings.ts';
export type { PreparedEntries } from './append-entry.ts';
export type { Witness } from './ask-witness.ts';
export type { EntryKeys, LedgerKeys, SealedEntry } from './ledger-keys.ts';
export type { LedgerFilter, LedgerListInput, LedgerPage } from './read-entries.ts';
