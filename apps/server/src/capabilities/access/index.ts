import type { Asker, Permission, Sealer } from '#contracts';
import type { Database } from '#platform/database';
import { forgetting } from '#platform/memory';
import { createGrants, type Directory, type Grants, resolveSubject } from './grants.ts';
import { allows, permissionsOf } from './permissions.ts';
import { createPolicies, type Policies, type Viewer } from './policies.ts';
import { selectRunSql, updateRunSql } from './settings-store.ts';
import { grantedSources, hasGrant, type Subject } from './store.ts';

export { badPolicy } from './errors.ts';
export { holdings } from './holdings.ts';
export { migrations } from './migrations.ts';
export { splitTable } from './policies.ts';
export { type PolicyFile, type PolicyRule, printPolicyFile, readPolicyFile, sourceNamedIn } from './policy-file.ts';
export { accessRoutes } from './routes.ts';
export { grantedSources };
export type { Directory, Grants, Policies, Viewer };
export { governing, type PolicyRow } from './policy-store.ts';

export type Access = {
  /** By role; no database. */
  allows(asker: Asker, permission: Permission): boolean;
  permissionsOf(asker: Asker): Permission[];
  /** Whether a grant (to everyone, a team or the person) opens the source. Its owner may query it too: the caller knows who that is. */
  mayQuery(asker: Asker, sourceId: string): Promise<boolean>;
  readonly grants: Grants;
  readonly policies: Policies;
  /** Whom a name such as `team:finance` means. Throws `access/subject_unknown` (404). */
  resolveSubject(workspaceId: string, subject: string): Promise<Subject>;
  /** Called after each write of this server to grants, policies and settings: what was read before may not hold. */
  onChanged(listener: () => void): void;
  /** The admin's switch, one of the two keys (S6) that a query needs. */
  readonly runSql: {
    get(workspaceId: string): Promise<boolean>;
    set(workspaceId: string, runSql: boolean): Promise<void>;
  };
};

export function createAccess({
  database: whole,
  directory,
  sealer,
}: {
  database: Database;
  directory: Directory;
  sealer: Sealer;
}): Access {
  const listeners = new Set<() => void>();
  const changed = (): void => {
    for (const listener of listeners) listener();
  };
  const database = forgetting(whole, { forget: changed });
  return {
    allows,
    permissionsOf,
    mayQuery: (asker, sourceId) =>
      whole.withWorkspace(asker.workspaceId, (transaction) => hasGrant(transaction, asker, sourceId)),
    grants: createGrants({ database, directory }),
    policies: createPolicies({ database, directory, sealer }),
    resolveSubject: (workspaceId, subject) => resolveSubject(directory, workspaceId, subject),
    onChanged: (listener) => void listeners.add(listener),
    runSql: {
      get: (workspaceId) => whole.withWorkspace(workspaceId, selectRunSql),
      set: (workspaceId, runSql) =>
        database.withWorkspace(workspaceId, (within) => updateRunSql(within, workspaceId, runSql)),
    },
  };
}
