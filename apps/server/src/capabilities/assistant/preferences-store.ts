import type { Database } from '#platform/database';
import { type Owner, withPerson } from './store.ts';

declare module '#platform/database' {
  interface Tables {
    preferences: { workspace_id: string; id: string; person_id: string; added_at: Date; sealed: Buffer };
  }
}

export type SealedPreference = { readonly id: string; readonly addedAt: Date; readonly sealed: Uint8Array };

export function savePreference(
  database: Database,
  { workspaceId, personId }: Owner,
  { id, addedAt, sealed }: SealedPreference,
): Promise<void> {
  return withPerson(database, workspaceId, personId, async (transaction) => {
    await transaction
      .insertInto('preferences')
      .values({ workspace_id: workspaceId, id, person_id: personId, added_at: addedAt, sealed: Buffer.from(sealed) })
      .execute();
  });
}

/** The oldest first. */
export function listPreferences(database: Database, { workspaceId, personId }: Owner): Promise<SealedPreference[]> {
  return withPerson(database, workspaceId, personId, async (transaction) => {
    const rows = await transaction
      .selectFrom('preferences')
      .select(['id', 'added_at', 'sealed'])
      .orderBy('id')
      .execute();
    return rows.map((row) => ({ id: row.id, addedAt: row.added_at, sealed: row.sealed }));
  });
}

/** How many were there. */
export function deletePreferences(
  database: Database,
  { workspaceId, personId }: Owner,
  ids: readonly string[],
): Promise<number> {
  if (ids.length === 0) return Promise.resolve(0);
  return withPerson(database, workspaceId, personId, async (transaction) => {
    const result = await transaction.deleteFrom('preferences').where('id', 'in', ids).executeTakeFirst();
    return Number(result.numDeletedRows);
  });
}
