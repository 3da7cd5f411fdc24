import type { ForeignKey, SchemaTable, SourceSchema, ValueKind } from '@strongroom/protocol';
import { tooManyTables } from '../errors.ts';
import { kindOfType } from '../kinds.ts';
import type { Pool } from '../pool.ts';
import { askCatalog } from './ask-catalog.ts';
import type { Session } from './session.ts';

const TABLES_MAX = 20_000;

// Partitions are read through their parent; their own names often hold values of the partition key.
// One statement for all, so that what is readable is decided once; 20,001 tables tell that there are too many.
const EVERYTHING = `
  with readable as materialized (
    select c.oid, n.nspname, c.relname, c.relkind from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'v', 'm', 'f') and not c.relispartition
      and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
      and has_schema_privilege(n.oid, 'usage') and has_any_column_privilege(c.oid, 'select')
    order by n.nspname, c.relname limit 20001)
  select 1 as part, r.oid, row_number() over (order by r.nspname, r.relname) as number,
    r.nspname::text, r.relname::text, r.relkind::text, null, obj_description(r.oid, 'pg_class')
  from readable r
  union all
  select 2, r.oid, a.attnum, a.attname::text, format_type(a.atttypid, a.atttypmod), t.typcategory::text, a.attnotnull::text, col_description(r.oid, a.attnum)
  from readable r join pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped join pg_type t on t.oid = a.atttypid
  where has_column_privilege(r.oid, a.attnum, 'select')
  union all
  select 3, k.conrelid, row_number() over (order by k.conname), k.contype::text, array_to_string(k.conkey, ','), k.confrelid::text, array_to_string(k.confkey, ','), null
  from pg_constraint k join readable r on r.oid = k.conrelid
  where k.contype in ('p', 'u') or (k.contype = 'f' and k.confrelid in (select oid from readable))
  order by 1, 3`;

const KINDS: Readonly<Record<string, SchemaTable['kind']>> = {
  r: 'table',
  p: 'table',
  v: 'view',
  m: 'materialized view',
  f: 'foreign table',
};

type Building = SchemaTable & { readonly numbers: Map<string, string> };

/** One question, whatever the size of the schema. Throws sources/too_many_tables beyond 20,000. */
export async function introspect(pool: Pool<Session>, signal?: AbortSignal): Promise<SourceSchema> {
  const [rows = []] = await askCatalog(pool, [EVERYTHING], signal);
  const tables = new Map<string, Building>();
  for (const [part, oid, number, first, second, third, fourth, comment = null] of rows) {
    if (part === '1') {
      const kind = KINDS[third!] ?? 'table';
      tables.set(oid!, {
        schema: first!,
        name: second!,
        kind,
        comment,
        columns: [],
        primaryKey: [],
        uniqueKeys: [],
        foreignKeys: [],
        numbers: new Map(),
      });
    } else if (part === '2') {
      const table = tables.get(oid!);
      table?.columns.push({
        name: first!,
        type: second!,
        kind: kindOfColumn(second!, third!),
        nullable: fourth !== 'true',
        comment,
      });
      table?.numbers.set(number!, first!);
    } else addKey(tables, { oid: oid!, kind: first!, numbers: second!, otherOid: third!, otherNumbers: fourth ?? '' });
  }
  if (tables.size > TABLES_MAX) throw tooManyTables(TABLES_MAX);
  return { tables: [...tables.values()].map(({ numbers: _numbers, ...table }) => table) };
}

function addKey(
  tables: Map<string, Building>,
  key: { oid: string; kind: string; numbers: string; otherOid: string; otherNumbers: string },
): void {
  const table = tables.get(key.oid);
  const columns = table === undefined ? null : namesOf(table, key.numbers);
  // A key over a column that the role may not read would tell of the column.
  if (table === undefined || columns === null) return;
  if (key.kind === 'p') table.primaryKey.push(...columns);
  else if (key.kind === 'u') table.uniqueKeys.push(columns);
  else {
    const other = tables.get(key.otherOid);
    const otherColumns = other === undefined ? null : namesOf(other, key.otherNumbers);
    if (other === undefined || otherColumns === null) return;
    const foreignKey: ForeignKey = {
      columns,
      references: { schema: other.schema, table: other.name, columns: otherColumns },
    };
    table.foreignKeys.push(foreignKey);
  }
}

function namesOf(table: Building, numbers: string): string[] | null {
  const names = numbers.split(',').map((number) => table.numbers.get(number));
  return names.every((name) => name !== undefined) ? names : null;
}

function kindOfColumn(type: string, category: string): ValueKind {
  const kind = kindOfType(type);
  return kind === 'other' && (category === 'E' || category === 'S') ? 'text' : kind;
}
