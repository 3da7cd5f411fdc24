import type { CatalogColumn, CatalogTable } from '@strongroom/protocol';
import { likeness, segment, singular, splitName, stem, withoutSmallWords } from './words.ts';

/** `uid` of users, `aid` of authors. */
export function isShortId(name: string, table = ''): boolean {
  return name.length === 3 && name.endsWith('id') && name[0] === table[0];
}

/** What some words of a question may name. `column` null is the table itself. `score` is 1 for the name itself, less for a part or synonym of it. */
export type Candidate = { readonly table: CatalogTable; readonly column: CatalogColumn | null; readonly score: number };
export type Vocabulary = {
  readonly tables: readonly CatalogTable[];
  find(words: readonly string[]): readonly Candidate[];
};

type Entry = {
  readonly table: CatalogTable;
  readonly column: CatalogColumn | null;
  readonly words: string[];
  readonly core: string[];
  readonly bare: string[];
  readonly tags: string[][];
  readonly prose: Set<string>;
};

// Words that say what shape a column has rather than what it is about.
const SHAPES = new Set(['name', 'at', 'date', 'ts', 'str', 'is', 'has', 'timestamp', 'datetime', 'code']);
// Words that say how a table is kept rather than what it holds.
const KEPT = new Set(['daily', 'history', 'log', 'snapshot', 'data', 'table']);
const SCORE = { whole: 1, core: 0.97, bare: 0.9, tag: 0.88, head: 0.82, part: 0.7, prose: 0.6 } as const;

/** Whether only the description of a column speaks of it: enough to stand alone, never beside other names or in a comparison. */
export function isOnlyDescribed(score: number): boolean {
  return score <= SCORE.prose;
}

/** `asked` are the words of the question: they help to cut run-together names. */
export function createVocabulary(tables: readonly CatalogTable[], asked: readonly string[]): Vocabulary {
  const known = new Set(asked.flatMap((word) => [word, singular(word)]));
  for (const table of tables)
    for (const text of [
      table.comment,
      table.description,
      ...table.columns.flatMap((column) => [column.comment, column.description]),
    ])
      for (const word of splitName(text ?? '')) known.add(word);
  const shared = schemaPrefix(tables);
  const entries = tables.flatMap((table) => entriesOf(table, known, shared));
  const memory = new Map<string, readonly Candidate[]>();
  return {
    tables,
    find(words) {
      const key = words.join(' ');
      const found = memory.get(key) ?? search(entries, withoutSmallWords(words));
      memory.set(key, found);
      return found;
    },
  };
}

function search(entries: readonly Entry[], phrase: readonly string[]): Candidate[] {
  const named = entries
    .map((entry) => ({ table: entry.table, column: entry.column, score: scoreOf(phrase, entry) }))
    .filter((candidate) => candidate.score > 0);
  if (named.length > 0 || phrase.length !== 1 || (phrase[0]?.length ?? 0) < 4) return named;
  // A description helps only where a single column speaks of it.
  const spoken = entries.filter((entry) => entry.column !== null && entry.prose.has(stem(phrase[0] ?? '')));
  return spoken.length === 1 ? spoken.map(({ table, column }) => ({ table, column, score: SCORE.prose })) : [];
}

function scoreOf(phrase: readonly string[], entry: Entry): number {
  const likenesses = cover(phrase, entry.words);
  if (likenesses === null)
    return entry.tags.some((tag) => tag.length === phrase.length && cover(phrase, tag) !== null) ? SCORE.tag : 0;
  const shape = sameLength(phrase, entry.words)
    ? SCORE.whole
    : covers(phrase, entry.core)
      ? SCORE.core
      : covers(phrase, entry.bare)
        ? SCORE.bare
        : likeness(phrase.at(-1) ?? '', entry.core.at(-1) ?? '') > 0 ||
            likeness(phrase.at(-1) ?? '', entry.bare.at(-1) ?? '') > 0
          ? SCORE.head
          : SCORE.part;
  return likenesses * shape;
}

function sameLength(phrase: readonly string[], words: readonly string[]): boolean {
  return phrase.length === words.length;
}

/** Whether the phrase says all of the essential words. */
function covers(phrase: readonly string[], essential: readonly string[]): boolean {
  return essential.length > 0 && essential.every((word) => phrase.some((said) => likeness(said, word) > 0));
}

/** Mean likeness when every word of the phrase is a word of the name, each used once; null otherwise. */
function cover(phrase: readonly string[], words: readonly string[]): number | null {
  const left = [...words];
  let sum = 0;
  for (const said of phrase) {
    const best = left.reduce(
      (chosen, word, index) => (likeness(said, word) > likeness(said, left[chosen] ?? '') ? index : chosen),
      0,
    );
    const value = likeness(said, left[best] ?? '');
    if (value === 0) return null;
    sum += value;
    left.splice(best, 1);
  }
  return phrase.length === 0 ? null : sum / phrase.length;
}

function entriesOf(table: CatalogTable, known: ReadonlySet<string>, shared: string): Entry[] {
  const tableName =
    table.name.startsWith(shared) && table.name.length > shared.length ? table.name.slice(shared.length) : table.name;
  const tableWords = wordsOf(tableName, known);
  const prefix = namePrefix(table);
  const own: Entry = {
    table,
    column: null,
    words: tableWords,
    core: tableWords,
    bare: orAll(
      tableWords.filter((word) => !KEPT.has(singular(word))),
      tableWords,
    ),
    tags: table.tags.map(splitName),
    prose: new Set(),
  };
  const columns = table.columns.map((column): Entry => {
    const short = prefix !== '' && column.name.length > prefix.length ? column.name.slice(prefix.length) : column.name;
    const isKey = table.primaryKey.length === 1 && table.primaryKey[0] === column.name;
    const words = isKey && isShortId(column.name, tableWords[0]) ? ['id'] : wordsOf(short, known);
    const core = orAll(
      words.filter((word) => !tableWords.some((tableWord) => likeness(word, tableWord) === 1)),
      words,
    );
    const bare = orAll(
      core.filter((word) => !SHAPES.has(word)),
      core,
    );
    const prose = new Set([...splitName(column.description ?? ''), ...splitName(column.comment ?? '')].map(stem));
    return { table, column, words, core, bare, tags: column.tags.map(splitName), prose };
  });
  return [own, ...columns];
}

function wordsOf(name: string, known: ReadonlySet<string>): string[] {
  return withoutSmallWords(splitName(name).flatMap((word) => segment(word, known)));
}

function orAll(some: string[], all: string[]): string[] {
  return some.length === 0 ? all : some;
}

/** `sb` of sbCustomer, sbTicker, sbDailyPrice; empty when the tables share nothing. */
export function schemaPrefix(tables: readonly CatalogTable[]): string {
  const names = tables.map((table) => table.name);
  if (names.length < 3) return '';
  const first = names[0] ?? '';
  for (let length = Math.min(5, first.length); length >= 2; length -= 1) {
    const prefix = first.slice(0, length);
    if (names.every((name) => name.startsWith(prefix) && name.length > length + 2)) return prefix;
  }
  return '';
}

/** `sbTx` of the columns sbTxId, sbTxDate, …: what all columns of a table begin with, when that says nothing. */
export function namePrefix(table: CatalogTable): string {
  const names = table.columns.map((column) => column.name);
  if (names.length < 3) return '';
  let prefix = names[0] ?? '';
  for (const name of names) while (!name.startsWith(prefix)) prefix = prefix.slice(0, -1);
  return prefix.length >= 2 && prefix.length <= 10 ? prefix : '';
}
