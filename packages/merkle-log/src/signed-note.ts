import { createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { LogError } from './errors.ts';
import { type VerifierKey, verifierKey } from './verifier-key.ts';

export type NoteSignature = { readonly name: string; readonly keyId: number; readonly bytes: Buffer };
/** `text` ends with a line feed and is what the signatures are over (C2SP signed-note). */
export type Note = { readonly text: string; readonly signatures: readonly NoteSignature[] };

/** So that nobody makes us parse for long. */
const noteSizeMax = 64 * 1024;
const signaturesMax = 64;
const keyIdSizeBytes = 4;
// eslint-disable-next-line no-control-regex
const controls = /[\u0000-\u0009\u000b-\u001f\ufffd]/;
const signatureLine = /^\u2014 ([^\s+]+) ([A-Za-z0-9+/]+={0,2})$/;

/** Inverse of `printNote`. Throws `merkle-log/bad_note` for anything that would not print the same. */
export function parseNote(note: string): Note {
  const end = note.lastIndexOf('\n\n');
  if (note.length > noteSizeMax || end < 0 || !isPlain(note) || !note.endsWith('\n'))
    throw new LogError('merkle-log/bad_note', 'this is not a signed note');
  const signatures = parseSignatures(note.slice(end + 2));
  return { text: note.slice(0, end + 1), signatures };
}

/** A lone surrogate has no bytes of its own: two such texts would have one signature. */
function isPlain(text: string): boolean {
  return text.isWellFormed() && !controls.test(text);
}

/** Lines as at the end of a note, each with its line feed. Throws `merkle-log/bad_note`. */
export function parseSignatures(lines: string): NoteSignature[] {
  const all = lines.split('\n');
  if (all.pop() !== '' || all.length === 0 || all.length > signaturesMax)
    throw new LogError('merkle-log/bad_note', 'the note has no readable signatures');
  return all.map((line) => {
    const [, name = '', encoded = ''] = signatureLine.exec(line) ?? [];
    const bytes = Buffer.from(encoded, 'base64');
    if (bytes.length <= keyIdSizeBytes || bytes.toString('base64') !== encoded)
      throw new LogError('merkle-log/bad_note', 'a signature line is not readable');
    return { name, keyId: bytes.readUInt32BE(0), bytes: bytes.subarray(keyIdSizeBytes) };
  });
}

export function printSignature({ name, keyId, bytes }: NoteSignature): string {
  const id = Buffer.alloc(keyIdSizeBytes);
  id.writeUInt32BE(keyId);
  return `\u2014 ${name} ${Buffer.concat([id, bytes]).toString('base64')}\n`;
}

export function printNote({ text, signatures }: Note): string {
  return `${text}\n${signatures.map(printSignature).join('')}`;
}

/** Signs `text` (which ends with a line feed) as the log `name`, with an Ed25519 private key. */
export function signNote(text: string, name: string, privateKey: KeyObject): string {
  const keyId = keyIdOf(privateKey, name);
  if (!text.endsWith('\n') || !isPlain(text))
    throw new LogError('merkle-log/bad_note', 'this text can not be signed as a note');
  return printNote({
    text,
    signatures: [{ name, keyId, bytes: sign(null, Buffer.from(text), privateKey) }],
  });
}

const keyIds = new WeakMap<KeyObject, Map<string, number>>();

/** Made once for each key and name: it takes as long as a signature does. */
function keyIdOf(privateKey: KeyObject, name: string): number {
  const ofKey = keyIds.get(privateKey) ?? new Map<string, number>();
  keyIds.set(privateKey, ofKey);
  const id = ofKey.get(name) ?? verifierKey(name, 'log', createPublicKey(privateKey)).id;
  ofKey.set(name, id);
  return id;
}

/**
 * Whether the log's key signed the note. A signature of that name and id that fails makes it false, whatever others say;
 * signatures of others are not looked at.
 */
export function isSignedBy(note: Note, key: VerifierKey): boolean {
  const own = note.signatures.filter(({ name, keyId }) => name === key.name && keyId === key.id);
  return own.length > 0 && own.every(({ bytes }) => verify(null, Buffer.from(note.text), key.publicKey, bytes));
}
