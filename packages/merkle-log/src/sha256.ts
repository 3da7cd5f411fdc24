import { hash } from 'node:crypto';

/** SHA-256. */
export const hashSizeBytes = 32;

let scratch = Buffer.alloc(4096);

/**
 * SHA-256 over the parts, one behind the other; a text as its UTF-8 bytes. They are put together in one buffer that is used again,
 * and the hash comes as a text of its bytes: a buffer each would cost more than the hash itself.
 */
export function sha256(...parts: readonly (Uint8Array | string)[]): Buffer {
  let sizeMax = 0;
  for (const part of parts) sizeMax += typeof part === 'string' ? part.length * 3 : part.length;
  if (sizeMax > scratch.length) scratch = Buffer.alloc(sizeMax * 2);
  let end = 0;
  for (const part of parts) {
    if (typeof part === 'string') end += scratch.write(part, end);
    else {
      scratch.set(part, end);
      end += part.length;
    }
  }
  return Buffer.from(hash('sha256', scratch.subarray(0, end), 'binary'), 'binary');
}
