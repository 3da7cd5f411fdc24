import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto';
import { unreadable } from './errors.ts';

export const nonceSizeBytes = 12;
export const tagSizeBytes = 16;

/** AES-256-GCM (NIST SP 800-38D): ciphertext followed by its 16-byte tag. The caller never uses a nonce twice under one key. */
export function encrypt(key: KeyObject, nonce: Uint8Array, associated: Uint8Array, plaintext: Uint8Array): Buffer[] {
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagSizeBytes });
  cipher.setAAD(associated);
  const body = cipher.update(plaintext);
  cipher.final();
  return [body, cipher.getAuthTag()];
}

/** Throws `vault/unreadable` when anything differs from what `encrypt` was given; no byte is returned before the tag holds. */
export function decrypt(key: KeyObject, nonce: Uint8Array, associated: Uint8Array, sealed: Uint8Array): Buffer {
  if (nonce.length !== nonceSizeBytes || sealed.length < tagSizeBytes) throw unreadable();
  const end = sealed.length - tagSizeBytes;
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagSizeBytes });
    decipher.setAAD(associated);
    decipher.setAuthTag(sealed.subarray(end));
    const body = decipher.update(sealed.subarray(0, end));
    decipher.final();
    return body;
  } catch {
    throw unreadable();
  }
}
