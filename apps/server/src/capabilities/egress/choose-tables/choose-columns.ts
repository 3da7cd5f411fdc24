import type { AskedTerm } from './read-question.ts';
import { type KnownTable, tableKey } from './table-index.ts';
import { splitWords, stem } from './words.ts';

/** Columns that say what a row is, for a reader of names. */
const DESCRIBING = new Set(
  ['name', 'title', 'label', 'type', 'status', 'date', 'code', 'amount', 'description'].map(stem),
);

type Column = KnownTable['columns'][number];
/** What a column is good for, smaller is better. */
export type ColumnRanks = ReadonlyMap<Column, number>;

const JOINS = 0;
const SPOKEN_OF = 1;
const KEY = 2;
const DESCRIBES = 3;
const OTHER = 4;

/** Of each column of the tables, but for joins: these depend on which tables are told. */
export function rankColumns(tables: readonly KnownTable[], terms: readonly AskedTerm[]): ColumnRanks {
  const stems = new Set(terms.flatMap((term) => term.stems.map((one) => one.stem)));
  const rankOf = ({ primaryKey }: KnownTable, column: Column): number => {
    if (speaksOf(column, stems)) return SPOKEN_OF;
    if (primaryKey.includes(column.name)) return KEY;
    return splitWords(column.name).some((word) => DESCRIBING.has(stem(word))) ? DESCRIBES : OTHER;
  };
  return new Map(
    tables.flatMap((table) => table.columns.map((column): [Column, number] => [column, rankOf(table, column)])),
  );
}

/**
 * The tables with no more columns than they may have: first those that join the tables, then those the question speaks of, primary keys, those that
 * describe a row, and the others in their order. Keys remain where all their columns do, and foreign keys only between these tables, since
 * no statement may name another.
 */
export function chooseColumns(
  tables: readonly KnownTable[],
  ranks: ColumnRanks,
  columnsMax: (at: number) => number,
): KnownTable[] {
  const joining = joiningColumns(tables);
  const kept = new Map(
    tables.map((table, at) => {
      const joins = joining.get(keyOf(table));
      const best = table.columns
        .map((column) => ({ column, rank: joins?.has(column.name) ? JOINS : (ranks.get(column) ?? OTHER) }))
        .sort((one, other) => one.rank - other.rank)
        .slice(0, columnsMax(at));
      return [keyOf(table), new Set(best.map(({ column }) => column.name))];
    }),
  );
  return tables.map((table) => {
    const own = kept.get(keyOf(table));
    const keeps = (columns: readonly string[], of = own): boolean => columns.every((name) => of?.has(name));
    return {
      ...table,
      columns: table.columns.filter(({ name }) => keeps([name])),
      primaryKey: keeps(table.primaryKey) ? table.primaryKey : [],
      foreignKeys: table.foreignKeys.filter(
        ({ columns, references }) =>
          keeps(columns) &&
          keeps(references.columns, kept.get(tableKey(table.source, references.schema, references.table))),
      ),
    };
  });
}

/** By table: columns of foreign keys between two of the tables, at both ends. */
function joiningColumns(tables: readonly KnownTable[]): ReadonlyMap<string, ReadonlySet<string>> {
  const told = new Set(tables.map(keyOf));
  const joining = new Map<string, ReadonlySet<string>>();
  const add = (key: string, columns: readonly string[]): void =>
    void joining.set(key, new Set([...(joining.get(key) ?? []), ...columns]));
  for (const table of tables) {
    for (const { columns, references } of table.foreignKeys) {
      const other = tableKey(table.source, references.schema, references.table);
      if (!told.has(other)) continue;
      add(keyOf(table), columns);
      add(other, references.columns);
    }
  }
  return joining;
}

function speaksOf(column: Column, stems: ReadonlySet<string>): boolean {
  const { name, description, comment, tags, glossary = [] } = column;
  const terms = glossary.flatMap((term) => [term.name, ...term.synonyms]);
  const words = [name, description ?? comment ?? '', ...tags, ...terms].flatMap(splitWords).map(stem);
  return words.some(
    (word) =>
      stems.has(word) || (word.length > 2 && [...stems].some((asked) => asked.length > 3 && isBegun(word, asked))),
  );
}

function isBegun(one: string, other: string): boolean {
  return one.startsWith(other) || other.startsWith(one);
}

function keyOf({ source, schema, name }: KnownTable): string {
  return tableKey(source, schema, name);
}
