import { describe, expect, test } from 'vitest';
import { compactRange, rootOf } from './compact-range.ts';
import { LogError } from './errors.ts';
import { edgeNodes, proveConsistency, proveInclusion, type ReadNodes } from './prove.ts';
import { nodeInTile, tileHeight, tileOf, tileWidth } from './tiles.ts';
import { emptyRoot, hashLeaf, hashNode } from './tree-hash.ts';
import { verifyConsistency } from './verify-consistency.ts';
import { verifyInclusion } from './verify-inclusion.ts';

/** The definition itself (RFC 6962 section 2.1), to hold the rest against. */
function rootByDefinition(leaves: readonly Buffer[]): Buffer {
  const [only] = leaves;
  if (only === undefined) return emptyRoot();
  if (leaves.length === 1) return only;
  let width = 1;
  while (width * 2 < leaves.length) width *= 2;
  return hashNode(rootByDefinition(leaves.slice(0, width)), rootByDefinition(leaves.slice(width)));
}

const leaves = Array.from({ length: 300 }, (_, index) => hashLeaf(Buffer.from(`entry ${index}`)));
const sizes = [...Array(70).keys(), 127, 128, 129, 255, 256, 257, 300];
const roots = new Map(sizes.map((size) => [size, rootByDefinition(leaves.slice(0, size))]));

/** Nodes as a log keeps them: in tiles. */
function tilesOf(size: number): { read: ReadNodes; asked: () => number } {
  const tiles = new Map<string, Uint8Array[]>();
  const range = compactRange();
  for (const leaf of leaves.slice(0, size))
    range.append(leaf, (level, index, hash) => {
      if (level % tileHeight !== 0) return;
      const key = `${level / tileHeight}/${Math.floor(index / tileWidth)}`;
      tiles.set(key, [...(tiles.get(key) ?? []), hash]);
    });
  let asked = 0;
  return {
    asked: () => asked,
    read: async (nodes) => {
      asked += 1;
      return nodes.map((node) => {
        const { level, index } = tileOf(node);
        return nodeInTile(node, Buffer.concat(tiles.get(`${level}/${index}`) ?? []));
      });
    },
  };
}

describe('a growing log', () => {
  test('has the root that the definition gives, at every size, and goes on from its edge', () => {
    for (const [size, root] of roots) {
      const range = compactRange();
      for (const leaf of leaves.slice(0, size)) range.append(leaf);
      expect(range.root()).toEqual(root);
      const half = compactRange();
      for (const leaf of leaves.slice(0, size >> 1)) half.append(leaf);
      const again = compactRange(half.size, half.edge());
      for (const leaf of leaves.slice(size >> 1, size)) again.append(leaf);
      expect([again.size, again.root()]).toEqual([size, root]);
    }
  });

  test('refuses to go on from an edge that is not of its size', () => {
    expect(() => compactRange(3, [Buffer.alloc(32)])).toThrow(RangeError);
    expect(() => compactRange(1.5, [Buffer.alloc(32)])).toThrow(RangeError);
  });

  test('knows its edge from stored nodes', async () => {
    for (const [size, root] of roots) expect(rootOf(await tilesOf(size).read(edgeNodes(size)))).toEqual(root);
  });
});

describe('a proof of inclusion', () => {
  test('holds for every entry of every size, reads once, and holds for no other entry, size or root', async () => {
    for (const [size, root] of roots) {
      for (let index = 0; index < size; index += size > 70 ? 37 : 1) {
        const { read, asked } = tilesOf(size);
        const proof = await proveInclusion(read, index, size);
        const leaf = leaves[index] ?? Buffer.alloc(0);
        expect(asked()).toBe(1);
        expect(verifyInclusion(index, size, leaf, root, proof)).toBe(true);
        expect(verifyInclusion(index, size, hashLeaf(leaf), root, proof)).toBe(false);
        expect(verifyInclusion(index, size, leaf, hashLeaf(root), proof)).toBe(false);
        expect(verifyInclusion(index, size, leaf, root, [...proof, leaf])).toBe(false);
        if (proof.length > 0) expect(verifyInclusion(index, size, leaf, root, proof.slice(1))).toBe(false);
        if (index + 1 < size) expect(verifyInclusion(index + 1, size, leaf, root, proof)).toBe(false);
      }
    }
  });

  test('is refused for an entry that the log has not, and for numbers that are none', async () => {
    for (const [index, size] of [
      [3, 3],
      [0, 0],
      [-1, 3],
      [0.5, 3],
      [Number.NaN, 3],
    ] as const) {
      await expect(proveInclusion(tilesOf(8).read, index, size)).rejects.toBeInstanceOf(LogError);
      expect(verifyInclusion(index, size, leaves[0] ?? Buffer.alloc(0), emptyRoot(), [])).toBe(false);
    }
  });

  test('holds past 2^32 entries', async () => {
    const size = 2 ** 40 + 1;
    const read: ReadNodes = async (nodes) =>
      nodes.map(({ level, index }) => hashLeaf(Buffer.from(`${level}/${index}`)));
    const proof = await proveInclusion(read, size - 1, size);
    const left = hashLeaf(Buffer.from('40/0'));
    const last = hashLeaf(Buffer.from('last'));
    expect(proof).toEqual([left]);
    expect(verifyInclusion(size - 1, size, last, hashNode(left, last), proof)).toBe(true);
  });
});

describe('a proof of consistency', () => {
  test('holds for every two sizes and for no other roots', async () => {
    for (const [size, root] of roots) {
      const { read } = tilesOf(size);
      for (const [oldSize, oldRoot] of roots) {
        if (oldSize > size || oldSize === 0) continue;
        const proof = await proveConsistency(read, oldSize, size);
        expect(verifyConsistency(oldSize, size, oldRoot, root, proof), `${oldSize} to ${size}`).toBe(true);
        expect(verifyConsistency(oldSize, size, hashLeaf(oldRoot), root, proof)).toBe(false);
        if (oldSize < size) expect(verifyConsistency(oldSize, size, oldRoot, hashLeaf(root), proof)).toBe(false);
      }
    }
  });

  test('can not be had from a longer log to a shorter one', async () => {
    await expect(proveConsistency(tilesOf(8).read, 5, 4)).rejects.toMatchObject({ code: 'merkle-log/bad_range' });
  });
});

test('a tile that does not hold a node gives none', () => {
  expect(() => nodeInTile({ level: 1, index: 1 }, Buffer.alloc(3 * 32))).toThrow(RangeError);
  expect(() => nodeInTile({ level: 0, index: 0 }, Buffer.alloc(31))).toThrow(RangeError);
});
