import type { CatalogTable } from '@strongroom/protocol';
import type { Asker } from '#contracts';
import type { CatalogDeps } from './deps.ts';
import { notFound, ownerUnknown } from './errors.ts';
import { hasColumn, showTable, visibleOf } from './list-tables.ts';
import { findEntry, indexTables, selectTables, upsertAnnotation, type Annotation } from './store.ts';

export type AnnotateInput = {
  description?: string | null | undefined;
  tags?: string[] | undefined;
  owner?: string | null | undefined;
};

/**
 * Describes, tags or gives an owner to a table or column; only the members present change. It survives a refresh.
 * Throws `catalog/not_found` (404), the same for hidden and unknown, and `catalog/owner_unknown` (404).
 */
export async function annotateResource(
  deps: CatalogDeps,
  asker: Asker,
  resource: string,
  input: AnnotateInput,
): Promise<CatalogTable> {
  const { owner: email, ...words } = parse(input);
  const owner = email == null ? null : await deps.directory.personByEmail(asker.workspaceId, email);
  const ownerKnown = email == null || owner !== null;
  const change = { ...words, ...(email === undefined ? {} : { owner_id: owner?.id ?? null }) };
  const sources = await deps.sources.queryable(asker);
  const ids = sources.map((source) => source.id);
  await deps.database.withWorkspace(asker.workspaceId, async (transaction) => {
    const entry = await findEntry(transaction, ids, resource);
    const tables = entry === null ? [] : await selectTables(transaction, ids, entry.tableId);
    const [table] = visibleOf(tables, sources);
    if (entry === null || table === undefined || !hasColumn(table, entry.column)) throw notFound();
    if (!ownerKnown) throw ownerUnknown();
    await upsertAnnotation(
      transaction,
      asker.workspaceId,
      { sourceId: table.sourceId, schema: table.schema, table: table.name, column: entry.column },
      change,
      deps.clock.now(),
    );
    await indexTables(transaction, [table.id]);
  });
  return showTable(deps, asker, resource);
}

function parse(input: AnnotateInput): Partial<Pick<Annotation, 'description' | 'tags'> & { owner: string | null }> {
  return {
    ...(input.description === undefined ? {} : { description: emptyToNull(input.description) }),
    ...(input.tags === undefined ? {} : { tags: [...new Set(input.tags)] }),
    ...(input.owner === undefined ? {} : { owner: emptyToNull(input.owner)?.trim().toLowerCase() ?? null }),
  };
}

function emptyToNull(text: string | null): string | null {
  return text === null || text.trim() === '' ? null : text;
}
