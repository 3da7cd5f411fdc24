import { rootOf } from './compact-range.ts';
import { LogError } from './errors.ts';
import { isSize } from './verify-consistency.ts';

/** A perfect subtree: 2^level entries, the first of which is number index × 2^level. */
export type Node = { readonly level: number; readonly index: number };

/** Hashes of complete nodes, in the order asked. Asked once for each proof, with a few dozen nodes at most. */
export type ReadNodes = (nodes: readonly Node[]) => Promise<readonly Uint8Array[]>;

type Span = { readonly from: number; readonly to: number };

/** Proof that entry `index` (from 0) is in the tree of `size` (RFC 6962 section 2.1.1). Throws `merkle-log/bad_range`. */
export async function proveInclusion(read: ReadNodes, index: number, size: number): Promise<Buffer[]> {
  if (!isSize(index) || !isSize(size) || index >= size)
    throw new LogError('merkle-log/bad_range', `the log has no entry ${index} below its size ${size}`);
  return hashSpans(read, inclusionSpans(index, { from: 0, to: size }));
}

/** Proof that the tree of `size` begins with that of `oldSize` (RFC 6962 section 2.1.2). Throws `merkle-log/bad_range`. */
export async function proveConsistency(read: ReadNodes, oldSize: number, size: number): Promise<Buffer[]> {
  if (!isSize(oldSize) || !isSize(size) || oldSize > size)
    throw new LogError('merkle-log/bad_range', `a log of ${size} entries has no beginning of ${oldSize}`);
  if (oldSize === 0 || oldSize === size) return [];
  return hashSpans(read, consistencySpans(oldSize, { from: 0, to: size }, true));
}

/** Nodes whose hashes give the root of the first `size` entries, largest first. */
export function edgeNodes(size: number): Node[] {
  return perfectNodes({ from: 0, to: size });
}

function inclusionSpans(index: number, span: Span): Span[] {
  if (span.to - span.from === 1) return [];
  const middle = split(span);
  return index < middle
    ? [...inclusionSpans(index, { from: span.from, to: middle }), { from: middle, to: span.to }]
    : [...inclusionSpans(index, { from: middle, to: span.to }), { from: span.from, to: middle }];
}

/** `whole`: the old tree ends where this span does and its root is known to whoever checks. */
function consistencySpans(oldSize: number, span: Span, whole: boolean): Span[] {
  if (oldSize === span.to) return whole ? [] : [span];
  const middle = split(span);
  return oldSize <= middle
    ? [...consistencySpans(oldSize, { from: span.from, to: middle }, whole), { from: middle, to: span.to }]
    : [...consistencySpans(oldSize, { from: middle, to: span.to }, false), { from: span.from, to: middle }];
}

/** Where a tree divides: after the largest power of two that is less than its size. */
function split({ from, to }: Span): number {
  let width = 1;
  while (width * 2 < to - from) width *= 2;
  return from + width;
}

async function hashSpans(read: ReadNodes, spans: readonly Span[]): Promise<Buffer[]> {
  const nodes = spans.map(perfectNodes);
  const hashes = await read(nodes.flat());
  let taken = 0;
  return nodes.map((group) => {
    taken += group.length;
    return rootOf(hashes.slice(taken - group.length, taken));
  });
}

/** A span that begins where its own width, or a larger one, begins: so its parts are perfect, largest first. */
function perfectNodes({ from, to }: Span): Node[] {
  const nodes: Node[] = [];
  let at = from;
  while (at < to) {
    let [level, width] = [0, 1];
    while (at % (width * 2) === 0 && at + width * 2 <= to) [level, width] = [level + 1, width * 2];
    nodes.push({ level, index: at / width });
    at += width;
  }
  return nodes;
}
