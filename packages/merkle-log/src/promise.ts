import type { KeyObject } from 'node:crypto';
import { LogError } from './errors.ts';
import { isSignedBy, parseNote, signNote } from './signed-note.ts';
import { hashSizeBytes } from './tree-hash.ts';
import type { VerifierKey } from './verifier-key.ts';

/**
 * What a log says at the commit of an entry, before any checkpoint covers it: at this position the tree will hold this leaf.
 * A signed note whose first line is not a log's name, so that it is never taken for a checkpoint. Kept as base64, one line each.
 */
export type InclusionPromise = { readonly position: number; readonly leafHash: Buffer };

const firstLine = 'strongroom-inclusion-promise/v1';
const positionPattern = /^[1-9][0-9]{0,15}$/;

/** As it is kept: base64 of the note. `signingKey`: the log's. */
export function signPromise(
  origin: string,
  { position, leafHash }: { position: number; leafHash: Uint8Array },
  signingKey: KeyObject,
): string {
  const leaf = Buffer.from(leafHash).toString('base64');
  return Buffer.from(signNote(`${firstLine}\n${origin}\n${position}\n${leaf}\n`, origin, signingKey)).toString(
    'base64',
  );
}

/** Attacker-controlled text. Throws `merkle-log/bad_promise`; also for one that the log's key did not sign, or of another log. */
export function openPromise(text: string, key: VerifierKey): InclusionPromise {
  const note = noteIn(text);
  const [first, origin, position = '', encoded = '', ...rest] = note.text.split('\n');
  const leafHash = Buffer.from(encoded, 'base64');
  const readable =
    first === firstLine &&
    rest.length === 1 &&
    positionPattern.test(position) &&
    Number.isSafeInteger(Number(position)) &&
    leafHash.length === hashSizeBytes &&
    leafHash.toString('base64') === encoded;
  if (!readable) throw new LogError('merkle-log/bad_promise', 'this is not a promise of a log');
  if (origin !== key.name || key.kind !== 'log' || !isSignedBy(note, key))
    throw new LogError('merkle-log/bad_promise', `the promise is not signed by \`${key.name}\``);
  return { position: Number(position), leafHash };
}

function noteIn(text: string) {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') !== text) throw new LogError('merkle-log/bad_promise', 'this is not a promise of a log');
  try {
    return parseNote(bytes.toString());
  } catch {
    throw new LogError('merkle-log/bad_promise', 'this is not a promise of a log');
  }
}
