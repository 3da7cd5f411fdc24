import type { CatalogTable } from '@strongroom/protocol';

/** Words that the names and tags of tables and their columns are made of. A description may hold anybody's name: it lends none. */
export type CatalogWords = {
  /** A name as a whole: `flights`, `public.flights`, `address2`. */
  isName(word: string): boolean;
  /** A part of a name, or that part in the plural or past: `flight`, `delayed`. */
  has(word: string): boolean;
};

export function catalogWords(tables: readonly CatalogTable[]): CatalogWords {
  const [names, stems] = [new Set<string>(), new Set<string>()];
  const add = (name: string): void => {
    names.add(name.toLowerCase());
    for (const word of splitName(name)) stems.add(stem(word));
  };
  for (const { source, schema, name, tags, columns } of tables) {
    for (const own of [source, schema, name, ...tags]) add(own);
    names.add(`${schema}.${name}`.toLowerCase());
    for (const column of columns) {
      for (const own of [column.name, ...column.tags]) add(own);
      names.add(`${name}.${column.name}`.toLowerCase());
    }
  }
  return {
    isName: (word) => names.has(word.toLowerCase()),
    has: (word) => names.has(word.toLowerCase()) || stems.has(stem(word.toLowerCase())),
  };
}

function splitName(name: string): string[] {
  return name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word.length > 1);
}

function stem(word: string): string {
  return word
    .replace(/['’]s$/, '')
    .replace(/ies$/, 'y')
    .replace(/(?<=\w{3})(?:es|s|ed|ing)$/, '')
    .replace(/(?<=\w{3})e$/, '');
}
