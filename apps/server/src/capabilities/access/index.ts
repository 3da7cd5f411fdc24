import type { Asker, Permission } from '#contracts';
import type { Database } from '#platform/database';
import { createGrants, type Directory, type Grants } from './grants.ts';
import { allows, permissionsOf } from './permissions.ts';
import { grantedSources, hasGrant } from './store.ts';

export { holdings } from './holdings.ts';
export { migrations } from './migrations.ts';
export { grantedSources };
export type { Directory, Grants };

export type Access = {
  /** By role; no database. */
  allows(asker: Asker, permission: Permission): boolean;
  permissionsOf(asker: Asker): Permission[];
  /** Whether a grant (to everyone, a team or the person) opens the source. Its owner may query it too: the caller knows who that is. */
  mayQuery(asker: Asker, sourceId: string): Promise<boolean>;
  readonly grants: Grants;
};

export function createAccess({ database, directory }: { database: Database; directory: Directory }): Access {
  return {
    allows,
    permissionsOf,
    mayQuery: (asker, sourceId) =>
      database.withWorkspace(asker.workspaceId, (transaction) => hasGrant(transaction, asker, sourceId)),
    grants: createGrants({ database, directory }),
  };
}
