import type { KeyObject } from 'node:crypto';
import { decrypt, encrypt, nonceSizeBytes, tagSizeBytes } from './aes-gcm.ts';
import { encodeBinding, type Binding } from './binding.ts';
import { unreadable } from './errors.ts';
import { fillRandom } from './random-bytes.ts';

/** First byte of a sealed object held as a whole, docs/formats/sealed-object.md. */
export const sealedFormat = 0x01;
const bodyAt = 1 + nonceSizeBytes;

/** Seals an object that fits in memory: `format ‖ nonce ‖ ciphertext ‖ tag`, 29 bytes longer than the plaintext. */
export function sealBytes(dataKey: KeyObject, binding: Binding, plaintext: Uint8Array): Buffer {
  const sealed = Buffer.allocUnsafe(bodyAt + plaintext.length + tagSizeBytes);
  sealed[0] = sealedFormat;
  const nonce = sealed.subarray(1, bodyAt);
  fillRandom(nonce);
  const { body, tag } = encrypt(dataKey, nonce, encodeBinding(sealedFormat, binding), [plaintext]);
  sealed.set(body[0] ?? [], bodyAt);
  sealed.set(tag, bodyAt + plaintext.length);
  return sealed;
}

/** Throws `vault/unreadable` when the bytes were altered, cut, or belong to another workspace, object or version. */
export function openBytes(dataKey: KeyObject, binding: Binding, sealed: Uint8Array): Buffer {
  const tagAt = sealed.length - tagSizeBytes;
  if (sealed[0] !== sealedFormat || tagAt < bodyAt) throw unreadable();
  const [nonce, body, tag] = [sealed.subarray(1, bodyAt), sealed.subarray(bodyAt, tagAt), sealed.subarray(tagAt)];
  const [plaintext = Buffer.alloc(0)] = decrypt(dataKey, nonce, encodeBinding(sealedFormat, binding), [body], tag);
  return plaintext;
}
