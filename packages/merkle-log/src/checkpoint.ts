import { type KeyObject } from 'node:crypto';
import { LogError } from './errors.ts';
import { isSignedBy, type Note, parseNote, signNote } from './signed-note.ts';
import { emptyRoot, hashSizeBytes } from './tree-hash.ts';
import type { VerifierKey } from './verifier-key.ts';

/** What a log stands by: of this name, these many entries have this root (C2SP tlog-checkpoint). */
export type Checkpoint = { readonly origin: string; readonly size: number; readonly root: Buffer };

const decimal = /^(0|[1-9][0-9]{0,15})$/;

export function signCheckpoint({ origin, size, root }: Checkpoint, privateKey: KeyObject): string {
  return signNote(`${origin}\n${size}\n${root.toString('base64')}\n`, origin, privateKey);
}

/** Reads without believing. Throws `merkle-log/bad_checkpoint`. Lines after the third are an extension and signed too. */
export function parseCheckpoint({ text }: Note): Checkpoint {
  const [origin = '', size = '', encoded = ''] = text.split('\n');
  const root = Buffer.from(encoded, 'base64');
  const known = size !== '0' || root.equals(emptyRoot());
  const readable = known && origin !== '' && decimal.test(size) && Number.isSafeInteger(Number(size));
  if (!readable || root.length !== hashSizeBytes || root.toString('base64') !== encoded)
    throw new LogError('merkle-log/bad_checkpoint', 'this is not a checkpoint of a log');
  return { origin, size: Number(size), root };
}

/**
 * The checkpoint in `note`, signed by `key` and of the log that the key names.
 * Throws `merkle-log/bad_note`, `merkle-log/bad_checkpoint`, `merkle-log/not_signed`.
 */
export function openCheckpoint(note: string, key: VerifierKey): Checkpoint {
  const parsed = parseNote(note);
  const checkpoint = parseCheckpoint(parsed);
  if (checkpoint.origin !== key.name)
    throw new LogError('merkle-log/not_signed', `the checkpoint is of another log than \`${key.name}\``);
  // A witness signs other bytes under the same name; its key is not the log's.
  if (key.kind !== 'log' || !isSignedBy(parsed, key))
    throw new LogError('merkle-log/not_signed', `the checkpoint is not signed by \`${key.name}\``);
  return checkpoint;
}
