import type { KeyObject } from 'node:crypto';
import { parseCheckpoint, type Checkpoint } from '../checkpoint.ts';
import { cosign } from '../cosignature.ts';
import { LogError } from '../errors.ts';
import { isSignedBy, type Note, parseNote, printSignature } from '../signed-note.ts';
import { hashSizeBytes } from '../tree-hash.ts';
import type { VerifierKey } from '../verifier-key.ts';
import { equal, verifyConsistency } from '../verify-consistency.ts';
import type { WitnessState } from './witness-state.ts';

export type WitnessAnswer = { readonly status: number; readonly type: string; readonly body: string };

export type Witness = {
  /** `body` of `POST /add-checkpoint`, attacker-controlled. Answers as C2SP tlog-witness says; throws only when the state can't be kept. */
  addCheckpoint(body: string): Promise<WitnessAnswer>;
};

type Request = { readonly oldSize: number; readonly proof: readonly Buffer[]; readonly note: Note };

const proofLengthMax = 63;
const textType = 'text/plain; charset=utf-8';

/**
 * Signs the checkpoints of `logs`, each only when it contains the last one it signed.
 * INVARIANT: what it signs is durable in `state` before the signature leaves, so that it never signs two histories.
 */
export function createWitness({
  name,
  privateKey,
  logs,
  state,
  now,
}: {
  name: string;
  privateKey: KeyObject;
  logs: readonly VerifierKey[];
  state: WitnessState;
  now: () => Date;
}): Witness {
  const keys = new Map(logs.map((key) => [key.name, key]));
  let turn: Promise<unknown> = Promise.resolve();

  const add = async (body: string): Promise<WitnessAnswer> => {
    const request = parseRequest(body);
    if (request === null) return plain(400, 'the request is not readable');
    const { note } = request;
    const checkpoint = parseCheckpoint(note);
    const key = keys.get(checkpoint.origin);
    if (key === undefined) return plain(404, 'this witness does not know that log');
    if (!isSignedBy(note, key)) return plain(403, 'the checkpoint is not signed by the log');
    const before = await state.read(checkpoint.origin);
    const refusal = judge(request, checkpoint, before);
    if (refusal !== null) return refusal;
    const { origin, size, root } = checkpoint;
    await state.write(origin, { size, root, turn: before === null ? 0 : before.turn + 1 });
    return { status: 200, type: textType, body: printSignature(cosign(note.text, name, privateKey, now())) };
  };

  return {
    // One at a time: between reading what was signed last and writing what is signed now, nothing may come.
    addCheckpoint: (body) => {
      const answer = turn.then(() => add(body)).catch(refuseUnreadable);
      turn = answer.catch(() => {});
      return answer;
    },
  };
}

/** null when the checkpoint contains what was signed before. */
function judge(
  { oldSize, proof }: Request,
  { size, root }: Checkpoint,
  before: { size: number; root: Uint8Array } | null,
): WitnessAnswer | null {
  const known = before?.size ?? 0;
  if (oldSize > size) return plain(400, 'the old size is larger than the checkpoint');
  const conflict = { status: 409, type: 'text/x.tlog.size', body: `${known}\n` };
  if (oldSize !== known) return conflict;
  if (before !== null && size === known && !equal(root, before.root)) return conflict;
  if (before === null || oldSize === 0) return proof.length === 0 ? null : plain(422, 'nothing needs no proof');
  return verifyConsistency(oldSize, size, before.root, root, proof)
    ? null
    : plain(422, 'the proof does not show that the log only grew');
}

/** `old SIZE`, proof lines in base64, an empty line, the checkpoint. */
function parseRequest(body: string): Request | null {
  const end = body.indexOf('\n\n');
  if (end < 0) return null;
  const [first = '', ...lines] = body.slice(0, end).split('\n');
  const [, oldSize] = /^old (0|[1-9][0-9]{0,15})$/.exec(first) ?? [];
  const proof = lines.map((line) => Buffer.from(line, 'base64'));
  const readable = proof.every((hash, at) => hash.length === hashSizeBytes && hash.toString('base64') === lines[at]);
  if (oldSize === undefined || !Number.isSafeInteger(Number(oldSize)) || proof.length > proofLengthMax || !readable)
    return null;
  return { oldSize: Number(oldSize), proof, note: parseNote(body.slice(end + 2)) };
}

function refuseUnreadable(error: unknown): WitnessAnswer {
  if (error instanceof LogError && error.code !== 'merkle-log/bad_state') return plain(400, error.message);
  throw error;
}

function plain(status: number, message: string): WitnessAnswer {
  return { status, type: textType, body: `${message}\n` };
}
