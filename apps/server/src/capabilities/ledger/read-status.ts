import { openCheckpoint, printVerifierKey, type VerifierKey } from '@strongroom/merkle-log';
import { type LedgerStatus, ProblemError } from '@strongroom/protocol';
import type { Database, Tables, Transaction } from '#platform/database';
import { newestCosignedBy } from './add-cosignatures.ts';
import type { Witness } from './ask-witness.ts';
import type { LedgerKeys } from './ledger-keys.ts';
import { logKey, type Sequencer } from './sequence-entries.ts';
import type { Witnessing } from './witness-checkpoints.ts';
import { selectExtent, selectFirstAfter } from './witness-store.ts';

/** How far the log is signed and witnessed, and whether it stands. Throws `vault/key_unavailable` (503). */
export async function readStatus(
  database: Database,
  keys: LedgerKeys,
  { sequencer, witnessing }: { sequencer: Pick<Sequencer, 'requireSound'>; witnessing: Witnessing },
  workspaceId: string,
): Promise<LedgerStatus> {
  const key = logKey(workspaceId, await keys.forWorkspace(workspaceId));
  return database.withWorkspace(workspaceId, async (within) => {
    const { entries, newest } = await selectExtent(within, workspaceId);
    const size = newest === null ? null : sizeOf(newest.note, key);
    const witnesses: LedgerStatus['witnesses'] = [];
    for (const witness of witnessing.witnesses)
      witnesses.push({ ...(await witnessedBy(within, key, witness)), problem: problemOf(witness) });
    return {
      entries,
      checkpoint: newest === null || size === null ? null : { size, at: newest.signedAt.toISOString() },
      key: printVerifierKey(key),
      problem: stopped(sequencer, workspaceId),
      witnesses,
    };
  });

  function problemOf(witness: Witness): { message: string; at: string } | null {
    const problem = witnessing.problemOf(workspaceId, witness);
    return problem === null ? null : { message: problem.message, at: problem.at.toISOString() };
  }
}

async function witnessedBy(
  within: Transaction<Tables>,
  log: VerifierKey,
  { key }: Witness,
): Promise<Omit<LedgerStatus['witnesses'][number], 'problem'>> {
  const newest = await newestCosignedBy(within, log, key);
  const waitingSince = await selectFirstAfter(within, newest?.size ?? 0);
  return {
    name: key.name,
    key: printVerifierKey(key),
    size: newest?.size ?? null,
    at: newest?.at.toISOString() ?? null,
    waitingSince: waitingSince?.toISOString() ?? null,
  };
}

/** Why nothing is audited any more, null while all is well. */
function stopped(sequencer: Pick<Sequencer, 'requireSound'>, workspaceId: string): string | null {
  try {
    sequencer.requireSound(workspaceId);
    return null;
  } catch (error) {
    if (error instanceof ProblemError) return error.message;
    throw error;
  }
}

/** null for a note that is not ours, which the sequencer says. */
function sizeOf(note: string, key: VerifierKey): number | null {
  try {
    return openCheckpoint(note, key).size;
  } catch {
    return null;
  }
}
