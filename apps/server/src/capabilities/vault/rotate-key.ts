import { newKey, type KeyWrapper } from '@strongroom/keyring';
import type { Database } from '#platform/database';
import type { KeyMoves } from './move-keys.ts';
import { deleteUnusedWorkspaceKeys, insertWorkspaceKey, shareRoot } from './store.ts';

/** A new workspace key; every data key is wrapped under it and the old one removed. No data is touched, and everything goes on meanwhile. */
export function rotateKey(
  database: Database,
  wrapper: KeyWrapper,
  moves: KeyMoves,
): (workspaceId: string) => Promise<{ readonly keyVersion: number }> {
  return async (workspaceId) => {
    const moved = await moves.move(
      workspaceId,
      async (place) => {
        const version = place.keyVersion + 1;
        await database.withWorkspace(workspaceId, async (within) => {
          await shareRoot(within);
          const wrappedKey = await wrapper.wrap(workspaceId, newKey());
          await insertWorkspaceKey(within, workspaceId, { version, wrapper: wrapper.name, wrappedKey });
        });
        return { ...place, keyVersion: version };
      },
      async ({ keyVersion }) => {
        await database.withWorkspace(workspaceId, (within) => deleteUnusedWorkspaceKeys(within, keyVersion));
        return { keyVersion };
      },
    );
    if (moved === null) throw new Error('a workspace that was just used has no keys');
    return moved;
  };
}
