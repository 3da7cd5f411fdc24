import { sql } from 'kysely';
import type { Tables, Transaction } from '#platform/database';
import type { Place, Shown } from './store.ts';

type Tx = Transaction<Tables>;

/** What is older counts nothing and is kept no longer. */
export const DAYS_KEPT = 30;

declare module '#platform/database' {
  interface Tables {
    catalog_popularity: {
      workspace_id: string;
      source_id: string;
      schema_name: string;
      table_name: string;
      /** Empty: the table itself. */
      column_name: string;
      day: string;
      queries: number;
    };
    catalog_popularity_levels: {
      workspace_id: string;
      source_id: string;
      schema_name: string;
      table_name: string;
      /** Empty: the table itself. */
      column_name: string;
      level: number;
    };
  }
}

/** `day`: as `2026-01-31`; `column`: empty for the table itself. */
export type CountedQueries = {
  readonly sourceId: string;
  readonly schema: string;
  readonly table: string;
  readonly column: string;
  readonly day: string;
  queries: number;
};

/** Of a source that was removed meanwhile nothing is kept. */
export async function addQueries(
  transaction: Tx,
  workspaceId: string,
  counts: readonly CountedQueries[],
): Promise<void> {
  await sql`
    insert into catalog_popularity as p (workspace_id, source_id, schema_name, table_name, column_name, day, queries)
    select ${workspaceId}::uuid, r."sourceId", r.schema, r."table", r."column", r.day, r.queries
    from jsonb_to_recordset(${JSON.stringify(counts)}::jsonb)
      as r ("sourceId" uuid, schema text, "table" text, "column" text, day date, queries integer)
      join sources s on s.id = r."sourceId"
    order by 2, 3, 4, 5, 6
    on conflict (source_id, schema_name, table_name, column_name, day) do update set queries = p.queries + excluded.queries
  `.execute(transaction);
}

export async function deleteOlderThan(transaction: Tx, today: string): Promise<void> {
  await sql`delete from catalog_popularity where day <= ${today}::date - ${DAYS_KEPT}::integer`.execute(transaction);
}

/**
 * How often each place is queried, from the sum over the last 30 days in which a day's queries count less the older they are: as many as
 * there are thresholds below it. Only levels that are others than before are written. `sourceIds`: null for all of the workspace.
 */
export async function writeLevels(
  transaction: Tx,
  workspaceId: string,
  {
    sourceIds,
    today,
    thresholds,
  }: { sourceIds: readonly string[] | null; today: string; thresholds: readonly number[] },
): Promise<void> {
  await sql`
    insert into catalog_popularity_levels as l (workspace_id, source_id, schema_name, table_name, column_name, level)
    select ${workspaceId}::uuid, source_id, schema_name, table_name, column_name,
      (select count(*) from unnest(${[...thresholds]}::float8[]) as threshold where weighted > threshold)
    from (
      select source_id, schema_name, table_name, column_name,
        sum(queries * greatest(0, ${DAYS_KEPT}::integer - greatest(0, ${today}::date - day)))::float8 / ${DAYS_KEPT}::integer as weighted
      from catalog_popularity where ${sourceIds === null} or source_id = any (${sourceIds ?? []}::uuid[])
      group by 1, 2, 3, 4
    ) as place
    order by 2, 3, 4, 5
    on conflict (source_id, schema_name, table_name, column_name) do update set level = excluded.level where l.level <> excluded.level
  `.execute(transaction);
  await sql`
    delete from catalog_popularity_levels l
    where (${sourceIds === null} or l.source_id = any (${sourceIds ?? []}::uuid[])) and not exists (
      select from catalog_popularity p
      where p.source_id = l.source_id and p.schema_name = l.schema_name and p.table_name = l.table_name and p.column_name = l.column_name)
  `.execute(transaction);
}

export type PlaceLevel = Place & { readonly level: number };

export async function selectLevels(transaction: Tx, sourceIds: readonly string[]): Promise<PlaceLevel[]> {
  if (sourceIds.length === 0) return [];
  const rows = await transaction
    .selectFrom('catalog_popularity_levels')
    .selectAll()
    .where('source_id', 'in', [...sourceIds])
    .execute();
  return rows.map((row) => ({
    sourceId: row.source_id,
    schema: row.schema_name,
    table: row.table_name,
    column: row.column_name === '' ? null : row.column_name,
    level: row.level,
  }));
}

/**
 * By id, how often tables are queried, as far as somebody is shown their columns. INVARIANT: a query that reads of a table only what is hidden has
 * no part in it.
 */
export async function selectTableLevels(
  transaction: Tx,
  { hidden }: Pick<Shown, 'hidden'>,
  tableIds: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  if (tableIds.length === 0) return new Map();
  const { rows } = await sql<{ id: string; level: number }>`
    select t.id, max(l.level)::integer as level from catalog_tables t
      join catalog_popularity_levels l on l.source_id = t.source_id and l.schema_name = t.schema_name and l.table_name = t.table_name
      left join catalog_columns c on c.table_id = t.id and c.column_name = l.column_name
    where t.id = any (${[...tableIds]}::uuid[])
      and (l.column_name = '' or c.position is not null and strongroom.catalog_shows(${hidden}::text[], t.id, c.position))
    group by t.id
  `.execute(transaction);
  return new Map(rows.map(({ id, level }) => [id, level]));
}
