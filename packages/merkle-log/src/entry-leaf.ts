import { hashSizeBytes, sha256 } from './sha256.ts';

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
const labelledHashes = Buffer.concat([fieldsLabel, Buffer.alloc(sealedFields.length * hashSizeBytes)]);
export const saltSizeBytes = 32;
/** Bytes that one unit of a text takes at most. */
const utf8SizeMax = 3;

/** The bytes that the tree is over, docs/formats/audit-log.md. Throws TypeError for parts of a wrong form. */
export function encodeLeaf(parts: LeafParts): Buffer {
  const { action, commitment, sealedHash, fieldsHash } = parts;
  const [id, at, outcome] = [parts.id.replaceAll('-', ''), Date.parse(parts.at), outcomes.indexOf(parts.outcome)];
  const actionSize = Buffer.byteLength(action);
  if (actionSize > 255 || !isHash(commitment) || !isHash(sealedHash) || !isHash(fieldsHash))
    throw new TypeError('the entry has no readable action or hashes');
  const afterAction = 26 + actionSize;
  const leaf = Buffer.allocUnsafe(afterAction + 1 + 3 * hashSizeBytes);
  if (id.length !== 32 || leaf.write(id, 1, 'hex') !== 16 || !Number.isSafeInteger(at) || at < 0 || outcome < 0)
    throw new TypeError('the entry has no readable id, time or outcome');
  leaf[0] = leafFormat;
  // All of it is written: nothing stays of what the memory held before.
  leaf.writeUInt32BE(Math.floor(at / 2 ** 32), 17);
  leaf.writeUInt32BE(at % 2 ** 32, 21);
  leaf[25] = actionSize;
  leaf.write(action, 26);
  leaf[afterAction] = outcome;
  leaf.set(commitment, afterAction + 1);
  leaf.set(sealedHash, afterAction + 1 + hashSizeBytes);
  leaf.set(fieldsHash, afterAction + 1 + 2 * hashSizeBytes);
  return leaf;
}

/**
 * Hash of one field under its salt (32 random bytes that lie inside the ciphertext, or their base64), so that nobody
 * can guess the field from its hash. `json`: the value's JSON text, byte for byte as it was sealed.
 */
export function hashField(name: SealedField, salt: Uint8Array | string, json: string): Buffer {
  const label = fieldLabels[name];
  const bytes = memoryOf(label.length + salt.length + json.length * utf8SizeMax);
  bytes.set(label);
  let end = label.length;
  if (typeof salt === 'string') end += bytes.write(salt, end, 'base64');
  else {
    bytes.set(salt, end);
    end += salt.length;
  }
  end += bytes.write(json, end);
  return sha256(bytes.subarray(0, end));
}

let memory = Buffer.alloc(4096);

/** What fields are put together in, again and again: as large as the largest needed so far. */
function memoryOf(sizeBytes: number): Buffer {
  if (memory.length < sizeBytes) memory = Buffer.alloc(sizeBytes);
  return memory;
}

/** Hash over the hashes of all fields, in the order of `sealedFields`. */
export function hashFields(hashes: readonly Uint8Array[]): Buffer {
  if (hashes.length !== sealedFields.length || !hashes.every(isHash)) throw new TypeError('a field is missing');
  for (let at = 0; at < hashes.length; at += 1)
    labelledHashes.set(hashes[at] ?? [], fieldsLabel.length + at * hashSizeBytes);
  return sha256(labelledHashes);
}

function isHash(bytes: Uint8Array): boolean {
  return bytes.length === hashSizeBytes;
}
