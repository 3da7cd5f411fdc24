import type { CatalogTable } from '@strongroom/protocol';
import { oneLine } from './one-line.ts';
import { mint, type Part } from './part.ts';

/** Which tables are queried most, where some are more than others; null where nothing tells them apart. */
export function popularityPart(tables: readonly CatalogTable[]): Part | null {
  const levels = tables.map(({ popularity = 0 }) => popularity);
  if (new Set(levels).size < 2) return null;
  const used = tables.filter(({ popularity = 0 }) => popularity > 0);
  const lines = used
    .toSorted((a, b) => (b.popularity ?? 0) - (a.popularity ?? 0))
    .map(({ schema, name, popularity }) => oneLine(`${schema}.${name} ${popularity}`));
  return mint('popularity', ['How often tables are used, 1 to 5:', ...lines].join('\n'));
}
