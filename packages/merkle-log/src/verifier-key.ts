import { createPublicKey, hash, type KeyObject } from 'node:crypto';
import { LogError } from './errors.ts';

/** What a signature says: a log signs a note as it is, a witness adds when it saw it. Numbers of C2SP signed-note. */
export const signatureKinds = { log: 0x01, witness: 0x04 } as const;
export type SignatureKind = keyof typeof signatureKinds;

/** Who signs: a name, a kind and an Ed25519 public key; as text `name+id+base64`, C2SP signed-note. */
export type VerifierKey = {
  readonly name: string;
  readonly kind: SignatureKind;
  readonly publicKey: KeyObject;
  /** First 4 bytes of a hash over name, kind and key: which key a signature line means. */
  readonly id: number;
};

const publicKeySizeBytes = 32;
/** DER of an Ed25519 public key up to the key itself, RFC 8410 section 4. */
const spkiPrefix = Buffer.from('302a300506032b6570032100', 'hex');
/** It is shown to people as it is: nothing in it that nobody sees, or that turns the direction. */
const namePattern = /^[^\s+\p{C}]{1,200}$/u;
const textPattern = /^([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})$/;

/** Throws `merkle-log/bad_key` for a name that can't stand in a note, or a key that is not Ed25519. */
export function verifierKey(name: string, kind: SignatureKind, publicKey: KeyObject): VerifierKey {
  if (!namePattern.test(name)) throw new LogError('merkle-log/bad_key', 'the name of a key has no spaces and no plus');
  if (publicKey.type !== 'public' || publicKey.asymmetricKeyType !== 'ed25519')
    throw new LogError('merkle-log/bad_key', 'the key is not an Ed25519 public key');
  return { name, kind, publicKey, id: keyId(name, tagged(kind, publicKey)) };
}

export function printVerifierKey({ name, kind, publicKey, id }: VerifierKey): string {
  return `${name}+${id.toString(16).padStart(8, '0')}+${tagged(kind, publicKey).toString('base64')}`;
}

/** Throws `merkle-log/bad_key`; also when the id in the text is not that of the key. */
export function parseVerifierKey(text: string): VerifierKey {
  const [, name = '', id = '', encoded = ''] = textPattern.exec(text.trim()) ?? [];
  const bytes = Buffer.from(encoded, 'base64');
  const kind = bytes[0] === signatureKinds.log ? 'log' : bytes[0] === signatureKinds.witness ? 'witness' : null;
  if (kind === null || bytes.length !== 1 + publicKeySizeBytes || bytes.toString('base64') !== encoded)
    throw new LogError('merkle-log/bad_key', 'this is not a public key of the form name+id+base64');
  const publicKey = createPublicKey({
    key: Buffer.concat([spkiPrefix, bytes.subarray(1)]),
    format: 'der',
    type: 'spki',
  });
  const key = verifierKey(name, kind, publicKey);
  if (key.id !== Number.parseInt(id, 16)) throw new LogError('merkle-log/bad_key', 'the id of the key does not fit it');
  return key;
}

/** The key of a witness. Throws `merkle-log/bad_key`, also for a log's: the two sign different things. */
export function parseWitnessKey(text: string): VerifierKey {
  const key = parseVerifierKey(text);
  if (key.kind !== 'witness') throw new LogError('merkle-log/bad_key', 'this is the key of a log, not of a witness');
  return key;
}

function tagged(kind: SignatureKind, publicKey: KeyObject): Buffer {
  const der = publicKey.export({ format: 'der', type: 'spki' });
  return Buffer.concat([Buffer.of(signatureKinds[kind]), der.subarray(der.length - publicKeySizeBytes)]);
}

function keyId(name: string, key: Uint8Array): number {
  return hash('sha256', Buffer.concat([Buffer.from(`${name}\n`), key]), 'buffer').readUInt32BE(0);
}
