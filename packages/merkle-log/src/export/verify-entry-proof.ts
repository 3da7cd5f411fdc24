import type { Checkpoint } from '../checkpoint.ts';
import { LogError } from '../errors.ts';
import { checkWitnesses } from './check-witnesses.ts';
import { compareHeld, openOrTell } from './compare-held.ts';
import { equal } from '../verify-consistency.ts';
import { verifyInclusion } from '../verify-inclusion.ts';
import { parseVerifierKey, printVerifierKey, type VerifierKey } from '../verifier-key.ts';
import { type ExportEntry, isHashInBase64, isName, isObject, isText, parseEntry } from './export-lines.ts';
import { leafOf } from './leaf-of-entry.ts';
import { printsAs } from './prints-as.ts';
import { witnessedAt, type WitnessedBy } from './witnessed-by.ts';

export const entryProofFormat = 'strongroom-entry-proof/v1';

/** An entry and the way from it to a signed checkpoint, docs/formats/audit-log.md. */
export type EntryProof = {
  readonly format: typeof entryProofFormat;
  readonly origin: string;
  /** The log's public key as `name+id+base64`. Believed only when it is the one that whoever verifies knows. */
  readonly key: string;
  readonly checkpoint: string;
  /** Hashes in base64, from the leaf up. */
  readonly proof: readonly string[];
  readonly entry: ExportEntry;
};

export type EntryProofReport = {
  readonly ok: boolean;
  readonly problems: readonly string[];
  readonly origin: string;
  /** The public key it was checked with, as text. */
  readonly key: string;
  readonly size: number | null;
  readonly entry: ExportEntry;
  /** Which of the witnesses that were asked for signed the checkpoint, and when. */
  readonly witnesses: readonly WitnessedBy[];
  /** Sizes of checkpoints given in `held` that could not be compared: only the log shows whether one goes on from the other. */
  readonly notCompared: readonly number[];
};

/**
 * Checks, without any server, that an entry is in the log: its fields against their hashes, its leaf against the root,
 * the root against the signature. `key`, `witnesses` and `held` as for `verifyExport`. `text` is attacker-controlled; throws `merkle-log/bad_proof`.
 */
export function verifyEntryProof(
  text: string,
  key: VerifierKey | null = null,
  witnesses: readonly VerifierKey[] = [],
  held: readonly string[] = [],
): EntryProofReport {
  const proof = parseProof(text);
  const problems: string[] = [];
  const leaf = leafOf(proof.entry);
  if (!equal(leaf, Buffer.from(proof.entry.leafHash, 'hex'))) problems.push('the entry was altered');
  const used = key ?? parseVerifierKey(proof.key);
  const tell = (problem: string): void => void problems.push(problem);
  const checkpoint = checkRoot(proof, leaf, used, tell);
  const notCompared = compareHeld(checkpoint, held, used, tell);
  const size = checkpoint?.size ?? null;
  checkWitnesses(witnesses, used, tell);
  const { origin, entry } = proof;
  const witnessed = witnesses.map((witness) => checkWitness(proof, size, witness, problems));
  return {
    ok: problems.length === 0,
    problems,
    origin,
    key: printVerifierKey(used),
    size,
    entry,
    witnesses: witnessed,
    notCompared,
  };
}

function checkRoot(
  proof: EntryProof,
  leaf: Uint8Array,
  key: VerifierKey,
  tell: (problem: string) => void,
): Checkpoint | null {
  if (key.name !== proof.origin) tell('the proof is of another log than the key');
  else if (printVerifierKey(key) !== proof.key) tell('the proof names another key than the one you gave');
  const checkpoint = openOrTell(proof.checkpoint, key, '', tell);
  if (checkpoint === null) return null;
  const { size, root } = checkpoint;
  const path = proof.proof.map((hash) => Buffer.from(hash, 'base64'));
  if (!verifyInclusion(proof.entry.position - 1, size, leaf, root, path))
    tell(`the proof does not lead to the signed root of ${size} entries`);
  return checkpoint;
}

function checkWitness(
  { checkpoint }: EntryProof,
  size: number | null,
  witness: VerifierKey,
  problems: string[],
): WitnessedBy {
  const at = size === null ? null : witnessedAt(checkpoint, witness);
  if (at !== null) return { name: witness.name, size, at };
  problems.push(`the checkpoint of the proof is not signed by the witness \`${witness.name}\``);
  return { name: witness.name, size: null, at: null };
}

const proofLengthMax = 64;

/** Attacker-controlled text. Throws `merkle-log/bad_proof`. */
export function parseProof(text: string): EntryProof {
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value) && value['format'] === entryProofFormat && isObject(value['entry'])) {
      const { origin, key, checkpoint, proof } = value;
      const isPath = Array.isArray(proof) && proof.length <= proofLengthMax && proof.every(isHashInBase64);
      if (isName(origin) && isText(key) && isText(checkpoint) && isPath) {
        const read: EntryProof = {
          format: entryProofFormat,
          origin,
          key,
          checkpoint,
          proof,
          entry: parseEntry(value['entry']),
        };
        if (printsAs(text, read)) return read;
      }
    }
  } catch {
    // Said below, without repeating the text.
  }
  throw new LogError('merkle-log/bad_proof', 'this is not a proof of an entry');
}
