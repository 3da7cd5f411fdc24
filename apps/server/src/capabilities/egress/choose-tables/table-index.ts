import type { CatalogTable } from '@strongroom/protocol';
import { splitWords, stem } from './words.ts';

/** A term of the workspace's glossary. */
type Term = { readonly name: string; readonly synonyms: readonly string[] };
type WithTerms = { readonly glossary?: readonly Term[] | undefined };
/** A table as its asker sees it. What is optional is used where the catalog has it: terms that are linked to it, and how often it is read. */
export type KnownTable = Omit<CatalogTable, 'columns'> &
  WithTerms & {
    columns: (CatalogTable['columns'][number] & WithTerms)[];
    /** The more, the oftener; of no unit. */
    readonly popularity?: number | undefined;
  };

/** In which tables a stem is, by their position, and how much of it: the pseudo-frequency of BM25F over all fields. */
export type Posting = { readonly tables: Int32Array; readonly frequencies: Float32Array };

/**
 * What is needed to rank the tables of one view: of one source, as certain askers see it. Plain data of these tables alone, so that nothing
 * an asker may not see has a part in a frequency, a length or a neighbourhood.
 */
export type TableIndex = {
  readonly tables: readonly KnownTable[];
  readonly postings: ReadonlyMap<string, Posting>;
  /** All stems in order, to find those that begin alike. */
  readonly stems: readonly string[];
  /** By table: those that a foreign key leads to or comes from. */
  readonly neighbours: readonly Int32Array[];
  /** By table: which schema it is in; and how many tables each has. */
  readonly schemas: Int32Array;
  readonly schemaSizes: readonly number[];
  /** 0 to 1 by table, in proportion to the logarithm; all 0 where nobody counts. */
  readonly popularity: Float32Array;
};

// BM25F (Robertson, Zaragoza & Taylor, 2004): each field has a weight and is normalised by its own length. Tuned on the tuning half of
// Spider (`bench/disclosure`) and rounded; half or double changes less than a point there.
const FIELDS = [
  { weight: 4, b: 0.4 }, // name
  { weight: 1, b: 0.4 }, // columns
  { weight: 0.5, b: 0.2 }, // schema and source
  { weight: 0.5, b: 0.6 }, // descriptions and comments
  { weight: 2, b: 0.2 }, // tags and glossary
] as const;

/** Of a table: the stems of each field. */
type Fields = readonly (readonly string[])[];

/** A beginning that so many of a schema's tables share (`tbl_`, `sb…`) says nothing about one of them. */
const COMMON_PREFIX_SHARE = 0.6;
const COMMON_PREFIX_TABLES_MIN = 4;
/** Tables taken in at a time; others are served in between. */
const BATCH = 500;

/** Reads each table once; for 10,000 tables that takes a while, so in batches. */
export async function indexTables(tables: readonly KnownTable[]): Promise<TableIndex> {
  const pause = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const split = compoundSplitter(await vocabularyOf(tables, pause));
  const prefixes = commonPrefixes(tables);
  const documents: Fields[] = [];
  for (const [at, table] of tables.entries()) {
    documents.push(fieldsOf(table, split, prefixes.get(schemaKey(table))));
    if (at % BATCH === BATCH - 1) await pause();
  }
  const postings = await postingsOf(documents, pause);
  const { schemas, sizes } = schemasOf(tables);
  return {
    tables,
    postings,
    stems: [...postings.keys()].sort(),
    neighbours: neighboursOf(tables),
    schemas,
    schemaSizes: sizes,
    popularity: popularityOf(tables),
  };
}

function fieldsOf(table: KnownTable, split: (text: string) => readonly string[], prefix: string | undefined): Fields {
  const [first, ...rest] = splitWords(table.name);
  const name = first === prefix && rest.length > 0 ? rest.join(' ') : table.name;
  const texts = [table, ...table.columns].map(({ description, comment }) => description ?? comment ?? '');
  const labels = [table, ...table.columns].flatMap(({ tags, glossary = [] }) => [
    ...tags,
    ...glossary.flatMap(({ name: term, synonyms }) => [term, ...synonyms]),
  ]);
  return [
    split(name),
    table.columns.flatMap((column) => split(column.name)),
    split(`${table.source} ${table.schema}`),
    texts.flatMap((text) => splitWords(text).map(stem)),
    labels.flatMap(split),
  ];
}

/** How many tables have a word in their name or a column's. */
async function vocabularyOf(
  tables: readonly KnownTable[],
  pause: () => Promise<void>,
): Promise<ReadonlyMap<string, number>> {
  const vocabulary = new Map<string, number>();
  const split = new Map<string, string[]>();
  const wordsOf = ({ name }: { readonly name: string }): string[] => {
    const words = split.get(name) ?? splitWords(name);
    split.set(name, words);
    return words;
  };
  for (const [at, table] of tables.entries()) {
    const words = new Set([table, ...table.columns].flatMap(wordsOf));
    for (const word of words) vocabulary.set(word, (vocabulary.get(word) ?? 0) + 1);
    if (at % BATCH === BATCH - 1) await pause();
  }
  return vocabulary;
}

/** Stems of an identifier's words; one written together (`countrycode`) of its two parts too, where other tables know both. The same ones come again and again. */
function compoundSplitter(vocabulary: ReadonlyMap<string, number>): (text: string) => readonly string[] {
  const known = new Map<string, readonly string[]>();
  const isWord = (part: string): boolean => (part.length > 2 || part === 'id') && (vocabulary.get(part) ?? 0) >= 2;
  return (text) => {
    let stems = known.get(text);
    if (stems === undefined) {
      stems = splitWords(text).flatMap((word) => [word, ...halvesOf(word, isWord)].map(stem));
      known.set(text, stems);
    }
    return stems;
  };
}

function halvesOf(word: string, isWord: (part: string) => boolean): string[] {
  if (word.length < 5) return [];
  for (let at = word.length - 2; at >= 3; at -= 1) {
    const halves = [word.slice(0, at), word.slice(at)];
    if (halves.every(isWord)) return halves;
  }
  return [];
}

/** By schema: the first word that most of its tables' names share. */
function commonPrefixes(tables: readonly KnownTable[]): ReadonlyMap<string, string> {
  const prefixes = new Map<string, string>();
  for (const [schema, own] of Map.groupBy(tables, schemaKey)) {
    if (own.length < COMMON_PREFIX_TABLES_MIN) continue;
    for (const [first, bearing] of Map.groupBy(own, ({ name }) => splitWords(name)[0] ?? ''))
      if (bearing.length >= own.length * COMMON_PREFIX_SHARE) prefixes.set(schema, first);
  }
  return prefixes;
}

async function postingsOf(
  documents: readonly Fields[],
  pause: () => Promise<void>,
): Promise<ReadonlyMap<string, Posting>> {
  const lengthMeans = FIELDS.map(
    (_, field) => documents.reduce((sum, fields) => sum + (fields[field]?.length ?? 0), 0) / documents.length,
  );
  const lists = new Map<string, { tables: number[]; frequencies: number[] }>();
  for (const [table, fields] of documents.entries()) {
    const frequencies = new Map<string, number>();
    for (const [field, { weight, b }] of FIELDS.entries()) {
      const stems = fields[field] ?? [];
      const each = weight / (1 - b + (b * stems.length) / (lengthMeans[field] ?? 1));
      for (const one of stems) frequencies.set(one, (frequencies.get(one) ?? 0) + each);
    }
    for (const [one, frequency] of frequencies) {
      const list = lists.get(one) ?? { tables: [], frequencies: [] };
      lists.set(one, list);
      list.tables.push(table);
      list.frequencies.push(frequency);
    }
    if (table % BATCH === BATCH - 1) await pause();
  }
  return new Map(
    [...lists].map(([one, list]) => [
      one,
      { tables: Int32Array.from(list.tables), frequencies: Float32Array.from(list.frequencies) },
    ]),
  );
}

function schemasOf(tables: readonly KnownTable[]): { schemas: Int32Array; sizes: number[] } {
  const numbers = new Map<string, number>();
  const sizes: number[] = [];
  const schemas = Int32Array.from(tables, (table) => {
    const number = numbers.get(schemaKey(table)) ?? numbers.size;
    numbers.set(schemaKey(table), number);
    sizes[number] = (sizes[number] ?? 0) + 1;
    return number;
  });
  return { schemas, sizes };
}

function neighboursOf(tables: readonly KnownTable[]): Int32Array[] {
  const positions = new Map(tables.map((table, at) => [tableKey(table.source, table.schema, table.name), at]));
  const neighbours = tables.map(() => new Set<number>());
  for (const [at, { source, foreignKeys }] of tables.entries()) {
    for (const { references } of foreignKeys) {
      const other = positions.get(tableKey(source, references.schema, references.table));
      if (other === undefined || other === at) continue;
      neighbours[at]?.add(other);
      neighbours[other]?.add(at);
    }
  }
  return neighbours.map((own) => Int32Array.from(own));
}

function popularityOf(tables: readonly KnownTable[]): Float32Array {
  const most = tables.reduce((max, { popularity = 0 }) => Math.max(max, popularity), 0);
  return Float32Array.from(tables, ({ popularity = 0 }) =>
    most === 0 ? 0 : Math.log1p(popularity) / Math.log1p(most),
  );
}

function schemaKey({ source, schema }: KnownTable): string {
  return JSON.stringify([source, schema]);
}

export function tableKey(source: string, schema: string, name: string): string {
  return JSON.stringify([source, schema, name]);
}
