import {
  type CosignAnswer,
  compactRange,
  parseNote,
  printCosignRequest,
  printVerifierKey,
  proveConsistency,
  readCosignAnswer,
  verifyConsistency,
  type VerifierKey,
} from '@strongroom/merkle-log';
import type { Database, Tables, Transaction } from '#platform/database';
import { newestCosignedBy } from './add-cosignatures.ts';
import { historyDisputed, integrityLost } from './errors.ts';
import { openOwn } from './sequence-entries.ts';
import { readEdge, readNodes, selectNewestCheckpoint } from './tree-store.ts';
import { insertCosignature } from './witness-store.ts';

/** Somebody who cosigns our checkpoints, and the way to ask them. */
export type Witness = {
  readonly key: VerifierKey;
  /** One `POST …/add-checkpoint`. Any status is an answer; `body` is an attacker's. */
  send(body: string): Promise<{ readonly status: number; readonly body: Uint8Array }>;
};

type Log = { readonly database: Database; readonly workspaceId: string; readonly key: VerifierKey };
type Offer = { readonly oldSize: number; readonly size: number; readonly note: string; readonly proof: Uint8Array[] };

/** Where several servers share the log, it may have grown between two questions, but not again and again. */
const turnsMax = 4;

/**
 * Has the witness sign the newest checkpoint, and keeps what it answers. Resolves to null when it has, else to why not, for people.
 * `anyway`: also when we hold its signature already, since it may have seen more than our database remembers.
 * Throws `ledger/integrity_lost` when the witness holds another history, or our own tree is not the one that was signed.
 */
export async function askWitness(log: Log, witness: Witness, anyway: boolean): Promise<string | null> {
  const within = <T>(work: (transaction: Transaction<Tables>) => Promise<T>): Promise<T> =>
    log.database.withWorkspace(log.workspaceId, work);
  const signed = await within((transaction) => newestCosignedBy(transaction, log.key, witness.key));
  let known = signed?.size ?? 0;
  for (let turn = 0; turn < turnsMax; turn += 1) {
    const oldSize = known;
    const offer = await within((transaction) => makeOffer(transaction, log.key, oldSize));
    if (offer === null || (turn === 0 && !anyway && offer.oldSize === offer.size)) return null;
    const reply = await witness.send(printCosignRequest(offer.oldSize, offer.proof, offer.note));
    const answer = readCosignAnswer(reply, parseNote(offer.note), witness.key);
    if (answer.kind === 'cosigned') {
      const cosignature = { key: printVerifierKey(witness.key), size: offer.size, line: answer.line, at: answer.at };
      await within((transaction) => insertCosignature(transaction, log.workspaceId, cosignature));
      return null;
    }
    // Another server of this database may have signed more by now, and the witness with it.
    const size = answer.kind === 'conflict' ? await within((transaction) => newestSize(transaction, log.key)) : 0;
    const next = judge(witness.key.name, offer, answer, size);
    if (typeof next === 'string') return next;
    known = next;
  }
  return 'what it holds changes each time it is asked';
}

/** The size to go on from, or why that can't be. `newest`: the size of our newest checkpoint, read after the answer came. */
function judge(
  name: string,
  offer: Offer,
  answer: Exclude<CosignAnswer, { kind: 'cosigned' }>,
  newest: number,
): number | string {
  if (answer.kind === 'refused') return answer.reason;
  if (answer.kind === 'unproven') {
    if (offer.oldSize === 0) return 'it wants a proof that the log grew from nothing';
    // Our proof holds: so its root of that size is not ours.
    throw historyDisputed(name, `the first ${offer.oldSize} entries were others`);
  }
  if (answer.size > newest)
    throw historyDisputed(name, `it has seen ${answer.size} entries, where there are now ${newest}`);
  if (answer.size !== offer.oldSize) return answer.size;
  if (offer.oldSize === offer.size) throw historyDisputed(name, `the first ${offer.size} entries were others`);
  return 'its answers contradict each other';
}

/** null before the first checkpoint. INVARIANT: the proof holds, so that a witness who refuses it holds another history. */
async function makeOffer(within: Transaction<Tables>, key: VerifierKey, known: number): Promise<Offer | null> {
  const note = await selectNewestCheckpoint(within);
  if (note === null) return null;
  const { size, root } = openOwn(note, key);
  const oldSize = Math.min(known, size);
  const [edge, proof] = await readProof(within, oldSize, size);
  const oldRoot = compactRange(oldSize, edge).root();
  if (oldSize > 0 && !verifyConsistency(oldSize, size, oldRoot, root, proof))
    throw integrityLost('its tree is not the one that was signed');
  return { oldSize, size, note, proof };
}

async function readProof(
  within: Transaction<Tables>,
  oldSize: number,
  size: number,
): Promise<[readonly Uint8Array[], Buffer[]]> {
  try {
    return [await readEdge(within, oldSize), await proveConsistency(readNodes(within), oldSize, size)];
  } catch (error) {
    throw error instanceof RangeError ? integrityLost('a part of its tree is missing') : error;
  }
}

async function newestSize(within: Transaction<Tables>, key: VerifierKey): Promise<number> {
  const note = await selectNewestCheckpoint(within);
  return note === null ? 0 : openOwn(note, key).size;
}
