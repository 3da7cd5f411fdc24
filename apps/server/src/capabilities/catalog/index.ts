import type { CatalogAnswer, CatalogTable, Imported, SourceSchema, Term } from '@strongroom/protocol';
import type { PlanRelation } from '@strongroom/sql-guard';
import type { Asker } from '#contracts';
import type { ManagedSource } from '#sources';
import { annotateResource, type AnnotateInput } from './annotate-resource.ts';
import type { CatalogDeps } from './deps.ts';
import { exportCatalog } from './export-catalog.ts';
import { importCatalog } from './import-catalog.ts';
import { listTables, readTables, schemaFor, showTable } from './list-tables.ts';
import { createPopularity } from './popularity.ts';
import { createSchemaCache } from './schema-cache.ts';
import { searchCatalog } from './search-catalog.ts';
import { replaceSchema } from './store.ts';
import { createTableViews, viewTables } from './table-views.ts';
import { addTerm, changeTerm, listTerms, removeTerm, type TermChange, type TermInput } from './terms.ts';

export type Catalog = {
  /** All that is known of the source; the guard narrows it to what the asker may see. Not to be changed: it is shared. */
  schemaFor(handle: ManagedSource): Promise<SourceSchema>;
  /** Throws `query/denied` for a named source that is hidden or unknown. */
  tablesFor(asker: Asker, sourceName?: string): Promise<CatalogTable[]>;
  /**
   * The same for a translator: by source, in the order of their names, and without owners. Not to be changed: the array of a source is the
   * same one until something in it is another, so that others can remember what they made of it. Throws as `tablesFor`.
   */
  tablesBySource(asker: Asker, sourceName?: string): Promise<readonly (readonly CatalogTable[])[]>;
  /** Throws `catalog/not_found`. */
  show(asker: Asker, resource: string): Promise<CatalogTable>;
  search(asker: Asker, words: string): Promise<CatalogAnswer>;
  annotate(asker: Asker, resource: string, input: AnnotateInput): Promise<CatalogTable>;
  /** What words of the workspace mean; see terms.ts. */
  readonly glossary: {
    list(asker: Asker): Promise<Term[]>;
    add(asker: Asker, input: TermInput): Promise<Term>;
    change(asker: Asker, id: string, change: TermChange): Promise<Term>;
    remove(asker: Asker, id: string): Promise<void>;
  };
  /** A YAML file of what people wrote about a source, as far as the asker sees it. Throws `query/denied`. */
  export(asker: Asker, source: string): Promise<string>;
  import(asker: Asker, file: string, dryRun: boolean): Promise<Imported>;
  /** Counts what a query reads that was let through, however it ends; not whose it is. Touches memory alone. */
  countQuery(source: Pick<ManagedSource, 'id' | 'workspaceId'>, relations: readonly PlanRelation[]): void;
  /** Writes what was counted. */
  writeCounts(): Promise<void>;
  close(): Promise<void>;
};

/** Stores what `sources` reads by listening to it, inside its transactions. */
export function createCatalog(deps: CatalogDeps): Catalog {
  deps.sources.onIntrospected((transaction, source, schema) => replaceSchema(transaction, source, schema));
  const schemas = createSchemaCache();
  const views = createTableViews((handle) => readTables(deps, handle, [handle]));
  deps.sources.onRemoved((sourceId) => {
    schemas.drop(sourceId);
    views.drop(sourceId);
  });
  const { database, clock, onUncounted = () => {} } = deps;
  const popularity = createPopularity({ database, clock, onUncounted });
  return {
    schemaFor: (handle) => schemas.get(handle, () => schemaFor(deps, handle)),
    tablesFor: (asker, sourceName) => listTables(deps, asker, sourceName),
    tablesBySource: (asker, sourceName) => viewTables(deps, views, asker, sourceName),
    show: (asker, resource) => showTable(deps, asker, resource),
    search: (asker, words) => searchCatalog(deps, asker, words),
    annotate: (asker, resource, input) => annotateResource(deps, asker, resource, input),
    glossary: {
      list: (asker) => listTerms(deps, asker),
      add: (asker, input) => addTerm(deps, asker, input),
      change: (asker, id, change) => changeTerm(deps, asker, id, change),
      remove: (asker, id) => removeTerm(deps, asker, id),
    },
    export: (asker, source) => exportCatalog(deps, asker, source),
    import: (asker, file, dryRun) => importCatalog(deps, asker, file, dryRun),
    countQuery: (source, relations) => popularity.count(source, relations),
    writeCounts: () => popularity.write(),
    close: () => popularity.close(),
  };
}

export { catalogRoutes } from './routes.ts';
export { migrations } from './migrations.ts';
export { holdings } from './holdings.ts';
