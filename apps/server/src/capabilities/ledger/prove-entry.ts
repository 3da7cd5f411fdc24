import {
  type EntryProof,
  entryProofFormat,
  openCheckpoint,
  printVerifierKey,
  proveInclusion,
  type VerifierKey,
} from '@strongroom/merkle-log';
import type { Database, Tables, Transaction } from '#platform/database';
import { newestCosigned } from './add-cosignatures.ts';
import { integrityLost, notFound, pending } from './errors.ts';
import { exportEntry } from './export-entries.ts';
import type { LedgerKeys } from './ledger-keys.ts';
import { logKey, originOf, type Sequencer } from './sequence-entries.ts';
import { selectEntry } from './store.ts';
import { readNodesAtOnce, selectLeafHashes, selectNewestCheckpoint, type StoredCheckpoint } from './tree-store.ts';

/**
 * Throws `ledger/not_found` (404) for an entry that is not there or of another workspace, `ledger/integrity_lost` (503), `ledger/pending` (503).
 * A pending entry is sequenced first.
 */
export async function proveEntry(
  database: Database,
  keys: LedgerKeys,
  sequencer: Sequencer,
  workspaceId: string,
  id: string,
): Promise<EntryProof> {
  const find = () => database.withWorkspace(workspaceId, (within) => selectEntry(within, workspaceId, id));
  if ((await find()) === null) throw notFound();
  await sequencer.sequence(workspaceId);
  const entryKeys = await keys.forWorkspace(workspaceId);
  const key = logKey(workspaceId, entryKeys);
  const { row, size, note, leafHash } = await database.withWorkspace(workspaceId, async (within) => {
    const row = await selectEntry(within, workspaceId, id);
    const note = await selectNewestCheckpoint(within);
    if (row === null || note === null) throw notFound();
    const newest = { size: openCheckpoint(note, key).size, note };
    if (row.position > newest.size) throw pending(row.position);
    const shown = await mostWitnessed(within, key, row.position, newest);
    const [leafHash] = await selectLeafHashes(within, row.position - 1, row.position);
    if (leafHash == null) throw integrityLost('a part of its tree is missing');
    return { row, size: shown.size, note: shown.note, leafHash };
  });
  const proof = await provePath(database, workspaceId, row.position, size);
  return {
    format: entryProofFormat,
    origin: originOf(workspaceId),
    key: printVerifierKey(key),
    checkpoint: note,
    proof: proof.map((hash) => hash.toString('base64')),
    entry: await exportEntry(entryKeys, row, leafHash),
  };
}

/** A checkpoint that covers the entry: of those that most witnesses signed the newest, else the newest of all. */
export async function mostWitnessed(
  within: Transaction<Tables>,
  key: VerifierKey,
  position: number,
  newest: StoredCheckpoint,
): Promise<StoredCheckpoint> {
  const covering = (await newestCosigned(within, key, newest.size)).filter(({ size }) => size >= position);
  const [best] = covering.toSorted((one, other) => other.witnesses - one.witnesses || other.size - one.size);
  return best ?? newest;
}

/** From an entry's leaf to the root of the tree of `size`. Throws `ledger/integrity_lost` when a part of it is missing. */
export async function provePath(
  database: Database,
  workspaceId: string,
  position: number,
  size: number,
): Promise<Buffer[]> {
  return proveInclusion(readNodesAtOnce(database, workspaceId), position - 1, size).catch((error: unknown) => {
    throw error instanceof RangeError ? integrityLost('a part of its tree is missing') : error;
  });
}
