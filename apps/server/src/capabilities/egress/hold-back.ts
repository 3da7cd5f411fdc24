import type { CatalogTable, HeldLiteral } from '@strongroom/protocol';
import type { Holder } from './hold-back/hold-back.ts';

export type { Holder };

/**
 * For workspaces that hold literals back; see `createHolder`. The dictionary is read into memory, about 50 MB, when it is first needed: whoever
 * holds nothing back never pays for it.
 */
export async function holdBack(tables: readonly CatalogTable[], before: readonly HeldLiteral[]): Promise<Holder> {
  const { createHolder } = await import('./hold-back/hold-back.ts');
  return createHolder(tables, before);
}

/** For choosing tables in such a workspace; see `blankValues`. */
export async function withoutValues(
  words: string,
  sources: readonly (readonly CatalogTable[])[],
  before: readonly HeldLiteral[],
): Promise<string> {
  const { blankValues } = await import('./hold-back/hold-back.ts');
  return blankValues(words, sources, before);
}
