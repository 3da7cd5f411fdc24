import { hash, type KeyObject } from 'node:crypto';

export const commitmentLabel = Buffer.from('strongroom/key-commitment/v1\0');

/**
 * SHA-256 over a label and a 256-bit random key: says nothing about the key, and no other key fits. Made at an
 * object's birth, so that a deletion certificate can name the very key that was destroyed.
 */
export function commitToKey(key: KeyObject): Buffer {
  return hash('sha256', Buffer.concat([commitmentLabel, key.export()]), 'buffer');
}
