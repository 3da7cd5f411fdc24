import {
  type Cipheriv,
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  type Decipheriv,
  type KeyObject,
} from 'node:crypto';
import { unreadable } from './errors.ts';
import { fillRandom } from './random-bytes.ts';

export const keySizeBytes = 32;
const wrappedSizeBytes = keySizeBytes + 8;
/** Default initial value, RFC 3394 section 2.2.3.1. */
const initialValue = Buffer.alloc(8, 0xa6);

/**
 * RFC 3394 keeps nothing from one key to the next, so one context serves all that are wrapped under the same key. Each
 * lives as long as its wrapping key does.
 */
const ciphers = new WeakMap<KeyObject, Cipheriv>();
const deciphers = new WeakMap<KeyObject, Decipheriv>();

/** Holds a key only while it is made. */
const fresh = Buffer.alloc(keySizeBytes);

/** A fresh 256-bit key. A `KeyObject` never prints its bytes, wherever it ends up. */
export function newKey(): KeyObject {
  fillRandom(fresh);
  return takeKey(fresh);
}

/** AES key wrap (RFC 3394, `id-aes256-wrap`) of a 256-bit key under a 256-bit key: 40 bytes. */
export function wrapKey(wrapping: KeyObject, key: KeyObject): Buffer {
  const bytes = key.export();
  const wrapped = wrapKeyBytes(wrapping, bytes);
  bytes.fill(0);
  return wrapped;
}

/** The same of a key that is bytes still; they are the caller's to wipe. */
export function wrapKeyBytes(wrapping: KeyObject, bytes: Uint8Array): Buffer {
  if (bytes.length !== keySizeBytes) throw new TypeError('only 256-bit keys are wrapped');
  let cipher = ciphers.get(wrapping);
  if (cipher === undefined) {
    cipher = createCipheriv('id-aes256-wrap', wrapping, initialValue);
    ciphers.set(wrapping, cipher);
  }
  return cipher.update(bytes);
}

/** Inverse of `wrapKey`. Throws `vault/unreadable` when the bytes were altered or wrapped under another key. */
export function unwrapKey(wrapping: KeyObject, wrapped: Uint8Array): KeyObject {
  if (wrapped.length !== wrappedSizeBytes) throw unreadable();
  let decipher = deciphers.get(wrapping);
  try {
    if (decipher === undefined) {
      decipher = createDecipheriv('id-aes256-wrap', wrapping, initialValue);
      deciphers.set(wrapping, decipher);
    }
    return takeKey(decipher.update(wrapped));
  } catch {
    // Nothing says what state a refusal leaves behind.
    deciphers.delete(wrapping);
    throw unreadable();
  }
}

/** The key alone holds the bytes afterwards. */
function takeKey(bytes: Buffer): KeyObject {
  const key = createSecretKey(bytes);
  bytes.fill(0);
  return key;
}
