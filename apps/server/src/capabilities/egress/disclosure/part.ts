import type { DisclosurePart } from '@strongroom/protocol';

declare const disclosed: unique symbol;

/**
 * A piece of what a model may be told. Made only in this folder, from metadata of the catalog or the asker's own words;
 * rows are another type and convert to nothing here.
 */
export type Part = DisclosurePart & { readonly [disclosed]: true };

const minted = new WeakSet<object>();

/** For the constructors of this folder; the front door does not export it. */
export function mint(kind: DisclosurePart['kind'], text: string): Part {
  const part = Object.freeze({ kind, text }) as Part;
  minted.add(part);
  return part;
}

/** Whether a part was made here and not by a cast. */
export function isMinted(part: DisclosurePart): part is Part {
  return minted.has(part);
}
