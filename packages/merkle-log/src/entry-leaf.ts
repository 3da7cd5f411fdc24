import { sha256 } from './sha256.ts';

/** Fields of an audit entry that are sealed, in the order in which they are hashed. */
export const sealedFields = ['actor', 'session', 'address', 'requestId', 'resource', 'decision', 'counts'] as const;
export type SealedField = (typeof sealedFields)[number];

export const outcomes = ['begun', 'done', 'refused', 'failed'] as const;

/** What stays of an entry for ever, also when the rest was redacted. */
export type LeafParts = {
  /** UUID. */
  readonly id: string;
  /** ISO 8601 in UTC, to the millisecond. */
  readonly at: string;
  readonly action: string;
  readonly outcome: (typeof outcomes)[number];
  /** Commitment to the entry's data key, 32 bytes. */
  readonly commitment: Uint8Array;
  /** SHA-256 of the ciphertext. */
  readonly sealedHash: Uint8Array;
  /** As `hashFields` gives it. */
  readonly fieldsHash: Uint8Array;
};

const leafFormat = 0x01;
const fieldLabels = Object.fromEntries(
  sealedFields.map((name) => [name, Buffer.from(`strongroom/entry-field/v1\0${name}\0`)]),
) as Record<SealedField, Buffer>;
const fieldsLabel = Buffer.from('strongroom/entry-fields/v1\0');
export const saltSizeBytes = 32;

/** The bytes that the tree is over, docs/formats/audit-log.md. Throws TypeError for parts of a wrong form. */
export function encodeLeaf(parts: LeafParts): Buffer {
  const action = Buffer.from(parts.action);
  const [id, at] = [Buffer.from(parts.id.replaceAll('-', ''), 'hex'), Date.parse(parts.at)];
  const outcome = outcomes.indexOf(parts.outcome);
  const hashes = [parts.commitment, parts.sealedHash, parts.fieldsHash];
  if (id.length !== 16 || !Number.isSafeInteger(at) || at < 0 || outcome < 0)
    throw new TypeError('the entry has no readable id, time or outcome');
  if (action.length > 255 || hashes.some(({ length }) => length !== 32))
    throw new TypeError('the entry has no readable action or hashes');
  const head = Buffer.alloc(26);
  head.writeUInt8(leafFormat, 0);
  head.set(id, 1);
  head.writeBigUInt64BE(BigInt(at), 17);
  head.writeUInt8(action.length, 25);
  return Buffer.concat([head, action, Buffer.of(outcome), ...hashes]);
}

/**
 * Hash of one field under its salt (32 random bytes that lie inside the ciphertext), so that nobody can guess the
 * field from its hash. `json`: the value's JSON text, byte for byte as it was sealed.
 */
export function hashField(name: SealedField, salt: Uint8Array, json: string): Buffer {
  return sha256(fieldLabels[name], salt, json);
}

/** Hash over the hashes of all fields, in the order of `sealedFields`. */
export function hashFields(hashes: readonly Uint8Array[]): Buffer {
  if (hashes.length !== sealedFields.length) throw new TypeError('a field is missing');
  return sha256(fieldsLabel, ...hashes);
}
