import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto';
import { unreadable } from './errors.ts';

export const nonceSizeBytes = 12;
export const tagSizeBytes = 16;

export type Sealed = { readonly body: readonly Buffer[]; readonly tag: Buffer };

/**
 * AES-256-GCM (NIST SP 800-38D) of a plaintext in parts, so that nobody has to copy them together: as many parts of
 * ciphertext, and the tag that follows them. The caller never uses a nonce twice under one key.
 */
export function encrypt(
  key: KeyObject,
  nonce: Uint8Array,
  associated: Uint8Array,
  plaintext: readonly Uint8Array[],
): Sealed {
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagSizeBytes });
  cipher.setAAD(associated);
  const body = plaintext.map((part) => cipher.update(part));
  cipher.final();
  return { body, tag: cipher.getAuthTag() };
}

/** Throws `vault/unreadable` when anything differs from what `encrypt` was given; no byte is returned before the tag holds. */
export function decrypt(
  key: KeyObject,
  nonce: Uint8Array,
  associated: Uint8Array,
  body: readonly Uint8Array[],
  tag: Uint8Array,
): Buffer[] {
  if (nonce.length !== nonceSizeBytes || tag.length !== tagSizeBytes) throw unreadable();
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagSizeBytes });
    decipher.setAAD(associated);
    decipher.setAuthTag(tag);
    const plaintext = body.map((part) => decipher.update(part));
    decipher.final();
    return plaintext;
  } catch {
    throw unreadable();
  }
}
