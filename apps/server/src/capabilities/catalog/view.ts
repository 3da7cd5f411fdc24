import type { Asker } from '#contracts';
import type { Tables, Transaction } from '#platform/database';
import type { SourceHandle } from '#sources';
import type { CatalogDeps } from './deps.ts';
import { visibleOf } from './list-tables.ts';
import { selectTables, type Shown, type StoredTable } from './store.ts';

/** What an asker may see of the catalog at a moment; what is not in it has a part in nothing. */
export type View = Shown & {
  /** By id. */
  readonly sourceNames: ReadonlyMap<string, string>;
};

/** `sources`: all that the asker may query, from `deps.sources.queryable`. */
export async function viewOf(transaction: Transaction<Tables>, sources: readonly SourceHandle[]): Promise<View> {
  const governed = sources.filter(({ policy }) => policy !== null);
  const stored = await selectTables(
    transaction,
    governed.map(({ id }) => id),
  );
  return {
    sourceIds: sources.map(({ id }) => id),
    hidden: hiddenOf(stored, visibleOf(stored, governed)),
    sourceNames: new Map(sources.map(({ id, name }) => [id, name])),
  };
}

/** In one transaction with what is done under that view. */
export async function withView<T>(
  deps: Pick<CatalogDeps, 'database' | 'sources'>,
  asker: Asker,
  work: (transaction: Transaction<Tables>, view: View) => Promise<T>,
): Promise<T> {
  const sources = await deps.sources.queryable(asker);
  return deps.database.withWorkspace(asker.workspaceId, async (transaction) =>
    work(transaction, await viewOf(transaction, sources)),
  );
}

/** What of these tables is not among the visible: whole tables by id, and columns as `id:position`. */
function hiddenOf(tables: readonly StoredTable[], visible: readonly StoredTable[]): string[] {
  const columns = new Map(visible.map((table) => [table.id, new Set(table.columns.map(({ name }) => name))]));
  return tables.flatMap(({ id, columns: all }) => {
    const shown = columns.get(id);
    if (shown === undefined) return [id];
    return all.filter(({ name }) => !shown.has(name)).map(({ position }) => `${id}:${position}`);
  });
}
