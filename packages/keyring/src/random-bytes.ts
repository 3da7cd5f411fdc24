import { randomFillSync } from 'node:crypto';

const poolSizeBytes = 8 * 1024;
const pool = Buffer.alloc(poolSizeBytes);
let taken = poolSizeBytes;

/**
 * Fills `bytes` with random ones. They are drawn for many calls at once, since each draw asks the generator of OpenSSL anew.
 * INVARIANT: no byte is given out twice, and none stays in the pool once it was given out.
 */
export function fillRandom(bytes: Uint8Array): void {
  if (bytes.length > poolSizeBytes) throw new RangeError('so many bytes are drawn elsewhere');
  if (taken + bytes.length > poolSizeBytes) {
    randomFillSync(pool);
    taken = 0;
  }
  const end = taken + bytes.length;
  pool.copy(bytes, 0, taken, end);
  pool.fill(0, taken, end);
  taken = end;
}
