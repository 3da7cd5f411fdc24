import type { CatalogTable, GlossaryWord } from '@strongroom/protocol';
import { oneLine } from './one-line.ts';
import { mint, type Part } from './part.ts';

const DEFINITION_MAX = 300;

/** What words of the workspace mean, each once, by name. null when none is linked to these tables. */
export function glossaryPart(tables: readonly CatalogTable[]): Part | null {
  const words = tables.flatMap((table) => [table, ...table.columns].flatMap(({ glossary = [] }) => glossary));
  const lines = new Map(words.map((word) => [word.name, line(word)]));
  return lines.size === 0 ? null : mint('glossary', [...lines.values()].toSorted().join('\n'));
}

function line({ name, synonyms, definition }: GlossaryWord): string {
  const also = synonyms.length === 0 ? '' : ` (${synonyms.join(', ')})`;
  return oneLine(`${name}${also}: ${definition.replace(/\s+/g, ' ').trim().slice(0, DEFINITION_MAX)}`);
}
