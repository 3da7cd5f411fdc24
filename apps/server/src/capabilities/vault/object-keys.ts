import type { KeyObject } from 'node:crypto';
import { commitToKey, newKey, unwrapKey, wrapKey } from '@strongroom/keyring';
import { systemContext } from '#contracts';
import type { Database } from '#platform/database';
import { hasDestruction } from './destruction-store.ts';
import { isDestroyed, keyDestroyed, unreadable } from './errors.ts';
import { keyCreatedEvent, type KeyRecord } from './key-record.ts';
import { insertObjectKey, readObjectKeys, selectPlace, type WrappedObjectKey } from './store.ts';
import type { WorkspaceKeys, WrappingKeys } from './wrapping-keys.ts';

export type ObjectKeys = {
  /**
   * The object's data key, made at its first sealing. Throws `vault/key_destroyed` (410) when it was destroyed: it gets no other.
   * `unrecorded`: without an entry of its birth, for the log's own.
   */
  forSealing(workspaceId: string, objectId: string, birth?: 'unrecorded'): Promise<KeyObject>;
  /** Throws `vault/key_destroyed` (410) when there is none. */
  forOpening(workspaceId: string, objectId: string): Promise<KeyObject>;
  /** Those that are there, by object. */
  forOpeningMany(workspaceId: string, objectIds: readonly string[]): Promise<ReadonlyMap<string, KeyObject>>;
};

/** Of an object whose key is wrapped at another place than the newest, which may be moved while we look. */
const looksMax = 3;

/**
 * INVARIANT: a data key is committed together with the audit entry of its birth, which names the object and the commitment to
 * the key; and only at the place where new keys are wrapped at that moment, so that none is left behind by a move. An object has
 * one key in all its life: else whoever seals while it is erased would make one that no erasure knows of.
 */
export function objectKeys(database: Database, keys: WrappingKeys, record: () => KeyRecord): ObjectKeys {
  const select = (workspaceId: string, objectIds: readonly string[]): Promise<WrappedObjectKey[]> =>
    readObjectKeys(database, workspaceId, objectIds);

  /** null when there is no key. */
  const find = async (workspaceId: string, objectId: string): Promise<KeyObject | null> => {
    for (let looks = 1; ; looks += 1) {
      const [row] = await select(workspaceId, [objectId]);
      const workspace = row === undefined ? null : await keys.existing(workspaceId);
      if (row === undefined || workspace === null) return null;
      try {
        return await openKey(workspace, row);
      } catch (error) {
        // Between our look and now the key may have been moved, and its old epoch destroyed.
        if (!isDestroyed(error) || looks === looksMax) throw error;
        keys.forget(workspaceId);
      }
    }
  };

  /** null when somebody else was faster, or keys have moved meanwhile. */
  const bear = async (workspaceId: string, objectId: string, birth?: 'unrecorded'): Promise<KeyObject | null> => {
    const { place, wrappingKey } = await keys.current(workspaceId);
    const key = newKey();
    const commitment = commitToKey(key);
    const wrappedKey = wrapKey(await wrappingKey(place), key);
    const entries =
      birth === 'unrecorded'
        ? null
        : await record().prepare(systemContext(workspaceId, 'vault'), [keyCreatedEvent(objectId, commitment)]);
    const birthEntry = entries?.receipts[0]?.entryId ?? null;
    const born = await database.withWorkspace(workspaceId, async (within) => {
      const now = await selectPlace(within, 'share');
      if (now?.epoch !== place.epoch || now.keyVersion !== place.keyVersion) return false;
      if (!(await insertObjectKey(within, workspaceId, { objectId, place, wrappedKey, commitment, birthEntry })))
        return false;
      // Only now: the insertion has waited for a destruction under way, which this statement sees committed.
      if (await hasDestruction(within, objectId)) throw keyDestroyed();
      await entries?.write(within);
      return true;
    });
    if (born) entries?.committed();
    else keys.forget(workspaceId);
    return born ? key : null;
  };

  return {
    forSealing: async (workspaceId, objectId, birth) => {
      for (;;) {
        const key = (await find(workspaceId, objectId)) ?? (await bear(workspaceId, objectId, birth));
        if (key !== null) return key;
      }
    },
    forOpening: async (workspaceId, objectId) => {
      const key = await find(workspaceId, objectId);
      if (key === null) throw keyDestroyed();
      return key;
    },
    forOpeningMany: async (workspaceId, objectIds) => {
      const workspace = await keys.existing(workspaceId);
      if (workspace === null) return new Map();
      const opened = await Promise.all(
        (await select(workspaceId, objectIds)).map(async (row): Promise<[string, KeyObject] | null> => {
          const key = await openKey(workspace, row).catch((error: unknown) => {
            if (!isDestroyed(error)) throw error;
            return find(workspaceId, row.objectId);
          });
          return key === null ? null : [row.objectId, key];
        }),
      );
      return new Map(opened.filter((one) => one !== null));
    },
  };
}

/** Throws `vault/unreadable` (500) for a row that was altered, and what `wrappingKey` throws. */
export async function openKey(workspace: WorkspaceKeys, row: WrappedObjectKey): Promise<KeyObject> {
  const key = unwrapKey(await workspace.wrappingKey(row.place), row.wrappedKey);
  if (!commitToKey(key).equals(row.commitment)) throw unreadable();
  return key;
}
