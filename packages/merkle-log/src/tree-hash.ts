import { hash } from 'node:crypto';

export const hashSizeBytes = 32;

/** Node gives a digest as text of one byte a character in a third of the time that it takes to make a buffer of its own. */
export function sha256(bytes: Uint8Array): Buffer {
  return Buffer.from(hash('sha256', bytes, 'binary'), 'latin1');
}

const leafPrefix = Buffer.of(0x00);
/** A prefix and two hashes, put together here again and again. */
const node = Buffer.alloc(1 + 2 * hashSizeBytes, 0x01);

/** Hash of an entry (RFC 6962 section 2.1). Leaves and nodes have different prefixes, so that none passes for the other. */
export function hashLeaf(entry: Uint8Array): Buffer {
  return sha256(Buffer.concat([leafPrefix, entry]));
}

/** Hash of a node over its two children, 32 bytes each (RFC 6962 section 2.1). */
export function hashNode(left: Uint8Array, right: Uint8Array): Buffer {
  if (left.length !== hashSizeBytes || right.length !== hashSizeBytes) throw new RangeError('a node has two hashes');
  node.set(left, 1);
  node.set(right, 1 + hashSizeBytes);
  return sha256(node);
}

/** The same in place: of two hashes that lie side by side from `from` on, written to `to`. */
export function hashNodeWithin(memory: Buffer, from: number, to: number): void {
  memory.copy(node, 1, from, from + 2 * hashSizeBytes);
  memory.write(hash('sha256', node, 'binary'), to, 'latin1');
}

/** The root of a tree without entries. */
export function emptyRoot(): Buffer {
  return sha256(Buffer.alloc(0));
}
