import type { KeyWrapper } from '@strongroom/keyring';
import type { Database } from '#platform/database';
import { keepWorkspaceKey } from './keep-workspace-key.ts';
import type { KeyRecord } from './key-record.ts';
import type { KeyMoves } from './move-keys.ts';
import { deleteUnusedWorkspaceKeys } from './store.ts';

/** A new workspace key; every data key is wrapped under it and the old one removed. No data is touched, and everything goes on meanwhile. */
export function rotateKey(
  database: Database,
  wrapper: KeyWrapper,
  moves: KeyMoves,
  record: () => KeyRecord,
): (workspaceId: string) => Promise<{ readonly keyVersion: number }> {
  return async (workspaceId) => {
    const moved = await moves.move(
      workspaceId,
      async (place) => {
        const keyVersion = place.keyVersion + 1;
        await keepWorkspaceKey(database, wrapper, record, workspaceId, keyVersion);
        return { ...place, keyVersion };
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
