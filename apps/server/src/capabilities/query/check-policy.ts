import type { PolicyCheck } from '@strongroom/protocol';
import { type Asker } from '#contracts';
import type { Directory } from '#access';
import { type PolicyDeps, readPolicy } from './apply-policy.ts';
import { personUnknown, runSqlOff } from './errors.ts';
import type { QueryLimits } from './limits.ts';
import type { Sources } from '#sources';

export type CheckDeps = PolicyDeps & {
  readonly sources: Pick<Sources, 'manage' | 'find'>;
  readonly directory: Pick<Directory, 'subjectByEmail'>;
  readonly limits: QueryLimits;
};

export type PolicyCheckRequest = { readonly policy: string; readonly as: string; readonly sql: string };

/**
 * What would run if that person asked this SQL under this policy; nothing runs, and nothing is applied. Throws what the policy's
 * file and the guard throw, `query/denied` (403) for who may not query the source, `query/person_unknown` (404).
 */
export async function checkPolicy(
  deps: CheckDeps,
  asker: Asker,
  { policy: text, as, sql }: PolicyCheckRequest,
): Promise<PolicyCheck> {
  const { file, source, resolve } = await readPolicy(deps, asker, text);
  const viewer = await deps.directory.subjectByEmail(asker.workspaceId, as.toLowerCase());
  if (viewer === null) throw personUnknown(as);
  const { address, requestId } = asker;
  const handle = await deps.sources.find(
    { ...viewer, sessionId: null, tokenId: null, own: true, address, requestId },
    source.name,
  );
  if (!handle.runSql) throw runSqlOff();
  const schema = await deps.catalog.schemaFor(source);
  const policy = await deps.access.policies.byFile(viewer, file, resolve);
  const { checked, plan, rules, filtered } = await deps.guard.check({
    sql,
    dialect: source.dialect,
    schema,
    policy,
    rowsMax: deps.limits.rowsDefault,
    fairnessKey: asker.personId,
  });
  return {
    source: source.name,
    as: viewer.email,
    sql: { asked: sql, run: checked.text },
    rules: [...rules],
    filtered,
    columns: [...plan.columns],
  };
}
