import { mint, type Part } from './part.ts';

type Word = { readonly name: string; readonly synonyms: readonly string[]; readonly definition: string };
/** What a table of the catalog, as the asker sees it, says of the workspace's own words. */
type WithGlossary = {
  readonly glossary?: readonly Word[];
  readonly columns: readonly { readonly name: string; readonly glossary?: readonly Word[] }[];
};

const DEFINITION_MAX = 300;

/** What words of the workspace mean, each once, by name. null when none is linked to these tables. */
export function glossaryPart(tables: readonly WithGlossary[]): Part | null {
  const words = tables.flatMap((table) => [table, ...table.columns].flatMap(({ glossary = [] }) => glossary));
  const lines = new Map(words.map((word) => [word.name, line(word)]));
  return lines.size === 0 ? null : mint('glossary', [...lines.values()].toSorted().join('\n'));
}

function line({ name, synonyms, definition }: Word): string {
  const also = synonyms.length === 0 ? '' : ` (${synonyms.join(', ')})`;
  return `${name}${also}: ${definition.replace(/\s+/g, ' ').trim().slice(0, DEFINITION_MAX)}`;
}
