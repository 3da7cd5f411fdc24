import type { AskedTerm } from './read-question.ts';
import { type KnownTable, tableKey } from './table-index.ts';
import { splitWords, stem } from './words.ts';

/** Columns that say what a row is, for a reader of names. */
const DESCRIBING = new Set(['name', 'title', 'label', 'type', 'status', 'date', 'code', 'amount', 'description'].map(stem));

/**
 * The tables with no more columns than they may have: first those that join the tables, then those the question speaks of, primary keys, those that
 * describe a row, and the others in their order. Keys remain where all their columns do, and foreign keys only between these tables, since
 * no statement may name another.
 */
export function chooseColumns(
  tables: readonly KnownTable[],
  terms: readonly AskedTerm[],
  columnsMax: (at: number) => number,
): KnownTable[] {
  const chosen = new Map(tables.map((table) => [keyOf(table), table]));
  const joining = joiningColumns(tables, chosen);
  const stems = new Set(terms.flatMap((term) => term.stems.map((one) => one.stem)));
  const kept = tables.map((table, at) => {
    const joins = joining.get(keyOf(table)) ?? new Set<string>();
    const rank = (column: KnownTable['columns'][number]): number => {
      if (joins.has(column.name)) return 0;
      if (speaksOf(column, stems)) return 1;
      if (table.primaryKey.includes(column.name)) return 2;
      return splitWords(column.name).some((word) => DESCRIBING.has(stem(word))) ? 3 : 4;
    };
    const best = table.columns.map((column) => ({ column, rank: rank(column) })).sort((a, b) => a.rank - b.rank);
    return new Set(best.slice(0, columnsMax(at)).map(({ column }) => column.name));
  });
  const names = new Map(tables.map((table, at) => [keyOf(table), kept[at] ?? new Set<string>()]));
  return tables.map((table, at) => {
    const own = kept[at] ?? new Set<string>();
    return {
      ...table,
      columns: table.columns.filter(({ name }) => own.has(name)),
      primaryKey: table.primaryKey.every((name) => own.has(name)) ? table.primaryKey : [],
      foreignKeys: table.foreignKeys.filter(({ columns, references }) => {
        const other = names.get(tableKey(table.source, references.schema, references.table));
        return columns.every((name) => own.has(name)) && references.columns.every((name) => other?.has(name));
      }),
    };
  });
}

/** By table: columns of foreign keys between two of the tables, at both ends. */
function joiningColumns(
  tables: readonly KnownTable[],
  chosen: ReadonlyMap<string, KnownTable>,
): ReadonlyMap<string, Set<string>> {
  const joining = new Map<string, Set<string>>();
  const add = (key: string, columns: readonly string[]): void =>
    void joining.set(key, new Set([...(joining.get(key) ?? []), ...columns]));
  for (const table of tables) {
    for (const { columns, references } of table.foreignKeys) {
      const other = tableKey(table.source, references.schema, references.table);
      if (!chosen.has(other)) continue;
      add(keyOf(table), columns);
      add(other, references.columns);
    }
  }
  return joining;
}

function speaksOf(column: KnownTable['columns'][number], stems: ReadonlySet<string>): boolean {
  const { name, description, comment, tags, glossary = [] } = column;
  const terms = glossary.flatMap((term) => [term.name, ...term.synonyms]);
  const words = [name, description ?? comment ?? '', ...tags, ...terms].flatMap(splitWords).map(stem);
  return words.some(
    (word) => stems.has(word) || (word.length > 2 && [...stems].some((asked) => asked.length > 3 && isBegun(word, asked))),
  );
}

function isBegun(one: string, other: string): boolean {
  return one.startsWith(other) || other.startsWith(one);
}

function keyOf({ source, schema, name }: KnownTable): string {
  return tableKey(source, schema, name);
}
