import { type Dialect, type Source, sourceNameSchema } from '@strongroom/protocol';
import type { Asker } from '#contracts';
import type { SourcesDeps } from './deps.ts';
import { describeSource, isVisible, mayManage } from './describe-source.ts';
import { denied, notFound } from './errors.ts';
import { findByName, listAll, listQueryable, type SourcesTable } from './store.ts';

/** Proof that the asker may query the source; `use` opens nothing without one. */
export type SourceHandle = {
  readonly workspaceId: string;
  readonly id: string;
  readonly name: string;
  readonly kind: 'postgres' | 'file';
  readonly dialect: Dialect;
};

/**
 * The source an asker may query. INVARIANT: a hidden source and one that never was get the same refusal, `query/denied`
 * (403), for administrators too.
 */
export async function findSource(deps: SourcesDeps, asker: Asker, name: string): Promise<SourceHandle> {
  const [source] =
    isName(name) && deps.access.allows(asker, 'ask')
      ? await deps.database.withWorkspace(asker.workspaceId, (transaction) => listQueryable(transaction, asker, name))
      : [];
  if (source === undefined) throw denied();
  return handleOf(source);
}

/** Every source the asker may query, by name. */
export async function queryableSources(deps: SourcesDeps, asker: Asker): Promise<SourceHandle[]> {
  if (!deps.access.allows(asker, 'ask')) return [];
  return (await deps.database.withWorkspace(asker.workspaceId, (transaction) => listQueryable(transaction, asker))).map(
    handleOf,
  );
}

/** What the asker may query, and everything for those who manage sources. */
export async function listSources(deps: SourcesDeps, asker: Asker): Promise<Source[]> {
  const sources = await deps.database.withWorkspace(asker.workspaceId, (transaction) =>
    mayManage(deps, asker) ? listAll(transaction) : listQueryable(transaction, asker),
  );
  return Promise.all(sources.map((source) => describeSource(deps, asker, source)));
}

/** Throws `sources/not_found` (404), the same for hidden and unknown. */
export async function showSource(deps: SourcesDeps, asker: Asker, name: string): Promise<Source> {
  return describeSource(deps, asker, await visibleSource(deps, asker, name));
}

/** The row behind a name the asker may see. Throws `sources/not_found`. */
export async function visibleSource(deps: SourcesDeps, asker: Asker, name: string): Promise<SourcesTable> {
  const source = await byName(deps, asker, name);
  if (source === null || !(await isVisible(deps, asker, source))) throw notFound();
  return source;
}

async function byName(deps: SourcesDeps, asker: Asker, name: string): Promise<SourcesTable | null> {
  if (!isName(name)) return null;
  return deps.database.withWorkspace(asker.workspaceId, (transaction) => findByName(transaction, name));
}

/** What can't be a name is looked up nowhere. */
function isName(name: string): boolean {
  return sourceNameSchema.safeParse(name).success;
}

function handleOf(source: SourcesTable): SourceHandle {
  return {
    workspaceId: source.workspace_id,
    id: source.id,
    name: source.name,
    kind: source.kind,
    dialect: source.kind === 'file' ? 'duckdb' : 'postgres',
  };
}
