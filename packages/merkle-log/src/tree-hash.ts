import { hashSizeBytes, sha256 } from './sha256.ts';

export { hashSizeBytes };

const leafPrefix = Buffer.of(0x00);
const nodePrefix = Buffer.of(0x01);

/** Hash of an entry (RFC 6962 section 2.1). Leaves and nodes have different prefixes, so that none passes for the other. */
export function hashLeaf(entry: Uint8Array): Buffer {
  return sha256(leafPrefix, entry);
}

/** Hash of a node over its two children, 32 bytes each (RFC 6962 section 2.1). */
export function hashNode(left: Uint8Array, right: Uint8Array): Buffer {
  if (left.length !== hashSizeBytes || right.length !== hashSizeBytes) throw new RangeError('a node has two hashes');
  return sha256(nodePrefix, left, right);
}

/** The same in place: of two hashes that lie side by side from `from` on, written to `to`. */
export function hashNodeWithin(memory: Buffer, from: number, to: number): void {
  sha256(nodePrefix, memory.subarray(from, from + 2 * hashSizeBytes)).copy(memory, to);
}

/** The root of a tree without entries. */
export function emptyRoot(): Buffer {
  return sha256();
}
