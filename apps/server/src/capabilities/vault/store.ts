import { sql, type ColumnType, type Generated } from 'kysely';
import type { Database, Reading, Tables, Transaction } from '#platform/database';

type Bytes = ColumnType<Buffer, Uint8Array>;

declare module '#platform/database' {
  interface Tables {
    vault_workspace_keys: {
      workspace_id: string;
      version: number;
      wrapper: string;
      wrapped_key: Bytes;
      commitment: Bytes;
      birth_entry: string | null;
      created_at: Generated<Date>;
    };
    vault_places: {
      workspace_id: string;
      key_version: number;
      epoch: number;
      erased_at: ColumnType<Date | null, never, Date>;
    };
    vault_object_keys: {
      workspace_id: string;
      object_id: string;
      key_version: number;
      epoch: number;
      wrapped_key: Bytes;
      commitment: Bytes;
      birth_entry: string | null;
      created_at: Generated<Date>;
    };
  }
}

type Within = Transaction<Tables>;
export type WrappedWorkspaceKey = {
  readonly version: number;
  readonly wrappedKey: Uint8Array;
  readonly commitment: Uint8Array;
  /** In the log of the installation; null for the key of the installation itself. */
  readonly birthEntry: string | null;
};
/** Under which version of the workspace key, and in which epoch, a data key is wrapped. */
export type Place = { readonly keyVersion: number; readonly epoch: number };
export type WrappedObjectKey = {
  readonly objectId: string;
  readonly place: Place;
  readonly wrappedKey: Uint8Array;
  readonly commitment: Uint8Array;
  /** The audit entry of its birth; null for the key of the log itself. */
  readonly birthEntry: string | null;
};

/**
 * Held to the end of the transaction: keys change their wrapping one piece of work at a time, over all servers of a database.
 * `root`: of all workspaces together.
 */
export async function lockMoves(within: Within, what: { workspaceId: string } | 'root'): Promise<void> {
  const name = what === 'root' ? 'vault/root' : `vault/${what.workspaceId}`;
  await sql`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`.execute(within);
}

/** What a turn of the root key waits for: whoever wraps a workspace key keeps it in this transaction. */
export async function shareRoot(within: Within): Promise<void> {
  await sql`select pg_advisory_xact_lock_shared(hashtextextended('vault/root', 0))`.execute(within);
}

/** Of all workspaces, which row-level security would hide. */
export async function selectWorkspaces(within: Within): Promise<string[]> {
  const { rows } = await sql<{ workspace_id: string }>`
    select workspace_id from strongroom.vault_workspaces() order by 1
  `.execute(within);
  return rows.map((row) => row.workspace_id);
}

/** All versions, newest first. */
export async function selectWorkspaceKeys(within: Within): Promise<WrappedWorkspaceKey[]> {
  return within
    .selectFrom('vault_workspace_keys')
    .select(['version', 'wrapped_key as wrappedKey', 'commitment', 'birth_entry as birthEntry'])
    .orderBy('version', 'desc')
    .execute();
}

/** Leaves a version that is already there as it is: of two first uses at once, one makes the key. */
export async function insertWorkspaceKey(
  within: Within,
  workspaceId: string,
  key: WrappedWorkspaceKey & { readonly wrapper: string },
): Promise<void> {
  await within
    .insertInto('vault_workspace_keys')
    .values({
      workspace_id: workspaceId,
      version: key.version,
      wrapper: key.wrapper,
      wrapped_key: key.wrappedKey,
      commitment: key.commitment,
      birth_entry: key.birthEntry,
    })
    .onConflict((conflict) => conflict.columns(['workspace_id', 'version']).doNothing())
    .execute();
}

export async function updateWorkspaceKey(
  within: Within,
  { version, wrappedKey }: Pick<WrappedWorkspaceKey, 'version' | 'wrappedKey'>,
): Promise<void> {
  await within
    .updateTable('vault_workspace_keys')
    .set({ wrapped_key: Buffer.from(wrappedKey) })
    .where('version', '=', version)
    .execute();
}

/** Those below `version` under which no data key is wrapped any more; how many. */
export async function deleteUnusedWorkspaceKeys(within: Within, version: number): Promise<number> {
  const deleted = await within
    .deleteFrom('vault_workspace_keys')
    .where('version', '<', version)
    .where(
      sql<boolean>`not exists (select from vault_object_keys where vault_object_keys.key_version = vault_workspace_keys.version)`,
    )
    .executeTakeFirst();
  return Number(deleted.numDeletedRows);
}

/** null before the workspace's first key. `share`: so that nothing moves until the transaction ends. */
export async function selectPlace(within: Within, lock?: 'share'): Promise<Place | null> {
  const query = within.selectFrom('vault_places').select(['key_version as keyVersion', 'epoch']);
  return (await (lock === 'share' ? query.forShare() : query).executeTakeFirst()) ?? null;
}

/** Whether the workspace was erased. */
export async function selectErased(within: Within): Promise<boolean> {
  const row = await within.selectFrom('vault_places').select('erased_at').executeTakeFirst();
  return row !== undefined && row.erased_at !== null;
}

/** From here on nothing of the workspace is sealed or opened. Waits for every birth. */
export async function markErased(within: Within, at: Date): Promise<void> {
  await within.updateTable('vault_places').set({ erased_at: at }).where('erased_at', 'is', null).execute();
}

/** Leaves a place that is already there as it is. */
export async function insertPlace(within: Within, workspaceId: string, { keyVersion, epoch }: Place): Promise<void> {
  await within
    .insertInto('vault_places')
    .values({ workspace_id: workspaceId, key_version: keyVersion, epoch })
    .onConflict((conflict) => conflict.column('workspace_id').doNothing())
    .execute();
}

/** Waits for every birth at the old place. */
export async function updatePlace(within: Within, { keyVersion, epoch }: Place): Promise<void> {
  await within.updateTable('vault_places').set({ key_version: keyVersion, epoch }).execute();
}

const columns = ['object_id', 'key_version', 'epoch', 'wrapped_key', 'commitment', 'birth_entry'] as const;

/** Those that are there. */
export async function selectObjectKeys(within: Within, objectIds: readonly string[]): Promise<WrappedObjectKey[]> {
  return (await objectKeysOf(within, objectIds).execute()).map(wrappedObjectKey);
}

/** The same in one round trip, outside any transaction of the caller's. */
export async function readObjectKeys(
  database: Database,
  workspaceId: string,
  objectIds: readonly string[],
): Promise<WrappedObjectKey[]> {
  const rows = await database.readInWorkspace(workspaceId, (tables) => objectKeysOf(tables, objectIds));
  return rows.map(wrappedObjectKey);
}

function objectKeysOf(tables: Reading, objectIds: readonly string[]) {
  // As text, so that it is one statement however many there are.
  const ids = `{${objectIds.join()}}`;
  return tables
    .selectFrom('vault_object_keys')
    .select(columns)
    .where(sql<boolean>`object_id = any(${ids}::uuid[])`);
}

/** Up to `rowsMax` that are wrapped elsewhere than at `place`, in order behind `after`, and locked. */
export async function selectKeysElsewhere(
  within: Within,
  place: Place,
  after: string,
  rowsMax: number,
): Promise<WrappedObjectKey[]> {
  const rows = await within
    .selectFrom('vault_object_keys')
    .select(columns)
    .where('object_id', '>', after)
    .where(sql<boolean>`(key_version, epoch) <> (${place.keyVersion}::integer, ${place.epoch}::integer)`)
    .orderBy('object_id')
    .limit(rowsMax)
    .forUpdate()
    .execute();
  return rows.map(wrappedObjectKey);
}

/** In order behind `after`. */
export async function selectKeysFrom(within: Within, after: string, rowsMax: number): Promise<WrappedObjectKey[]> {
  const rows = await within
    .selectFrom('vault_object_keys')
    .select(columns)
    .where('object_id', '>', after)
    .orderBy('object_id')
    .limit(rowsMax)
    .execute();
  return rows.map(wrappedObjectKey);
}

/** False, changing nothing, when the object has a key already. */
export async function insertObjectKey(within: Within, workspaceId: string, key: WrappedObjectKey): Promise<boolean> {
  const inserted = await within
    .insertInto('vault_object_keys')
    .values({
      workspace_id: workspaceId,
      object_id: key.objectId,
      key_version: key.place.keyVersion,
      epoch: key.place.epoch,
      wrapped_key: key.wrappedKey,
      commitment: key.commitment,
      birth_entry: key.birthEntry,
    })
    .onConflict((conflict) => conflict.columns(['workspace_id', 'object_id']).doNothing())
    .returning('object_id')
    .executeTakeFirst();
  return inserted !== undefined;
}

/** All to one place, each its own wrapping. */
export async function updateObjectKeys(
  within: Within,
  place: Place,
  keys: readonly { objectId: string; wrappedKey: Uint8Array }[],
): Promise<void> {
  await sql`
    update vault_object_keys as keys
    set wrapped_key = moved.wrapped_key, key_version = ${place.keyVersion}::integer, epoch = ${place.epoch}::integer
    from unnest(${keys.map(({ objectId }) => objectId)}::uuid[], ${keys.map(({ wrappedKey }) => wrappedKey)}::bytea[]) as moved (object_id, wrapped_key)
    where keys.object_id = moved.object_id
  `.execute(within);
}

/** Only as it was read: false when it was moved or destroyed meanwhile. */
export async function deleteObjectKey(within: Within, key: WrappedObjectKey): Promise<boolean> {
  const deleted = await within
    .deleteFrom('vault_object_keys')
    .where('object_id', '=', key.objectId)
    .where('commitment', '=', Buffer.from(key.commitment))
    .where('epoch', '=', key.place.epoch)
    .executeTakeFirst();
  return deleted.numDeletedRows === 1n;
}

export async function countObjectKeys(within: Within): Promise<number> {
  const row = await within
    .selectFrom('vault_object_keys')
    .select((select) => select.fn.countAll<string>().as('count'))
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

type Row = {
  object_id: string;
  key_version: number;
  epoch: number;
  wrapped_key: Buffer;
  commitment: Buffer;
  birth_entry: string | null;
};

function wrappedObjectKey(row: Row): WrappedObjectKey {
  return {
    objectId: row.object_id,
    place: { keyVersion: row.key_version, epoch: row.epoch },
    wrappedKey: row.wrapped_key,
    commitment: row.commitment,
    birthEntry: row.birth_entry,
  };
}
