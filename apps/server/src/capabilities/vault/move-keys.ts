import { unwrapKey, wrapKey } from '@strongroom/keyring';
import { ProblemError } from '@strongroom/protocol';
import type { Database } from '#platform/database';
import { openKey } from './object-keys.ts';
import { lockMoves, selectKeysElsewhere, selectPlace, updateObjectKeys, updatePlace, type Place } from './store.ts';
import type { WrappingKeys } from './wrapping-keys.ts';

export type KeyMoves = {
  /**
   * Wraps new keys at another place from now on, and moves every data key there; data is not touched. One move at a time in a workspace.
   * `choose` says where, given where keys are wrapped now; null moves none. `arrived` runs once all are there, still alone;
   * `damaged` counts keys that were altered and stay behind: what they sealed can't be opened anyway.
   */
  move<T>(
    workspaceId: string,
    choose: (place: Place) => Promise<Place | null>,
    arrived: (place: Place, damaged: number) => Promise<T>,
  ): Promise<T | null>;
};

const groupSizeMax = 500;
const firstId = '00000000-0000-0000-0000-000000000000';

/** A move cut short goes on with the next: what already is at the place stays, and old places are given up only when all arrived. */
export function keyMoves(database: Database, keys: WrappingKeys): KeyMoves {
  const moveAll = async (workspaceId: string, place: Place): Promise<number> => {
    keys.forget(workspaceId);
    let [after, damaged]: [string, number] = [firstId, 0];
    for (;;) {
      // Anew for each group: a long move keeps no key longer than anybody else.
      const workspace = await keys.current(workspaceId);
      const wrapping = await workspace.wrappingKey(place);
      const seen = await database.withWorkspace(workspaceId, async (within) => {
        const rows = await selectKeysElsewhere(within, place, after, groupSizeMax);
        const moved: { objectId: string; wrappedKey: Buffer }[] = [];
        for (const row of rows) {
          const key = await openKey(workspace, row).catch(damagedIsNull);
          if (key === null) damaged += 1;
          else moved.push({ objectId: row.objectId, wrappedKey: checkedWrap(wrapping, key) });
        }
        if (moved.length > 0) await updateObjectKeys(within, place, moved);
        return rows;
      });
      const last = seen.at(-1);
      if (last === undefined) return damaged;
      after = last.objectId;
    }
  };
  return {
    move: (workspaceId, choose, arrived) =>
      // The lock is of this transaction; the work is in others, so that a group that moved stays moved.
      database.withWorkspace(workspaceId, async (alone) => {
        await lockMoves(alone, { workspaceId });
        await keys.current(workspaceId);
        const now = await selectPlace(alone);
        const next = now === null ? null : await choose(now);
        if (next === null) return null;
        await database.withWorkspace(workspaceId, (within) => updatePlace(within, next));
        const damaged = await moveAll(workspaceId, next);
        const result = await arrived(next, damaged);
        keys.forget(workspaceId);
        return result;
      }),
  };
}

/** INVARIANT: a key leaves its old wrapping only for one that was seen to open. */
function checkedWrap(wrapping: Parameters<typeof wrapKey>[0], key: Parameters<typeof wrapKey>[1]): Buffer {
  const wrapped = wrapKey(wrapping, key);
  if (!unwrapKey(wrapping, wrapped).equals(key)) throw new Error('a key was wrapped that does not unwrap');
  return wrapped;
}

/** Altered, or of an epoch that is gone already. */
function damagedIsNull(error: unknown): null {
  if (error instanceof ProblemError && ['vault/unreadable', 'vault/key_destroyed'].includes(error.code)) return null;
  throw error;
}
