import type { CatalogTable, GlossaryWord, SourceSchema } from '@strongroom/protocol';
import { type AskerPolicy, visibleTables } from '@strongroom/sql-guard';
import type { Asker } from '#contracts';
import type { ManagedSource, SourceHandle } from '#sources';
import type { CatalogDeps } from './deps.ts';
import { notFound } from './errors.ts';
import { selectWords } from './glossary-store.ts';
import { selectLevels } from './popularity-store.ts';
import { findEntry, selectAnnotations, selectTables, type Annotation, type Place, type StoredTable } from './store.ts';

/**
 * The tables an asker may see, with what people wrote about them; of one source or of all.
 * Throws `query/denied` (403) for a source that is hidden or unknown.
 */
export async function listTables(deps: CatalogDeps, asker: Asker, sourceName?: string): Promise<CatalogTable[]> {
  const sources =
    sourceName === undefined ? await deps.sources.queryable(asker) : [await deps.sources.find(asker, sourceName)];
  return readTables(deps, asker, sources);
}

/** One table by its own resource or that of one of its columns. Throws `catalog/not_found`, the same for hidden and unknown. */
export async function showTable(deps: CatalogDeps, asker: Asker, resource: string): Promise<CatalogTable> {
  const sources = await deps.sources.queryable(asker);
  const ids = sources.map((source) => source.id);
  const entry = await deps.database.withWorkspace(asker.workspaceId, (transaction) =>
    findEntry(transaction, ids, resource),
  );
  const [table] = entry === null ? [] : await readTables(deps, asker, sources, entry.tableId);
  if (table === undefined || !hasColumn(table, entry?.column ?? null)) throw notFound();
  return table;
}

/** null stands for the table itself. */
export function hasColumn(
  { columns }: { readonly columns: readonly { readonly name: string }[] },
  column: string | null,
): boolean {
  return column === null || columns.some(({ name }) => name === column);
}

/** Those of the tables, and of their columns, that whoever the handles were found for may see. */
export function visibleOf(tables: readonly StoredTable[], handles: readonly SourceHandle[]): StoredTable[] {
  const policies = new Map<string, AskerPolicy | null>(handles.map(({ id, policy }) => [id, policy]));
  const bySource = Map.groupBy(tables, ({ sourceId }) => sourceId);
  return [...bySource].flatMap(([id, own]) => [...visibleTables(own, policies.get(id) ?? null)]);
}

/** All that is known of the source; the guard narrows it to what the asker may see. */
export async function schemaFor(deps: CatalogDeps, handle: ManagedSource): Promise<SourceSchema> {
  const tables = await deps.database.withWorkspace(handle.workspaceId, (transaction) =>
    selectTables(transaction, [handle.id]),
  );
  return {
    tables: tables.map(({ id: _id, sourceId: _sourceId, columns, ...table }) => ({
      ...table,
      columns: columns.map(({ position: _position, ...column }) => column),
    })),
  };
}

/** Those of these sources that whoever the handles were found for may see; `tableId` narrows to one. */
export async function readTables(
  deps: CatalogDeps,
  asker: Pick<Asker, 'workspaceId'>,
  sources: readonly SourceHandle[],
  tableId?: string,
): Promise<CatalogTable[]> {
  const names = new Map(sources.map((source) => [source.id, source.name]));
  const ids = [...names.keys()];
  const { tables, annotations, words, levels } = await deps.database.withWorkspace(
    asker.workspaceId,
    async (transaction) => ({
      tables: await selectTables(transaction, ids, tableId),
      annotations: await selectAnnotations(transaction, ids),
      words: await selectWords(transaction, ids),
      levels: await selectLevels(transaction, ids),
    }),
  );
  const owners = [...new Set(annotations.flatMap(({ owner_id: id }) => (id === null ? [] : [id])))];
  const emails = await deps.directory.namesOf(asker.workspaceId, { people: owners, teams: [] });
  const written = new Map(
    annotations.map(({ owner_id: id, ...annotation }) => [
      keyOf(annotation),
      { ...annotation, owner: id === null ? null : (emails.get(id) ?? null) },
    ]),
  );
  const glossary = Map.groupBy(words, keyOf);
  const popularity = new Map(levels.map((place) => [keyOf(place), place.level]));
  return visibleOf(tables, sources)
    .map((table) => {
      const placeOf = (column: string | null) =>
        keyOf({ sourceId: table.sourceId, schema: table.schema, table: table.name, column });
      const levelOf = (column: string | null): number => popularity.get(placeOf(column)) ?? 0;
      return describeTable(table, names.get(table.sourceId) ?? '', (column) => {
        const key = placeOf(column);
        const { description, tags, owner } = written.get(key) ?? NOTHING;
        return {
          description,
          tags,
          owner,
          glossary: (glossary.get(key) ?? []).map(({ name, synonyms, definition }) => ({ name, synonyms, definition })),
          // As far as its columns are shown: a query that reads only what is hidden has no part in it.
          popularity:
            column === null
              ? Math.max(levelOf(null), ...table.columns.map(({ name }) => levelOf(name)))
              : levelOf(column),
        };
      });
    })
    .sort((a, b) => (a.source < b.source ? -1 : a.source > b.source ? 1 : 0));
}

/** `owner`: an email address; null also for who is here no more. */
type Written = Omit<Annotation, 'owner_id'> & { readonly owner: string | null };
/** Besides what introspection found. */
type Known = Written & { readonly glossary: GlossaryWord[]; readonly popularity: number };

const NOTHING: Written = { description: null, tags: [], owner: null };

/** `knownOf`: of a column by name, of the table by null. */
function describeTable(table: StoredTable, source: string, knownOf: (column: string | null) => Known): CatalogTable {
  const keys = new Set([...table.primaryKey, ...table.foreignKeys.flatMap((key) => key.columns)]);
  return {
    resource: `${source}.${table.schema}.${table.name}`,
    source,
    schema: table.schema,
    name: table.name,
    kind: table.kind,
    comment: table.comment,
    ...knownOf(null),
    columns: table.columns.map(({ position: _position, ...column }) => ({
      ...column,
      ...knownOf(column.name),
      isKey: keys.has(column.name),
    })),
    primaryKey: table.primaryKey,
    foreignKeys: table.foreignKeys,
  };
}

/** One text for one place. */
export function keyOf({ sourceId, schema, table, column }: Place): string {
  return JSON.stringify([sourceId, schema, table, column]);
}
