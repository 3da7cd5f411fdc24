import { hash, randomFillSync } from 'node:crypto';
import { hashField, hashFields, saltSizeBytes, type SealedField, sealedFields } from '@strongroom/merkle-log';
import type { EntryContent } from './entry-content.ts';

const saltsSizeBytes = sealedFields.length * saltSizeBytes;

/** One field as it can be shown to somebody else: whoever has the salt can check that it is what was hashed. */
export type OpenField = readonly [salt: string, json: string];

/** What is sealed (a salt for each field, then JSON), and what the leaf commits to: docs/formats/audit-log.md. */
export function packContent(content: EntryContent): { plaintext: Buffer; fieldsHash: Buffer } {
  const salts = freshSalts();
  const hashes = sealedFields.map((name, at) => hashField(name, saltAt(salts, at), JSON.stringify(content[name])));
  return { plaintext: Buffer.concat([salts, Buffer.from(JSON.stringify(content))]), fieldsHash: hashFields(hashes) };
}

/** Inverse of `packContent`. `content` is as it was sealed, not yet parsed. */
export function openContent(plaintext: Uint8Array): {
  content: Record<string, unknown>;
  fields: Record<SealedField, OpenField>;
} {
  const content: Record<string, unknown> = JSON.parse(Buffer.from(plaintext.subarray(saltsSizeBytes)).toString());
  const fields = sealedFields.map((name, at): [SealedField, OpenField] => [
    name,
    [Buffer.from(saltAt(plaintext, at)).toString('base64'), JSON.stringify(content[name] ?? null)],
  ]);
  return { content, fields: Object.fromEntries(fields) as Record<SealedField, OpenField> };
}

/** As a text of its bytes, since a buffer made by `hash` costs more than the hash. */
export function sha256(bytes: Uint8Array): Buffer {
  return Buffer.from(hash('sha256', bytes, 'binary'), 'binary');
}

const poolSizeBytes = saltsSizeBytes * 256;
let pool = Buffer.alloc(0);

/** Random bytes are drawn for many entries at once, since each draw asks the system. No byte is given out twice. */
function freshSalts(): Buffer {
  if (pool.length === 0) pool = randomFillSync(Buffer.alloc(poolSizeBytes));
  const salts = pool.subarray(0, saltsSizeBytes);
  pool = pool.subarray(saltsSizeBytes);
  return salts;
}

function saltAt(salts: Uint8Array, at: number): Uint8Array {
  return salts.subarray(at * saltSizeBytes, (at + 1) * saltSizeBytes);
}
