import { randomFillSync } from 'node:crypto';

/** UUID version 7 (RFC 9562 section 5.7): ordered by time, so that indexes stay local. */
export function randomUUIDv7(nowMs: number = Date.now()): string {
  const bytes = freshBytes();
  bytes.writeUIntBE(nowMs, 0, 6);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x70, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** What is of no workspace, such as its own audit log, is of the installation: the nil UUID (RFC 9562 section 5.9). */
export const installationId = '00000000-0000-0000-0000-000000000000';
const sizeBytes = 16;
let pool = Buffer.alloc(0);

/** Drawn for many ids at once, since each draw asks the system. No byte is given out twice. */
function freshBytes(): Buffer {
  if (pool.length === 0) pool = randomFillSync(Buffer.alloc(256 * sizeBytes));
  const fresh = pool.subarray(0, sizeBytes);
  pool = pool.subarray(sizeBytes);
  return fresh;
}
