import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';

/** HKDF-SHA256 (RFC 5869). `sizeBytes` at most 8,160. */
export function hkdf(key: KeyObject, salt: Uint8Array, info: Uint8Array, sizeBytes: number): Buffer {
  return Buffer.from(hkdfSync('sha256', key, salt, info, sizeBytes));
}

/** A 256-bit key for one purpose. Different `purpose` texts give independent keys. */
export function deriveKey(key: KeyObject, purpose: string): KeyObject {
  return createSecretKey(hkdf(key, new Uint8Array(), Buffer.from(`strongroom/key/v1/${purpose}`), 32));
}

/**
 * A 256-bit key that takes all of `keys` (256 bits each, in this order) to have: without one of them nothing is known of it.
 * HKDF over the keys one behind the other.
 */
export function jointKey(keys: readonly KeyObject[], purpose: string): KeyObject {
  const joined = Buffer.concat(keys.map((key) => key.export()));
  if (joined.length !== keys.length * 32) throw new TypeError('only 256-bit keys are joined');
  const made = deriveKey(createSecretKey(joined), purpose);
  joined.fill(0);
  return made;
}

/** A password for one purpose, always the same for the same secret: 32 bytes as base64url (43 characters). */
export function deriveSecret(clusterSecret: KeyObject, purpose: string): string {
  return hkdf(clusterSecret, new Uint8Array(), Buffer.from(`strongroom/secret/v1/${purpose}`), 32).toString(
    'base64url',
  );
}
