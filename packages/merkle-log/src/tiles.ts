import type { Node } from './prove.ts';
import { hashNodeWithin, hashSizeBytes } from './tree-hash.ts';

/**
 * Levels of the tree that one tile stands for. C2SP tlog-tiles has 8, for those who keep tiles in files: a proof from such tiles costs 255
 * hashes for each level of them, from these 15.
 */
export const tileHeight = 4;
/** Hashes of a full tile. */
export const tileWidth = 2 ** tileHeight;

/** A tile holds up to 16 nodes of tree level 4 × `level`, from number 16 × `index` on; nodes between are computed. */
export type TilePlace = { readonly level: number; readonly index: number };

/** The tile below which a node lies (as in C2SP tlog-tiles, with smaller ones). */
export function tileOf(node: Node): TilePlace {
  const above = node.level % tileHeight;
  return {
    level: (node.level - above) / tileHeight,
    index: Math.floor((node.index * 2 ** above) / tileWidth),
  };
}

const memory = Buffer.alloc(tileWidth * hashSizeBytes);

/** The node's hash, computed from its tile's. Throws RangeError when the tile does not hold all that lies below it. */
export function nodeInTile(node: Node, tile: Uint8Array): Uint8Array {
  const above = node.level % tileHeight;
  const sizeBytes = 2 ** above * hashSizeBytes;
  const first = (node.index * sizeBytes) % (tileWidth * hashSizeBytes);
  if (tile.length % hashSizeBytes !== 0 || first + sizeBytes > tile.length)
    throw new RangeError('the tile does not hold this node');
  if (above === 0) return tile.subarray(first, first + sizeBytes);
  memory.set(tile.subarray(first, first + sizeBytes));
  // Each level takes half of what the one below it took.
  for (let left = sizeBytes / 2; left >= hashSizeBytes; left /= 2)
    for (let to = 0; to < left; to += hashSizeBytes) hashNodeWithin(memory, 2 * to, to);
  return Buffer.from(memory.subarray(0, hashSizeBytes));
}
