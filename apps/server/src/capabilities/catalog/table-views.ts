import { hash } from 'node:crypto';
import type { CatalogTable } from '@strongroom/protocol';
import type { Asker } from '#contracts';
import type { SourceHandle } from '#sources';
import type { CatalogDeps } from './deps.ts';
import { selectVersions } from './store.ts';

/** With what others remember beside them, about 150 MB. */
const COLUMNS_MAX = 300_000;
const VIEWS_MAX = 256;
const PRINTS_MAX = 2_000;

/** What somebody sees of a source. */
type View = readonly CatalogTable[];

/** The views that were asked for last, in memory: ten thousand tables are not read for each question. */
export type TableViews = {
  /** `version`: of what people wrote about the source, read after the handle was found. */
  get(asker: Asker, handle: SourceHandle, version: string): Promise<View>;
  drop(sourceId: string): void;
};

/** By source, in the order of their names; of one or of all. Throws `query/denied` (403) for a source that is hidden or unknown. */
export async function viewTables(
  deps: CatalogDeps,
  views: TableViews,
  asker: Asker,
  sourceName?: string,
): Promise<View[]> {
  const handles =
    sourceName === undefined ? await deps.sources.queryable(asker) : [await deps.sources.find(asker, sourceName)];
  const ids = handles.map(({ id }) => id);
  const versions = await selectVersions(deps.database, asker.workspaceId, ids);
  return Promise.all(handles.map((handle) => views.get(asker, handle, versions.get(handle.id) ?? '')));
}

/**
 * INVARIANT: nothing is remembered past a change, and nobody is given what they may not see. A view is kept under the versions that its schema and
 * what people wrote about it had in the database a moment before it was read, and under what the policy shows of it: who is given it sees that very
 * same part. It may be newer than its versions, never older. Owners are not in it: who is removed is named no more.
 */
export function createTableViews(
  read: (handle: SourceHandle) => Promise<CatalogTable[]>,
  columnsMax: number = COLUMNS_MAX,
): TableViews {
  /** In the order of use. `columns`: 0 until it was read. */
  const kept = new Map<string, { readonly sourceId: string; readonly view: Promise<View>; columns: number }>();
  const printOf = createPrints();
  const trim = (): void => {
    let columns = 0;
    for (const entry of kept.values()) columns += entry.columns;
    for (const [oldest, entry] of kept) {
      if (kept.size === 1 || (columns <= columnsMax && kept.size <= VIEWS_MAX)) return;
      kept.delete(oldest);
      columns -= entry.columns;
    }
  };
  return {
    get(asker, handle, version) {
      const { workspaceId, id, name, schemaVersion } = handle;
      const key = JSON.stringify([workspaceId, id, name, schemaVersion, version, printOf(asker, handle)]);
      const before = kept.get(key);
      const entry = before ?? { sourceId: id, view: read(handle).then(withoutOwners), columns: 0 };
      kept.delete(key);
      kept.set(key, entry);
      if (before === undefined) {
        entry.view.then(
          (tables) => {
            entry.columns = tables.reduce((sum, table) => sum + table.columns.length + 1, 0);
            trim();
          },
          () => {
            if (kept.get(key) === entry) kept.delete(key);
          },
        );
      }
      return entry.view;
    },
    drop(sourceId) {
      for (const [key, entry] of kept) if (entry.sourceId === sourceId) kept.delete(key);
    },
  };
}

/** What a policy shows of a source, as one short text: people with equal grants see by one view. */
function createPrints(): (asker: Asker, handle: SourceHandle) => string {
  const known = new Map<string, string>();
  return ({ personId }, { id, policy, view }) => {
    if (policy === null) return '';
    // `view` says nothing across people: a grant may be to one of them.
    const key = JSON.stringify([personId, id, view]);
    const before = known.get(key);
    if (before !== undefined) return before;
    const shown = policy.tables.map(({ schema, table, grants }) => [
      schema,
      table,
      grants.map(({ filter, denied, masks }) => [filter === null, denied, masks]),
    ]);
    const print = hash('sha256', JSON.stringify(shown));
    if (known.size >= PRINTS_MAX) known.clear();
    known.set(key, print);
    return print;
  };
}

function withoutOwners(tables: readonly CatalogTable[]): View {
  return tables.map((table) => ({
    ...table,
    owner: null,
    columns: table.columns.map((column) => ({ ...column, owner: null })),
  }));
}
