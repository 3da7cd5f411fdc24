import { commitToKey, jointKey, newKey, unwrapKey, wrapKey, type KeyWrapper } from '@strongroom/keyring';
import { type DrillReport, ProblemError } from '@strongroom/protocol';
import type { Database } from '#platform/database';
import { openKey } from './object-keys.ts';
import { selectKeysFrom } from './store.ts';
import type { WrappingKeys } from './wrapping-keys.ts';

const groupSizeMax = 1_000;
const damagedMax = 100;
const firstId = '00000000-0000-0000-0000-000000000000';

/**
 * Rehearses a rotation of the workspace key and of the epoch on a shadow: a new workspace key goes through the holder and back, and
 * every data key is opened, wrapped under the shadow, opened there, and compared with its commitment. Nothing is kept.
 */
export function drill(
  database: Database,
  wrapper: KeyWrapper,
  keys: WrappingKeys,
  nowMs: () => number,
): (workspaceId: string) => Promise<DrillReport> {
  return async (workspaceId) => {
    const startedMs = nowMs();
    const shadowKey = await wrapper.unwrap(workspaceId, await wrapper.wrap(workspaceId, newKey()));
    const shadow = jointKey([newKey(), shadowKey], 'objects');
    const damaged: string[] = [];
    let [after, objects] = [firstId, 0];
    for (;;) {
      const rows = await database.withWorkspace(workspaceId, (within) => selectKeysFrom(within, after, groupSizeMax));
      const last = rows.at(-1);
      if (last === undefined) break;
      after = last.objectId;
      const workspace = await keys.current(workspaceId);
      for (const row of rows) {
        try {
          const key = await openKey(workspace, row);
          const there = unwrapKey(shadow, wrapKey(shadow, key));
          if (!commitToKey(there).equals(row.commitment)) throw new Error('a key changed on its way');
          objects += 1;
        } catch (error) {
          if (!(error instanceof ProblemError) || error.code === 'vault/key_unavailable') throw error;
          if (damaged.length < damagedMax) damaged.push(row.objectId);
        }
      }
    }
    return { objects, damaged, seconds: (nowMs() - startedMs) / 1000 };
  };
}
