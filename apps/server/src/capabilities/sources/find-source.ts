import type { AskerPolicy } from '@strongroom/sql-guard';
import { type Dialect, type Source, sourceNameSchema } from '@strongroom/protocol';
import type { PolicyRow } from '#access';
import type { Asker } from '#contracts';
import type { SourcesDeps } from './deps.ts';
import { describeSource, isVisible, mayManage } from './describe-source.ts';
import { denied, notFound } from './errors.ts';
import { findByName, findGoverned, type GovernedSource, listAll, listQueryable, type SourcesTable } from './store.ts';

export type ManagedSource = Omit<SourceHandle, 'policy' | 'view' | 'runSql'>;

/** Proof that the asker may query the source; `use` opens nothing without one. */
export type SourceHandle = {
  readonly workspaceId: string;
  readonly id: string;
  readonly name: string;
  readonly kind: 'postgres' | 'mariadb' | 'file';
  readonly dialect: Dialect;
  /** Another whenever its schema was read again, by whichever server. */
  readonly schemaVersion: string;
  /** What the asker may see of it; null: all. */
  readonly policy: AskerPolicy | null;
  /** Another text as soon as what the asker may see of it is another. */
  readonly view: string;
  /** The admin's switch; see `Access.runSql`. */
  readonly runSql: boolean;
};

/** How long a change on another server may stay unknown; one on this server is known at once. */
export const FOUND_MS = 1_000;

/**
 * The source an asker may query. INVARIANT: a hidden source and one that never was get the same refusal, `query/denied`
 * (403), for administrators too. What it says was read no longer than `FOUND_MS` ago, for an asker with the very same rights, and after
 * the last change that this server made to sources, grants, policies or settings.
 */
export async function findSource(deps: SourcesDeps, asker: Asker, name: string): Promise<SourceHandle> {
  const { sessionId: _session, tokenId: _token, address: _address, requestId: _request, ...rights } = asker;
  const handle = isName(name)
    ? await deps.found.get(JSON.stringify([rights, name]), async () => (await handlesOf(deps, asker, name))[0] ?? null)
    : null;
  if (handle === null) throw denied();
  return handle;
}

/** Every source the asker may query, by name. */
export async function queryableSources(deps: SourcesDeps, asker: Asker): Promise<SourceHandle[]> {
  return handlesOf(deps, asker);
}

/** `name` narrows to one. */
async function handlesOf(deps: SourcesDeps, asker: Asker, name?: string): Promise<SourceHandle[]> {
  if (!deps.access.allows(asker, 'ask')) return [];
  const found = await findGoverned(deps.database, asker, name);
  return Promise.all(
    found.map(async (source) => {
      const { policy_id: id, policy_sealed: sealed } = source;
      const row = id === null || sealed === null ? undefined : { id, sealed };
      const policy = await deps.access.policies.forViewer(asker, row);
      return { ...described(source), policy, view: viewOf(asker, row), runSql: source.run_sql };
    }),
  );
}

/** Without a policy whoever may query it sees all. */
function viewOf({ teams, attributes }: Asker, policy: PolicyRow | undefined): string {
  return policy === undefined
    ? ''
    : JSON.stringify([
        policy.id,
        teams.toSorted(),
        Object.entries(attributes ?? {}).toSorted(([one], [other]) => (one < other ? -1 : 1)),
      ]);
}

/** A source to be managed, whether or not the asker may query it. Throws `sources/not_found`. */
export async function manageableSource(deps: SourcesDeps, asker: Asker, name: string): Promise<ManagedSource> {
  return described(await visibleSource(deps, asker, name));
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

function described(source: SourcesTable | GovernedSource): ManagedSource {
  return {
    workspaceId: source.workspace_id,
    id: source.id,
    name: source.name,
    kind: source.kind,
    dialect: source.kind === 'file' ? 'duckdb' : source.kind,
    schemaVersion: source.schema_version,
  };
}
