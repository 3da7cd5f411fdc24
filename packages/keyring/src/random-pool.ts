import { randomFillSync } from 'node:crypto';

const poolSizeBytes = 8 * 1024;
let pool = Buffer.alloc(0);

/**
 * Fresh random bytes, at most 8 KiB. They are drawn for many at once, since each draw asks the system; no byte is given out
 * twice. What is a key is the caller's to wipe: the pool keeps no other copy.
 */
export function freshBytes(sizeBytes: number): Buffer {
  if (sizeBytes > poolSizeBytes) throw new RangeError(`at most ${poolSizeBytes} bytes`);
  // A pool of its own each time: what was given out may still be read.
  if (pool.length < sizeBytes) pool = randomFillSync(Buffer.alloc(poolSizeBytes));
  const fresh = pool.subarray(0, sizeBytes);
  pool = pool.subarray(sizeBytes);
  return fresh;
}
