import { hashNode, hashSizeBytes } from './tree-hash.ts';
import { equal, isSize, isSubtree } from './verify-consistency.ts';

/**
 * Whether the entry with `leafHash` is number `index` (from 0) of the tree of `size` entries under `root`
 * (RFC 9162 section 2.1.3.2). False for anything else, indexes and hashes of a wrong form included.
 */
export function verifyInclusion(
  index: number,
  size: number,
  leafHash: Uint8Array,
  root: Uint8Array,
  proof: readonly Uint8Array[],
): boolean {
  if (!isSize(index) || !isSize(size) || index >= size) return false;
  if (![leafHash, root, ...proof].every((hash) => hash.length === hashSizeBytes)) return false;
  // Division, not shifts: sizes go past 2^32.
  let [node, top, hash] = [index, size - 1, leafHash];
  for (const sibling of proof) {
    if (top === 0) return false;
    if (node % 2 === 1 || node === top) {
      hash = hashNode(sibling, hash);
      while (node % 2 === 0 && node !== 0) [node, top] = [node / 2, Math.floor(top / 2)];
    } else hash = hashNode(hash, sibling);
    [node, top] = [Math.floor(node / 2), Math.floor(top / 2)];
  }
  return top === 0 && equal(hash, root);
}

/** The same in the subtree of entries `start` (included) to `end` (not), with `index` counted in the whole tree. */
export function verifySubtreeInclusion(
  index: number,
  start: number,
  end: number,
  leafHash: Uint8Array,
  root: Uint8Array,
  proof: readonly Uint8Array[],
): boolean {
  return isSubtree(start, end) && verifyInclusion(index - start, end - start, leafHash, root, proof);
}
