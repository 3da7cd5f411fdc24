import { createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import type { Note, NoteSignature } from './signed-note.ts';
import { type VerifierKey, verifierKey } from './verifier-key.ts';

const timeSizeBytes = 8;
/** A `Date` holds no later one. */
const secondsMax = 8_640_000_000_000n;

/** What a witness adds to a checkpoint it has checked: when it saw it (C2SP tlog-cosignature, Ed25519). */
export function cosign(text: string, name: string, privateKey: KeyObject, at: Date): NoteSignature {
  const key = verifierKey(name, 'witness', createPublicKey(privateKey));
  const seconds = Math.floor(at.getTime() / 1000);
  const time = Buffer.alloc(timeSizeBytes);
  time.writeBigUInt64BE(BigInt(seconds));
  return { name, keyId: key.id, bytes: Buffer.concat([time, sign(null, message(text, seconds), privateKey)]) };
}

/** When the witness saw the note; null when it has not signed it, or with a signature that fails. */
export function cosignedAt(note: Note, key: VerifierKey): Date | null {
  const own = note.signatures.filter(({ name, keyId }) => name === key.name && keyId === key.id);
  const times = own.map(({ bytes }) => timeOf(bytes, note.text, key));
  return times.includes(null) ? null : (times[0] ?? null);
}

function timeOf(bytes: Buffer, text: string, { publicKey }: VerifierKey): Date | null {
  if (bytes.length <= timeSizeBytes) return null;
  const seconds = bytes.readBigUInt64BE(0);
  if (seconds > secondsMax) return null;
  const isGood = verify(null, message(text, Number(seconds)), publicKey, bytes.subarray(timeSizeBytes));
  return isGood ? new Date(Number(seconds) * 1000) : null;
}

function message(text: string, seconds: number): Buffer {
  return Buffer.from(`cosignature/v1\ntime ${seconds}\n${text}`);
}
