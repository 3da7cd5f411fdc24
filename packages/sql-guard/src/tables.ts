import type { Dialect, SchemaTable, SourceSchema } from '@strongroom/protocol';
import type { NumberType } from './functions.ts';
import { isTextType } from './policy.ts';
import type { Fold, OutputColumn } from './scope.ts';

/** What the check needs to know of a source: the names that the asker may see, and how their numbers divide. */
export type GuardTable = {
  schema: string;
  name: string;
  columns: OutputColumn[];
  /** The columns that hold texts. */
  texts: readonly string[];
};

export type TableFinder = (schema: string | undefined, name: string) => GuardTable | null;

export function foldOf(dialect: Dialect): Fold {
  return dialect === 'postgres' ? (name) => name : (name) => name.toLowerCase();
}

/** `pg_catalog` and its like are never open, even if a schema that was handed in lists them. */
const CLOSED_SCHEMAS = /^(pg_|information_schema$|duckdb_)/i;

/** Finds a table by its name: without a schema in `public`, else in `main`, else in the only schema there is. */
export function tableFinder(tables: readonly GuardTable[], fold: Fold): TableFinder {
  const open = tables.filter((table) => !CLOSED_SCHEMAS.test(table.schema));
  const schemas = new Set(open.map((table) => table.schema));
  const byName = new Map(open.map((table) => [JSON.stringify([fold(table.schema), fold(table.name)]), table]));
  const only = schemas.size === 1 ? [...schemas] : [];
  return (schema, name) => {
    for (const candidate of schema === undefined ? ['public', 'main', ...only] : [schema]) {
      const found = byName.get(JSON.stringify([fold(candidate), fold(name)]));
      if (found !== undefined) return found;
    }
    return null;
  };
}

const finders: Readonly<Record<Dialect, WeakMap<SourceSchema, TableFinder>>> = {
  postgres: new WeakMap(),
  duckdb: new WeakMap(),
  mariadb: new WeakMap(),
};

/** Of a whole schema, made once for as long as the schema is kept. */
export function finderOf(schema: SourceSchema, dialect: Dialect): TableFinder {
  const finder = finders[dialect].get(schema) ?? tableFinder(schema.tables.map(guardTable), foldOf(dialect));
  finders[dialect].set(schema, finder);
  return finder;
}

export function guardTable({ schema, name, columns }: SchemaTable): GuardTable {
  return {
    schema,
    name,
    columns: columns.map((column) => ({ name: column.name, number: numberTypeOf(column.type) })),
    texts: columns.filter(({ type }) => isTextType(type)).map((column) => column.name),
  };
}

/** `type`: canonical PostgreSQL name, as a `SourceSchema` has it. */
export function numberTypeOf(type: string): NumberType | null {
  if (/^(smallint|integer|int2|int4)$/.test(type)) return 'int4';
  if (/^(bigint|int8)$/.test(type)) return 'int8';
  return /^(numeric|decimal|real|double precision|float4|float8)\b/.test(type) ? 'number' : null;
}
