import { hash, type KeyObject } from 'node:crypto';

export const commitmentLabel = Buffer.from('strongroom/key-commitment/v1\0');
const keySizeBytes = 32;
/** A label and a key, put together here again and again; between calls it holds no key. */
const labelled = Buffer.concat([commitmentLabel, Buffer.alloc(keySizeBytes)]);

/**
 * SHA-256 over a label and a 256-bit random key: says nothing about the key, and no other key fits. Made at an
 * object's birth, so that a deletion certificate can name the very key that was destroyed.
 */
export function commitToKey(key: KeyObject): Buffer {
  const bytes = key.export();
  if (bytes.length !== keySizeBytes) throw new TypeError('only 256-bit keys are committed to');
  labelled.set(bytes, commitmentLabel.length);
  // A digest as text of one byte a character takes half the time of one in a buffer of its own.
  const commitment = Buffer.from(hash('sha256', labelled, 'binary'), 'latin1');
  labelled.fill(0, commitmentLabel.length);
  bytes.fill(0);
  return commitment;
}
