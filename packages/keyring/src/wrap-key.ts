import { createCipheriv, createDecipheriv, createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import { unreadable } from './errors.ts';

export const keySizeBytes = 32;
export const wrappedSizeBytes = keySizeBytes + 8;
/** Default initial value, RFC 3394 section 2.2.3.1. */
export const initialValue = Buffer.alloc(8, 0xa6);

/** A fresh 256-bit key. A `KeyObject` never prints its bytes, wherever it ends up. */
export function newKey(): KeyObject {
  return createSecretKey(randomBytes(keySizeBytes));
}

/** AES key wrap (RFC 3394, `id-aes256-wrap`) of a 256-bit key under a 256-bit key: 40 bytes. */
export function wrapKey(wrapping: KeyObject, key: KeyObject): Buffer {
  const bytes = key.export();
  if (bytes.length !== keySizeBytes) throw new TypeError('only 256-bit keys are wrapped');
  const cipher = createCipheriv('id-aes256-wrap', wrapping, initialValue);
  const wrapped = cipher.update(bytes);
  cipher.final();
  bytes.fill(0);
  return wrapped;
}

/** Inverse of `wrapKey`. Throws `vault/unreadable` when the bytes were altered or wrapped under another key. */
export function unwrapKey(wrapping: KeyObject, wrapped: Uint8Array): KeyObject {
  if (wrapped.length !== wrappedSizeBytes) throw unreadable();
  try {
    const decipher = createDecipheriv('id-aes256-wrap', wrapping, initialValue);
    return createSecretKey(Buffer.concat([decipher.update(wrapped), decipher.final()]));
  } catch {
    throw unreadable();
  }
}
