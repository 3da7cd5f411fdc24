import type { CatalogHit, CatalogTable, SourceSchema } from '@strongroom/protocol';
import type { Asker } from '#contracts';
import type { ManagedSource } from '#sources';
import { annotateResource, type AnnotateInput } from './annotate-resource.ts';
import type { CatalogDeps } from './deps.ts';
import { listTables, readTables, schemaFor, showTable } from './list-tables.ts';
import { createSchemaCache } from './schema-cache.ts';
import { searchCatalog } from './search-catalog.ts';
import { replaceSchema } from './store.ts';
import { createTableViews, viewTables } from './table-views.ts';

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
  search(asker: Asker, words: string): Promise<CatalogHit[]>;
  annotate(asker: Asker, resource: string, input: AnnotateInput): Promise<CatalogTable>;
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
  return {
    schemaFor: (handle) => schemas.get(handle, () => schemaFor(deps, handle)),
    tablesFor: (asker, sourceName) => listTables(deps, asker, sourceName),
    tablesBySource: (asker, sourceName) => viewTables(deps, views, asker, sourceName),
    show: (asker, resource) => showTable(deps, asker, resource),
    search: (asker, words) => searchCatalog(deps, asker, words),
    annotate: (asker, resource, input) => annotateResource(deps, asker, resource, input),
  };
}

export { catalogRoutes } from './routes.ts';
export { migrations } from './migrations.ts';
export { holdings } from './holdings.ts';
