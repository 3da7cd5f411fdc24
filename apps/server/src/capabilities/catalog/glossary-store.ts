import { sql } from 'kysely';
import type { GlossaryWord } from '@strongroom/protocol';
import type { Tables, Transaction } from '#platform/database';
import type { Place, Shown } from './store.ts';

type Tx = Transaction<Tables>;

declare module '#platform/database' {
  interface Tables {
    catalog_terms: {
      workspace_id: string;
      id: string;
      name: string;
      synonyms: string[];
      definition: string;
      linked: boolean;
      document: string;
      changed_at: Date;
    };
    catalog_term_links: {
      workspace_id: string;
      term_id: string;
      source_id: string;
      schema_name: string;
      table_name: string;
      /** Empty: the table itself. */
      column_name: string;
    };
  }
}

export type StoredTerm = GlossaryWord & {
  readonly id: string;
  readonly linked: boolean;
  /** Of what is shown alone. */
  readonly links: readonly string[];
};

/** A place that is shown, and the table of the catalog it is in. */
export type ShownPlace = Place & { readonly tableId: string; readonly resource: string };

/**
 * Terms by name. INVARIANT: a term that is linked is among them only for its links to what is shown. `words`: those that say one of them,
 * best first.
 */
export async function selectTerms(
  transaction: Tx,
  { sourceIds, hidden }: Shown,
  {
    id = null,
    name = null,
    words = null,
  }: {
    readonly id?: string | null;
    /** In whatever case. */
    readonly name?: string | null;
    readonly words?: readonly string[] | null;
  } = {},
): Promise<StoredTerm[]> {
  const { rows } = await sql<StoredTerm>`
    with shown as (
      select l.term_id, array_agg(e.resource order by e.resource) as resources
      from catalog_term_links l
        join catalog_tables t on t.source_id = l.source_id and t.schema_name = l.schema_name and t.table_name = l.table_name
        join catalog_entries e on e.table_id = t.id and coalesce(e.column_name, '') = l.column_name
      where l.source_id = any (${sourceIds}::uuid[]) and strongroom.catalog_shows(${hidden}::text[], e.table_id, e.column_position)
      group by l.term_id
    ), asked as (
      select replace(plainto_tsquery('english', ${words === null ? '' : words.join(' ')})::text, ' & ', ' | ')::tsquery as query
    )
    select n.id, n.name, n.synonyms, n.definition, n.linked, coalesce(shown.resources, '{}') as links
    from catalog_terms n cross join asked left join shown on shown.term_id = n.id
    where (not n.linked or shown.term_id is not null)
      and (${id}::uuid is null or n.id = ${id}::uuid)
      and (${name}::text is null or lower(n.name) = lower(${name}::text))
      and (${words === null} or n.document @@ asked.query)
    order by case when ${words === null} then 0 else ts_rank(n.document, asked.query) end desc, lower(n.name), n.id
  `.execute(transaction);
  return rows;
}

export type PlacedWord = Place & GlossaryWord;

/** The terms of each place of these sources; whoever is shown a place is shown its terms. */
export async function selectWords(transaction: Tx, sourceIds: readonly string[]): Promise<PlacedWord[]> {
  if (sourceIds.length === 0) return [];
  const rows = await transaction
    .selectFrom('catalog_term_links as l')
    .innerJoin('catalog_terms as n', 'n.id', 'l.term_id')
    .select(['l.source_id', 'l.schema_name', 'l.table_name', 'l.column_name', 'n.name', 'n.synonyms', 'n.definition'])
    .where('l.source_id', 'in', [...sourceIds])
    .orderBy(sql`lower(n.name)`)
    .orderBy('n.id')
    .execute();
  return rows.map((row) => ({
    sourceId: row.source_id,
    schema: row.schema_name,
    table: row.table_name,
    column: row.column_name === '' ? null : row.column_name,
    name: row.name,
    synonyms: row.synonyms,
    definition: row.definition,
  }));
}

/** The table or column behind a resource, if it is shown; a table before a column that spells the same. */
export async function findPlace(
  transaction: Tx,
  { sourceIds, hidden }: Shown,
  resource: string,
): Promise<ShownPlace | null> {
  const { rows } = await sql<ShownPlace>`
    select t.source_id as "sourceId", t.schema_name as schema, t.table_name as "table", e.column_name as "column", t.id as "tableId", e.resource
    from catalog_entries e join catalog_tables t on t.id = e.table_id
    where e.resource = ${resource} and e.source_id = any (${sourceIds}::uuid[]) and strongroom.catalog_shows(${hidden}::text[], e.table_id, e.column_position)
    order by e.column_position limit 1
  `.execute(transaction);
  return rows[0] ?? null;
}

/** Until the end of the transaction: of two people who write terms at once the second sees what the first wrote. */
export async function lockTerms(transaction: Tx, workspaceId: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`glossary/${workspaceId}`}, 0))`.execute(transaction);
}

export async function saveTerm(
  transaction: Tx,
  workspaceId: string,
  { id, name, synonyms, definition, linked }: Omit<StoredTerm, 'links'>,
  at: Date,
): Promise<void> {
  await sql`
    insert into catalog_terms (workspace_id, id, name, synonyms, definition, linked, changed_at, document)
    values (${workspaceId}, ${id}, ${name}, ${synonyms}::text[], ${definition}, ${linked}, ${at},
      setweight(to_tsvector('english', concat_ws(' ', ${name}::text, array_to_string(${synonyms}::text[], ' '))), 'A')
        || setweight(to_tsvector('english', ${definition}), 'C'))
    on conflict (id) do update set name = excluded.name, synonyms = excluded.synonyms, definition = excluded.definition,
      linked = excluded.linked, changed_at = excluded.changed_at, document = excluded.document
  `.execute(transaction);
}

export async function insertLinks(
  transaction: Tx,
  workspaceId: string,
  termId: string,
  places: readonly Place[],
): Promise<void> {
  if (places.length === 0) return;
  await transaction
    .insertInto('catalog_term_links')
    .values(
      places.map((place) => ({
        workspace_id: workspaceId,
        term_id: termId,
        source_id: place.sourceId,
        schema_name: place.schema,
        table_name: place.table,
        column_name: place.column ?? '',
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

export async function deleteLink(transaction: Tx, termId: string, place: Place): Promise<void> {
  await transaction
    .deleteFrom('catalog_term_links')
    .where('term_id', '=', termId)
    .where('source_id', '=', place.sourceId)
    .where('schema_name', '=', place.schema)
    .where('table_name', '=', place.table)
    .where('column_name', '=', place.column ?? '')
    .execute();
}

/** Ids of the tables that a term is linked to, hidden ones too: for their entries to be written anew. */
export async function tablesOfTerm(transaction: Tx, termId: string): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select distinct t.id from catalog_term_links l
      join catalog_tables t on t.source_id = l.source_id and t.schema_name = l.schema_name and t.table_name = l.table_name
    where l.term_id = ${termId}
  `.execute(transaction);
  return rows.map(({ id }) => id);
}

export async function deleteTerm(transaction: Tx, id: string): Promise<void> {
  await transaction.deleteFrom('catalog_terms').where('id', '=', id).execute();
}
