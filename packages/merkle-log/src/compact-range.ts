import { emptyRoot, hashNode } from './tree-hash.ts';

/**
 * The right edge of a growing tree: the roots of its perfect subtrees, largest first, one for each bit of `size`.
 * Enough to append and to know the root; grows with the logarithm of the size.
 */
export type CompactRange = {
  readonly size: number;
  readonly root: () => Buffer;
  /** Adds a leaf's hash. `onNode`: each node that becomes complete, leaves included, for whoever stores them. */
  append(leafHash: Uint8Array, onNode?: (level: number, index: number, hash: Uint8Array) => void): void;
  /** What to give to `compactRange` to go on from here. */
  edge(): readonly Uint8Array[];
};

/** `edge`: of a tree of `size` entries, as `edge()` gave it. Throws RangeError when there are not as many as `size` has bits. */
export function compactRange(size = 0, edge: readonly Uint8Array[] = []): CompactRange {
  if (!Number.isSafeInteger(size) || size < 0 || edge.length !== bitsOf(size))
    throw new RangeError('the edge does not fit the size');
  const roots = [...edge];
  let count = size;
  return {
    get size() {
      return count;
    },
    root: () => rootOf(roots),
    append(leafHash, onNode) {
      let [level, index, hash] = [0, count, leafHash];
      onNode?.(level, index, hash);
      for (; index % 2 === 1; level += 1) {
        const left = roots.pop();
        if (left === undefined) throw new RangeError('the edge does not fit the size');
        hash = hashNode(left, hash);
        index = (index - 1) / 2;
        onNode?.(level + 1, index, hash);
      }
      roots.push(hash);
      count += 1;
    },
    edge: () => [...roots],
  };
}

/** Root over the perfect subtrees of a tree, largest first. */
export function rootOf(roots: readonly Uint8Array[]): Buffer {
  const last = roots.at(-1);
  if (last === undefined) return emptyRoot();
  return Buffer.from(roots.slice(0, -1).reduceRight<Uint8Array>((right, left) => hashNode(left, right), last));
}

function bitsOf(size: number): number {
  let bits = 0;
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) bits += rest % 2;
  return bits;
}
