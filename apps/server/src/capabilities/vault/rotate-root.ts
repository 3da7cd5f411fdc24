import type { KeyWrapper } from '@strongroom/keyring';
import type { Database } from '#platform/database';
import { lockMoves, selectWorkspaceKeys, selectWorkspaces, updateWorkspaceKey } from './store.ts';
import type { WrappingKeys } from './wrapping-keys.ts';

/**
 * A new root key in the holder; the keys of all workspaces are wrapped under it, then the old ones retired.
 * INVARIANT: nobody wraps a workspace key meanwhile (`shareRoot`), so that none is left under a root that goes.
 */
export function rotateRoot(
  database: Database,
  wrapper: KeyWrapper,
  keys: WrappingKeys,
): (workspaceId: string) => Promise<{ readonly rootVersion: number; readonly workspaces: number }> {
  return (workspaceId) =>
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
}
