import type { Source } from '@strongroom/protocol';
import type { AskerPolicy } from '@strongroom/sql-guard';
import type { Asker } from '#contracts';
import type { SourcesDeps } from './deps.ts';
import type { SourcesTable } from './store.ts';

/** Owners may query what is theirs; everybody else needs a grant, administrators too. */
async function mayQuery(deps: SourcesDeps, asker: Asker, source: SourcesTable): Promise<boolean> {
  if (!deps.access.allows(asker, 'ask')) return false;
  return source.owner_id === asker.personId || deps.access.mayQuery(asker, source.id);
}

export function mayManage(deps: SourcesDeps, asker: Asker): boolean {
  return deps.access.allows(asker, 'sources.manage');
}

export async function isVisible(deps: SourcesDeps, asker: Asker, source: SourcesTable): Promise<boolean> {
  return mayManage(deps, asker) || (await mayQuery(deps, asker, source));
}

/**
 * The source as this asker may see it: who may query it is for administrators and its owner only. Under a policy, how many tables there
 * are and what its role may do to which is for administrators too: others are told of tables that they may see.
 */
export async function describeSource(deps: SourcesDeps, asker: Asker, source: SourcesTable): Promise<Source> {
  const manages = mayManage(deps, asker);
  const [names, may, policy] = await Promise.all([
    deps.directory.namesOf(source.workspace_id, { people: [source.owner_id], teams: [] }),
    mayQuery(deps, asker, source),
    manages ? null : policyFor(deps, asker, source),
  ]);
  const grants =
    manages || source.owner_id === asker.personId ? await deps.access.grants.list(source.workspace_id, source.id) : [];
  return {
    id: source.id,
    name: source.name,
    kind: source.kind,
    owner: names.get(source.owner_id) ?? 'former colleague',
    location: source.location,
    status: source.is_sample && deps.sample.address === null ? 'unavailable' : source.status,
    tables: policy === null ? source.table_count : policy.tables.length,
    warnings: policy === null ? source.warnings : [],
    grants: [...grants],
    mayQuery: may,
    mayManage: manages,
    createdAt: source.created_at.toISOString(),
    refreshedAt: source.refreshed_at?.toISOString() ?? null,
  };
}

async function policyFor(deps: SourcesDeps, asker: Asker, source: SourcesTable): Promise<AskerPolicy | null> {
  const { policies } = deps.access;
  const rows = await deps.database.withWorkspace(source.workspace_id, (within) => policies.select(within, [source.id]));
  return policies.forViewer(asker, rows.get(source.id));
}
