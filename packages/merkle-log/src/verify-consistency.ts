import { emptyRoot, hashNode, hashSizeBytes } from './tree-hash.ts';

type Shifted = { first: bigint; last: bigint; top: bigint };

/**
 * Whether the tree of `newSize` entries under `newRoot` begins with the tree of `oldSize` under `oldRoot`
 * (RFC 9162 section 2.1.4.2). False for anything else, sizes and hashes of a wrong form included; also for the empty
 * tree and a larger one, since that would show nothing of either.
 */
export function verifyConsistency(
  oldSize: number,
  newSize: number,
  oldRoot: Uint8Array,
  newRoot: Uint8Array,
  proof: readonly Uint8Array[],
): boolean {
  if (!isSize(oldSize) || !isSize(newSize) || oldSize > newSize) return false;
  if (oldSize === 0)
    return newSize === 0 && proof.length === 0 && equal(oldRoot, emptyRoot()) && equal(newRoot, emptyRoot());
  return verifySubtreeConsistency(0, oldSize, newSize, oldRoot, newRoot, proof);
}

/**
 * Whether entries `start` (included) to `end` (not) of the tree of `size` under `root` are those of `subtreeRoot`.
 * A subtree begins at a multiple of the smallest power of two that is not less than its size
 * (draft-ietf-plants-merkle-tree-certs, subtree consistency proofs). An empty one is in every tree. False for anything else.
 */
export function verifySubtreeConsistency(
  start: number,
  end: number,
  size: number,
  subtreeRoot: Uint8Array,
  root: Uint8Array,
  proof: readonly Uint8Array[],
): boolean {
  if (!isSize(size) || end > size) return false;
  if (isSize(start) && start === end) return proof.length === 0 && equal(subtreeRoot, emptyRoot());
  if (start === 0 && end > 0 && end === size) return proof.length === 0 && equal(subtreeRoot, root);
  if (!isSubtree(start, end)) return false;
  if (![subtreeRoot, root, ...proof].every((hash) => hash.length === hashSizeBytes)) return false;
  const at: Shifted = { first: BigInt(start), last: BigInt(end - 1), top: BigInt(size - 1) };
  if (at.last === at.top) while (at.first !== at.last) shift(at);
  else while (at.first !== at.last && isOdd(at.last)) shift(at);

  const rest = [...proof];
  const begin = at.first === at.last ? subtreeRoot : rest.shift();
  if (begin === undefined) return false;
  let [subtree, whole] = [begin, begin];
  for (const sibling of rest) {
    if (at.top === 0n) return false;
    if (isOdd(at.last) || at.last === at.top) {
      if (at.first < at.last) subtree = hashNode(sibling, subtree);
      whole = hashNode(sibling, whole);
      while (!isOdd(at.last) && at.top > 0n) shift(at);
    } else whole = hashNode(whole, sibling);
    shift(at);
  }
  return at.top === 0n && equal(subtree, subtreeRoot) && equal(whole, root);
}

/** Also the rule for subtrees whose inclusion is proven. */
export function isSubtree(start: number, end: number): boolean {
  if (!isSize(start) || !isSize(end) || start >= end) return false;
  let width = 1n;
  while (width < BigInt(end - start)) width *= 2n;
  return BigInt(start) % width === 0n;
}

export function isSize(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

/** Roots and hashes are public: nothing to hide in how long comparing them takes. */
export function equal(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}

function shift(at: Shifted): void {
  at.first >>= 1n;
  at.last >>= 1n;
  at.top >>= 1n;
}

function isOdd(value: bigint): boolean {
  return (value & 1n) === 1n;
}
