import { sql, type ColumnType, type Generated } from 'kysely';
import type { Tables, Transaction } from '#platform/database';

declare module '#platform/database' {
  interface Tables {
    vault_workspace_keys: {
      workspace_id: string;
      version: number;
      wrapper: string;
      wrapped_key: ColumnType<Buffer, Uint8Array>;
      created_at: Generated<Date>;
    };
    vault_object_keys: {
      workspace_id: string;
      object_id: string;
      key_version: number;
      wrapped_key: ColumnType<Buffer, Uint8Array>;
      commitment: ColumnType<Buffer, Uint8Array>;
      created_at: Generated<Date>;
    };
  }
}

export type WrappedWorkspaceKey = { readonly version: number; readonly wrappedKey: Uint8Array };
export type WrappedObjectKey = {
  readonly keyVersion: number;
  readonly wrappedKey: Uint8Array;
  readonly commitment: Uint8Array;
};

/** All versions, newest first. */
export async function selectWorkspaceKeys(
  transaction: Transaction<Tables>,
  workspaceId: string,
): Promise<WrappedWorkspaceKey[]> {
  return transaction
    .selectFrom('vault_workspace_keys')
    .select(['version', 'wrapped_key as wrappedKey'])
    .where('workspace_id', '=', workspaceId)
    .orderBy('version', 'desc')
    .execute();
}

/** Leaves a version that is already there as it is: of two first uses at once, one makes the key. */
export async function insertWorkspaceKey(
  transaction: Transaction<Tables>,
  workspaceId: string,
  key: WrappedWorkspaceKey & { readonly wrapper: string },
): Promise<void> {
  await transaction
    .insertInto('vault_workspace_keys')
    .values({ workspace_id: workspaceId, version: key.version, wrapper: key.wrapper, wrapped_key: key.wrappedKey })
    .onConflict((conflict) => conflict.columns(['workspace_id', 'version']).doNothing())
    .execute();
}

export async function selectObjectKey(
  transaction: Transaction<Tables>,
  workspaceId: string,
  objectId: string,
): Promise<WrappedObjectKey | null> {
  const row = await transaction
    .selectFrom('vault_object_keys')
    .select(['key_version as keyVersion', 'wrapped_key as wrappedKey', 'commitment'])
    .where('workspace_id', '=', workspaceId)
    .where('object_id', '=', objectId)
    .executeTakeFirst();
  return row ?? null;
}

/** Those that are there, by object. */
export async function selectObjectKeys(
  transaction: Transaction<Tables>,
  workspaceId: string,
  objectIds: readonly string[],
): Promise<Map<string, WrappedObjectKey>> {
  const rows = await transaction
    .selectFrom('vault_object_keys')
    .select(['object_id', 'key_version as keyVersion', 'wrapped_key as wrappedKey', 'commitment'])
    .where('workspace_id', '=', workspaceId)
    .where(sql<boolean>`object_id = any(${objectIds}::uuid[])`)
    .execute();
  return new Map(rows.map(({ object_id: id, ...key }) => [id, key]));
}

/** False, changing nothing, when the object has a key already. */
export async function insertObjectKey(
  transaction: Transaction<Tables>,
  workspaceId: string,
  objectId: string,
  key: WrappedObjectKey,
): Promise<boolean> {
  const inserted = await transaction
    .insertInto('vault_object_keys')
    .values({
      workspace_id: workspaceId,
      object_id: objectId,
      key_version: key.keyVersion,
      wrapped_key: key.wrappedKey,
      commitment: key.commitment,
    })
    .onConflict((conflict) => conflict.columns(['workspace_id', 'object_id']).doNothing())
    .returning('object_id')
    .executeTakeFirst();
  return inserted !== undefined;
}

export async function deleteObjectKeys(
  transaction: Transaction<Tables>,
  workspaceId: string,
  objectIds: readonly string[],
): Promise<void> {
  await transaction
    .deleteFrom('vault_object_keys')
    .where('workspace_id', '=', workspaceId)
    .where(sql<boolean>`object_id = any(${objectIds}::uuid[])`)
    .execute();
}
