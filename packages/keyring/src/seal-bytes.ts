import { randomBytes, type KeyObject } from 'node:crypto';
import { decrypt, encrypt, nonceSizeBytes } from './aes-gcm.ts';
import { encodeBinding, type Binding } from './binding.ts';
import { unreadable } from './errors.ts';

/** First byte of a sealed object held as a whole, docs/formats/sealed-object.md. */
export const sealedFormat = 0x01;

/** Seals an object that fits in memory: `format ‖ nonce ‖ ciphertext ‖ tag`, 29 bytes longer than the plaintext. */
export function sealBytes(dataKey: KeyObject, binding: Binding, plaintext: Uint8Array): Buffer {
  const nonce = randomBytes(nonceSizeBytes);
  return Buffer.concat([
    Buffer.of(sealedFormat),
    nonce,
    ...encrypt(dataKey, nonce, encodeBinding(sealedFormat, binding), plaintext),
  ]);
}

/** Throws `vault/unreadable` when the bytes were altered, cut, or belong to another workspace, object or version. */
export function openBytes(dataKey: KeyObject, binding: Binding, sealed: Uint8Array): Buffer {
  if (sealed[0] !== sealedFormat) throw unreadable();
  const body = 1 + nonceSizeBytes;
  return decrypt(dataKey, sealed.subarray(1, body), encodeBinding(sealedFormat, binding), sealed.subarray(body));
}
