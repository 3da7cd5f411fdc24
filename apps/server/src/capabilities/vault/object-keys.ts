import type { KeyObject } from 'node:crypto';
import { commitToKey, newKey, unwrapKey, wrapKey } from '@strongroom/keyring';
import type { Database } from '#platform/database';
import { keyDestroyed, unreadable } from './errors.ts';
import { insertObjectKey, selectObjectKey, selectObjectKeys, type WrappedObjectKey } from './store.ts';
import type { WorkspaceKeys } from './workspace-keys.ts';

export type ObjectKeys = {
  /** The object's data key, made and committed to at its first sealing. */
  forSealing(workspaceId: string, objectId: string): Promise<KeyObject>;
  /** Throws `vault/key_destroyed` (410) when there is none. */
  forOpening(workspaceId: string, objectId: string): Promise<KeyObject>;
  /** Those that are there, by object. */
  forOpeningMany(workspaceId: string, objectIds: readonly string[]): Promise<ReadonlyMap<string, KeyObject>>;
};

export function objectKeys(database: Database, workspaces: WorkspaceKeys): ObjectKeys {
  const unwrap = async (workspaceId: string, wrapped: WrappedObjectKey | null): Promise<KeyObject> => {
    if (wrapped === null) throw keyDestroyed();
    const { objects } = await workspaces.version(workspaceId, wrapped.keyVersion);
    const key = unwrapKey(objects, wrapped.wrappedKey);
    if (!commitToKey(key).equals(wrapped.commitment)) throw unreadable();
    return key;
  };
  return {
    forSealing: async (workspaceId, objectId) => {
      const [{ version, objects }] = await workspaces.allVersions(workspaceId);
      const key = newKey();
      const born = { keyVersion: version, wrappedKey: wrapKey(objects, key), commitment: commitToKey(key) };
      const existing = await database.withWorkspace(workspaceId, async (transaction) =>
        (await insertObjectKey(transaction, workspaceId, objectId, born))
          ? born
          : selectObjectKey(transaction, workspaceId, objectId),
      );
      return existing === born ? key : unwrap(workspaceId, existing);
    },
    forOpening: async (workspaceId, objectId) =>
      unwrap(
        workspaceId,
        await database.withWorkspace(workspaceId, (transaction) => selectObjectKey(transaction, workspaceId, objectId)),
      ),
    forOpeningMany: async (workspaceId, objectIds) => {
      const rows = await database.withWorkspace(workspaceId, (transaction) =>
        selectObjectKeys(transaction, workspaceId, objectIds),
      );
      return new Map(
        await Promise.all(
          Array.from(rows, async ([id, row]): Promise<[string, KeyObject]> => [id, await unwrap(workspaceId, row)]),
        ),
      );
    },
  };
}
