import type { KeyWrapper } from '@strongroom/keyring';
import { type AuditContext, inInstallation } from '#contracts';
import type { Database } from '#platform/database';
import type { KeyRecord } from './key-record.ts';
import { lockMoves, selectWorkspaceKeys, selectWorkspaces, updateWorkspaceKey } from './store.ts';
import type { WrappingKeys } from './wrapping-keys.ts';

/**
 * A new root key in the holder; the keys of all workspaces are wrapped under it, then the old ones retired. Stands in the log of the
 * installation, since it is no workspace's alone.
 * INVARIANT: nobody wraps a workspace key meanwhile (`shareRoot`), so that none is left under a root that goes.
 */
export function rotateRoot(
  database: Database,
  wrapper: KeyWrapper,
  keys: WrappingKeys,
  record: () => KeyRecord,
): (by: AuditContext) => Promise<{ readonly rootVersion: number; readonly workspaces: number }> {
  const rotate = (workspaceId: string) =>
    database.withWorkspace(workspaceId, async (alone) => {
      await lockMoves(alone, 'root');
      const rootVersion = await wrapper.beginRoot();
      const workspaces = await selectWorkspaces(alone);
      for (const id of workspaces) {
        await database.withWorkspace(id, async (within) => {
          for (const { version, wrappedKey } of await selectWorkspaceKeys(within)) {
            const key = await wrapper.unwrap(id, wrappedKey);
            const renewed = await wrapper.wrap(id, key);
            if (!(await wrapper.unwrap(id, renewed)).equals(key)) throw new Error('a wrapped key does not unwrap');
            await updateWorkspaceKey(within, { version, wrappedKey: renewed });
          }
        });
        keys.forget(id);
      }
      await wrapper.retireRootsBefore(rootVersion);
      return { rootVersion, workspaces: workspaces.length };
    });
  return async (by) => {
    const event = {
      action: 'vault.root_rotated',
      resource: null,
      decision: { allowed: true, reason: 'permission workspace.manage' },
    } as const;
    await record().append(inInstallation(by), { ...event, outcome: 'begun' });
    const rotated = await rotate(by.workspaceId);
    await record().append(inInstallation(by), { ...event, outcome: 'done', counts: { root: rotated.rootVersion } });
    return rotated;
  };
}
