import type { Node } from './prove.ts';
import { hashNode, hashSizeBytes } from './tree-hash.ts';

const tileHeight = 8;
/** Hashes of a full tile. */
export const tileWidth = 256;

/** A tile holds up to 256 nodes of tree level 8 × `level`, from number 256 × `index` on; nodes between are computed. */
export type TilePlace = { readonly level: number; readonly index: number };

/** The tile below which a node lies (C2SP tlog-tiles). */
export function tileOf(node: Node): TilePlace {
  const above = node.level % tileHeight;
  return {
    level: (node.level - above) / tileHeight,
    index: Math.floor((node.index * 2 ** above) / tileWidth),
  };
}

/** The node's hash, computed from its tile's. Throws RangeError when the tile does not hold all that lies below it. */
export function nodeInTile(node: Node, tile: Uint8Array): Uint8Array {
  const above = node.level % tileHeight;
  const width = 2 ** above;
  const first = (node.index * width) % tileWidth;
  if (tile.length % hashSizeBytes !== 0 || (first + width) * hashSizeBytes > tile.length)
    throw new RangeError('the tile does not hold this node');
  return subtree(tile, first, width);
}

function subtree(tile: Uint8Array, first: number, width: number): Uint8Array {
  if (width === 1) return tile.subarray(first * hashSizeBytes, (first + 1) * hashSizeBytes);
  const half = width / 2;
  return hashNode(subtree(tile, first, half), subtree(tile, first + half, half));
}
