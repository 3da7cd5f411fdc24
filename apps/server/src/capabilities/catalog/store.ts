import { sql, type ColumnType, type RawBuilder } from 'kysely';
import type { ForeignKey, SchemaColumn, SchemaTable, SourceSchema } from '@strongroom/protocol';
import { randomUUIDv7 } from '#contracts';
import type { Database, Tables, Transaction } from '#platform/database';

type Tx = Transaction<Tables>;
type Json<T> = ColumnType<T, string, string>;

declare module '#platform/database' {
  interface Tables {
    catalog_tables: {
      workspace_id: string;
      id: string;
      source_id: string;
      position: number;
      schema_name: string;
      table_name: string;
      kind: SchemaTable['kind'];
      comment: string | null;
      primary_key: Json<string[]>;
      unique_keys: Json<string[][]>;
      foreign_keys: Json<ForeignKey[]>;
    };
    catalog_columns: {
      workspace_id: string;
      table_id: string;
      position: number;
      column_name: string;
      type: string;
      kind: SchemaColumn['kind'];
      nullable: boolean;
      comment: string | null;
    };
    catalog_annotations: {
      workspace_id: string;
      source_id: string;
      schema_name: string;
      table_name: string;
      /** Empty: the table itself. */
      column_name: string;
      description: string | null;
      tags: string[];
      owner_id: string | null;
      changed_at: Date;
    };
    catalog_entries: {
      workspace_id: string;
      source_id: string;
      table_id: string;
      /** 0: the table itself. */
      column_position: number;
      resource: string;
      table_name: string;
      column_name: string | null;
      type: string | null;
      description: string | null;
      tags: string[];
      words: string;
      document: string;
    };
    catalog_versions: {
      workspace_id: string;
      source_id: string;
      version: string;
    };
  }
}

/** Replaces what is known of a source; annotations stay, since they go by name. Three statements whatever the size. */
export async function replaceSchema(
  transaction: Tx,
  source: { workspaceId: string; id: string },
  schema: SourceSchema,
): Promise<void> {
  await transaction.deleteFrom('catalog_tables').where('source_id', '=', source.id).execute();
  const tables = schema.tables.map((table, position) => ({ ...table, id: randomUUIDv7(), position }));
  const tableRows = tables.map(({ columns: _columns, ...table }) => table);
  await sql`
    insert into catalog_tables (workspace_id, id, source_id, position, schema_name, table_name, kind, comment, primary_key, unique_keys, foreign_keys)
    select ${source.workspaceId}::uuid, id, ${source.id}::uuid, position, schema, name, kind, comment, "primaryKey", "uniqueKeys", "foreignKeys"
    from jsonb_to_recordset(${JSON.stringify(tableRows)}::jsonb)
      as r (id uuid, position integer, schema text, name text, kind text, comment text, "primaryKey" jsonb, "uniqueKeys" jsonb, "foreignKeys" jsonb)
  `.execute(transaction);
  const columnRows = tables.flatMap((table) =>
    table.columns.map((column, index) => ({ ...column, table: table.id, position: index + 1 })),
  );
  await sql`
    insert into catalog_columns (workspace_id, table_id, position, column_name, type, kind, nullable, comment)
    select ${source.workspaceId}::uuid, "table", position, name, type, kind, nullable, comment
    from jsonb_to_recordset(${JSON.stringify(columnRows)}::jsonb)
      as r ("table" uuid, position integer, name text, type text, kind text, nullable boolean, comment text)
  `.execute(transaction);
  await indexEntries(transaction, sql`t.source_id = ${source.id}`);
}

/** Writes the search entries of these tables anew, after what people wrote about them has changed. */
export async function indexTables(transaction: Tx, tableIds: readonly string[]): Promise<void> {
  if (tableIds.length === 0) return;
  await transaction
    .deleteFrom('catalog_entries')
    .where('table_id', 'in', [...tableIds])
    .execute();
  await indexEntries(transaction, sql`t.id = any (${[...tableIds]}::uuid[])`);
}

async function indexEntries(transaction: Tx, which: RawBuilder<unknown>): Promise<void> {
  await sql`
    insert into catalog_entries (workspace_id, source_id, table_id, column_position, resource, table_name, column_name, type, description, tags, words, document)
    select workspace_id, source_id, table_id, column_position, resource, table_name, column_name, type, description, tags, words,
      setweight(to_tsvector('english', words), 'A') || setweight(to_tsvector('english', array_to_string(tags, ' ')), 'B')
        || setweight(to_tsvector('english', coalesce(g.names, '')), 'B') || setweight(to_tsvector('english', coalesce(g.definitions, '')), 'C')
        || setweight(to_tsvector('english', coalesce(description, '')), 'C') || setweight(to_tsvector('english', around), 'D')
    from (
      select t.workspace_id, t.source_id, t.id as table_id, 0 as column_position, concat_ws('.', s.name, t.schema_name, t.table_name) as resource,
        t.schema_name, t.table_name, null as column_name, null as type, coalesce(a.description, t.comment) as description, coalesce(a.tags, '{}') as tags,
        strongroom.catalog_words(t.table_name) as words, strongroom.catalog_words(t.schema_name || ' ' || s.name) as around
      from catalog_tables t join sources s on s.id = t.source_id
        left join catalog_annotations a on a.source_id = t.source_id and a.schema_name = t.schema_name and a.table_name = t.table_name and a.column_name = ''
      where ${which}
      union all
      select t.workspace_id, t.source_id, t.id, c.position, concat_ws('.', s.name, t.schema_name, t.table_name, c.column_name),
        t.schema_name, t.table_name, c.column_name, c.type, coalesce(a.description, c.comment), coalesce(a.tags, '{}'),
        strongroom.catalog_words(c.column_name), strongroom.catalog_words(t.table_name)
      from catalog_tables t join sources s on s.id = t.source_id join catalog_columns c on c.table_id = t.id
        left join catalog_annotations a on a.source_id = t.source_id and a.schema_name = t.schema_name and a.table_name = t.table_name and a.column_name = c.column_name
      where ${which}
    ) as entry
    left join lateral (
      select string_agg(concat_ws(' ', n.name, array_to_string(n.synonyms, ' ')), ' ') as names, string_agg(n.definition, ' ') as definitions
      from catalog_term_links l join catalog_terms n on n.id = l.term_id
      where l.source_id = entry.source_id and l.schema_name = entry.schema_name and l.table_name = entry.table_name and l.column_name = coalesce(entry.column_name, '')
    ) as g on true
  `.execute(transaction);
}

export type StoredColumn = SchemaColumn & { readonly position: number };
export type StoredTable = Omit<SchemaTable, 'columns'> & {
  readonly id: string;
  readonly sourceId: string;
  readonly columns: StoredColumn[];
};

/** Tables with their columns, in the order introspection gave. `tableId` narrows to one. */
export async function selectTables(
  transaction: Tx,
  sourceIds: readonly string[],
  tableId?: string,
): Promise<StoredTable[]> {
  if (sourceIds.length === 0) return [];
  let tables = transaction
    .selectFrom('catalog_tables')
    .selectAll()
    .where('source_id', 'in', [...sourceIds]);
  let columns = transaction
    .selectFrom('catalog_columns')
    .innerJoin('catalog_tables', 'catalog_tables.id', 'catalog_columns.table_id')
    .selectAll('catalog_columns')
    .where('catalog_tables.source_id', 'in', [...sourceIds]);
  if (tableId !== undefined) {
    tables = tables.where('id', '=', tableId);
    columns = columns.where('catalog_columns.table_id', '=', tableId);
  }
  const byTable = new Map<string, StoredColumn[]>();
  for (const row of await columns.orderBy('catalog_columns.position').execute()) {
    const list = byTable.get(row.table_id) ?? [];
    byTable.set(row.table_id, list);
    list.push({
      position: row.position,
      name: row.column_name,
      type: row.type,
      kind: row.kind,
      nullable: row.nullable,
      comment: row.comment,
    });
  }
  return (await tables.orderBy('source_id').orderBy('position').execute()).map((row) => ({
    id: row.id,
    sourceId: row.source_id,
    schema: row.schema_name,
    name: row.table_name,
    kind: row.kind,
    comment: row.comment,
    columns: byTable.get(row.id) ?? [],
    primaryKey: row.primary_key,
    uniqueKeys: row.unique_keys,
    foreignKeys: row.foreign_keys,
  }));
}

export type Annotation = {
  readonly description: string | null;
  readonly tags: string[];
  readonly owner_id: string | null;
};
export type Place = {
  readonly sourceId: string;
  readonly schema: string;
  readonly table: string;
  readonly column: string | null;
};

export async function selectAnnotations(
  transaction: Tx,
  sourceIds: readonly string[],
): Promise<(Place & Annotation)[]> {
  if (sourceIds.length === 0) return [];
  const rows = await transaction
    .selectFrom('catalog_annotations')
    .selectAll()
    .where('source_id', 'in', [...sourceIds])
    .execute();
  return rows.map((row) => ({
    sourceId: row.source_id,
    schema: row.schema_name,
    table: row.table_name,
    column: row.column_name === '' ? null : row.column_name,
    description: row.description,
    tags: row.tags,
    owner_id: row.owner_id,
  }));
}

/** By source: another text as soon as anything that people wrote about it is another; none before anybody has. */
export async function selectVersions(
  database: Pick<Database, 'readInWorkspace'>,
  workspaceId: string,
  sourceIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (sourceIds.length === 0) return new Map();
  const rows = await database.readInWorkspace(workspaceId, (tables) =>
    tables
      .selectFrom('catalog_versions')
      .select(['source_id', 'version'])
      .where('source_id', 'in', [...sourceIds]),
  );
  return new Map(rows.map(({ source_id: id, version }) => [id, version]));
}

/** Changes only the members that are there; two people who change different ones at a time both succeed. */
export async function upsertAnnotation(
  transaction: Tx,
  workspaceId: string,
  place: Place,
  change: Partial<Annotation>,
  at: Date,
): Promise<void> {
  const changed = { ...change, changed_at: at };
  await transaction
    .insertInto('catalog_annotations')
    .values({
      workspace_id: workspaceId,
      source_id: place.sourceId,
      schema_name: place.schema,
      table_name: place.table,
      column_name: place.column ?? '',
      description: null,
      tags: [],
      owner_id: null,
      ...changed,
    })
    .onConflict((conflict) =>
      conflict.columns(['source_id', 'schema_name', 'table_name', 'column_name']).doUpdateSet(changed),
    )
    .execute();
}

/** The table or column behind a resource, among these sources alone; a table before a column that spells the same. */
export async function findEntry(
  transaction: Tx,
  sourceIds: readonly string[],
  resource: string,
): Promise<{ tableId: string; column: string | null } | null> {
  if (sourceIds.length === 0) return null;
  const row = await transaction
    .selectFrom('catalog_entries')
    .select(['table_id', 'column_name'])
    .where('resource', '=', resource)
    .where('source_id', 'in', [...sourceIds])
    .orderBy('column_position')
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? null : { tableId: row.table_id, column: row.column_name };
}

/** What somebody is shown: of these sources all but what is hidden, which are ids of tables, and of columns as `id:position`. */
export type Shown = { readonly sourceIds: readonly string[]; readonly hidden: readonly string[] };

export type FoundEntry = Pick<
  Tables['catalog_entries'],
  'resource' | 'source_id' | 'table_id' | 'table_name' | 'column_name' | 'type' | 'description' | 'tags'
> & { readonly schema_name: string; readonly owner_id: string | null; readonly score: number };

/**
 * Entries by words, best first. `owners`: ids of people whom some of the words name, which are `words.known`. INVARIANT: only entries of
 * these sources that are not hidden, by the same statement that ranks them.
 */
export async function findByWords(
  transaction: Tx,
  { sourceIds, hidden }: Shown,
  words: { readonly asked: readonly string[]; readonly known: readonly string[] },
  owners: readonly string[],
  hitsMax: number,
): Promise<FoundEntry[]> {
  const { rows } = await sql<FoundEntry>`
    select e.resource, e.source_id, e.table_id, e.table_name, e.column_name, e.type, e.description, e.tags, f.score,
      t.schema_name, (select a.owner_id from catalog_annotations a
        where a.source_id = t.source_id and a.schema_name = t.schema_name and a.table_name = t.table_name and a.column_name = coalesce(e.column_name, '')) as owner_id
    from strongroom.catalog_find(${words.asked.join(' ')}, ${words.asked}, ${words.known}, ${sourceIds}, ${hidden}, ${owners}, ${hitsMax}) as f
      join catalog_entries e on e.table_id = f.found_table and e.column_position = f.found_position
      join catalog_tables t on t.id = e.table_id
    order by f.score desc, e.resource
  `.execute(transaction);
  return rows;
}

/** Ids of who owns anything of what is shown. */
export async function ownersOf(transaction: Tx, { sourceIds, hidden }: Shown): Promise<string[]> {
  const { rows } = await sql<{ owner_id: string }>`
    select distinct a.owner_id from catalog_annotations a
      join catalog_tables t on t.source_id = a.source_id and t.schema_name = a.schema_name and t.table_name = a.table_name
      join catalog_entries e on e.table_id = t.id and coalesce(e.column_name, '') = a.column_name
    where a.owner_id is not null and a.source_id = any (${sourceIds}::uuid[]) and strongroom.catalog_shows(${hidden}::text[], e.table_id, e.column_position)
  `.execute(transaction);
  return rows.map(({ owner_id: id }) => id);
}
