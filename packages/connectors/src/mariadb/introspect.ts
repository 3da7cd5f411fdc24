import type { SchemaTable, SourceSchema } from '@strongroom/protocol';
import { tooManyTables } from '../errors.ts';
import { kindOfType } from '../kinds.ts';
import type { Pool } from '../pool.ts';
import { askCatalog } from './ask-catalog.ts';
import type { Session } from './session.ts';
import { typeOfStored } from './types.ts';

const TABLES_MAX = 20_000;
const CLOSED = `('mysql', 'sys', 'information_schema', 'performance_schema')`;

// Labels of an enum, defaults and checks hold values: none of them is asked for, but whether a check is the one that JSON has
// (a role with rights on single tables alone is not told of checks, and finds a text there).
// 20,001 tables tell that there are too many.
const TABLES = `
  SELECT table_schema, table_name, table_type, table_comment FROM information_schema.tables
  WHERE table_schema NOT IN ${CLOSED} AND table_type IN ('BASE TABLE', 'VIEW', 'SYSTEM VERSIONED')
  ORDER BY table_schema, table_name LIMIT 20001`;
const COLUMNS = `
  SELECT c.table_schema, c.table_name, c.column_name, c.data_type,
    c.data_type NOT IN ('enum', 'set') AND c.column_type LIKE '%unsigned%',
    EXISTS (SELECT 1 FROM information_schema.check_constraints k WHERE k.constraint_schema = c.table_schema AND k.table_name = c.table_name
      AND k.constraint_name = c.column_name AND k.level = 'Column' AND k.check_clause LIKE 'json_valid(%'),
    c.character_maximum_length, c.numeric_precision, c.numeric_scale, c.datetime_precision, c.is_nullable, c.column_comment
  FROM information_schema.columns c
  WHERE c.table_schema NOT IN ${CLOSED} AND FIND_IN_SET('select', c.privileges) > 0
  ORDER BY c.table_schema, c.table_name, c.ordinal_position`;
const KEYS = `
  SELECT u.table_schema, u.table_name, u.constraint_name, u.column_name,
    u.referenced_table_schema, u.referenced_table_name, u.referenced_column_name
  FROM information_schema.key_column_usage u WHERE u.table_schema NOT IN ${CLOSED}
  ORDER BY u.table_schema, u.table_name, u.constraint_name, u.ordinal_position`;

type KeyPart = { column: string; otherSchema: string | null; otherTable: string | null; otherColumn: string | null };

/** Throws sources/too_many_tables beyond 20,000. */
export async function introspect(pool: Pool<Session>, signal?: AbortSignal): Promise<SourceSchema> {
  const [tableRows = [], columnRows = [], keyRows = []] = await askCatalog(pool, [TABLES, COLUMNS, KEYS], signal);
  if (tableRows.length > TABLES_MAX) throw tooManyTables(TABLES_MAX);
  const tables = new Map<string, SchemaTable>();
  for (const [schema, name, type, comment] of tableRows) {
    const isView = type === 'VIEW';
    tables.set(keyOf(schema!, name!), {
      schema: schema!,
      name: name!,
      kind: isView ? 'view' : 'table',
      // Of a view it is the word VIEW.
      comment: isView ? null : comment || null,
      columns: [],
      primaryKey: [],
      uniqueKeys: [],
      foreignKeys: [],
    });
  }
  for (const row of columnRows) {
    const [schema, table, name, dataType, unsigned, json, length, digits, places, secondPlaces, nullable, comment] =
      row;
    const type = typeOfStored({
      dataType: dataType!,
      isUnsigned: unsigned === '1',
      isJson: json === '1',
      length: length!,
      digits: digits!,
      places: places!,
      secondPlaces: secondPlaces!,
    });
    tables.get(keyOf(schema!, table!))?.columns.push({
      name: name!,
      type,
      kind: kindOfType(type),
      nullable: nullable === 'YES',
      comment: comment || null,
    });
  }
  addKeys(tables, keyRows);
  // A table of which the role may read no column is none to us.
  return { tables: [...tables.values()].filter(({ columns }) => columns.length > 0) };
}

function addKeys(tables: ReadonlyMap<string, SchemaTable>, rows: (string | null)[][]): void {
  const keys = new Map<string, { table: SchemaTable; name: string; parts: KeyPart[] }>();
  for (const [schema, tableName, name, column, otherSchema = null, otherTable = null, otherColumn = null] of rows) {
    const table = tables.get(keyOf(schema!, tableName!));
    if (table === undefined) continue;
    const key = keyOf(schema!, tableName!, name!);
    if (!keys.has(key)) keys.set(key, { table, name: name!, parts: [] });
    keys.get(key)!.parts.push({ column: column!, otherSchema, otherTable, otherColumn });
  }
  for (const { table, name, parts } of keys.values()) {
    const columns = parts.map((part) => part.column);
    // A key over a column that the role may not read would tell of the column.
    if (!hasAll(table, columns)) continue;
    const [first] = parts;
    if (first!.otherTable === null) {
      if (name === 'PRIMARY') table.primaryKey.push(...columns);
      else table.uniqueKeys.push(columns);
      continue;
    }
    const other = tables.get(keyOf(first!.otherSchema ?? '', first!.otherTable));
    const otherColumns = parts.map((part) => part.otherColumn ?? '');
    if (other === undefined || !hasAll(other, otherColumns)) continue;
    table.foreignKeys.push({ columns, references: { schema: other.schema, table: other.name, columns: otherColumns } });
  }
}

function hasAll(table: SchemaTable, names: string[]): boolean {
  return names.every((name) => table.columns.some((column) => column.name === name));
}

function keyOf(...parts: string[]): string {
  return JSON.stringify(parts);
}
