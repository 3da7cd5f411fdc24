// Calls of keys whose holder turned keeping on: sealed, and gone after a time.
import { sql } from 'kysely';
import type { Database, Tables, Transaction } from '#platform/database';

declare module '#platform/database' {
  interface Tables {
    gateway_calls: {
      workspace_id: string;
      id: string;
      key_id: string;
      person_id: string;
      at: Date;
      expires_at: Date;
      sealed: Buffer;
    };
  }
}

export type Owner = { readonly workspaceId: string; readonly personId: string };
export type CallRow = { id: string; key_id: string; at: Date; expires_at: Date; sealed: Buffer };

/** INVARIANT: row-level security shows the calls of this one person only, also to code that forgets to ask for them. */
function withPerson<T>(
  database: Database,
  { workspaceId, personId }: Owner,
  work: (within: Transaction<Tables>) => Promise<T>,
): Promise<T> {
  return database.withWorkspace(workspaceId, async (within) => {
    await sql`select set_config('strongroom.person', ${personId}, true)`.execute(within);
    return work(within);
  });
}

export function insertCall(database: Database, owner: Owner, row: CallRow): Promise<void> {
  const { workspaceId: workspace_id, personId: person_id } = owner;
  return withPerson(database, owner, async (within) => {
    await within
      .insertInto('gateway_calls')
      .values({ workspace_id, person_id, ...row })
      .execute();
  });
}

/** Those that have not expired, the newest first. */
export function selectCalls(database: Database, owner: Owner, now: Date, limit: number): Promise<CallRow[]> {
  return withPerson(database, owner, (within) =>
    within
      .selectFrom('gateway_calls')
      .select(['id', 'key_id', 'at', 'expires_at', 'sealed'])
      .where('person_id', '=', owner.personId)
      .where('expires_at', '>', now)
      .orderBy('id', 'desc')
      .limit(limit)
      .execute(),
  );
}

export function selectCall(database: Database, owner: Owner, now: Date, id: string): Promise<CallRow | undefined> {
  return withPerson(database, owner, (within) =>
    within
      .selectFrom('gateway_calls')
      .select(['id', 'key_id', 'at', 'expires_at', 'sealed'])
      .where('person_id', '=', owner.personId)
      .where('id', '=', id)
      .where('expires_at', '>', now)
      .executeTakeFirst(),
  );
}

export async function callIds(database: Database, owner: Owner): Promise<string[]> {
  const rows = await withPerson(database, owner, (within) =>
    within.selectFrom('gateway_calls').select('id').where('person_id', '=', owner.personId).orderBy('id').execute(),
  );
  return rows.map(({ id }) => id);
}

export function deleteCalls(database: Database, owner: Owner, ids: readonly string[]): Promise<void> {
  return withPerson(database, owner, async (within) => {
    if (ids.length > 0)
      await within
        .deleteFrom('gateway_calls')
        .where('id', 'in', [...ids])
        .execute();
  });
}

/** Of everybody: what has expired is nobody's any more. By the database's clock. */
export async function expiredCallIds(database: Database, workspaceId: string): Promise<string[]> {
  const rows = await database.withWorkspace(workspaceId, (within) =>
    within
      .selectFrom('gateway_calls')
      .select('id')
      .where(sql<boolean>`expires_at <= now()`)
      .limit(1_000)
      .execute(),
  );
  return rows.map(({ id }) => id);
}

export async function deleteExpiredCalls(
  database: Database,
  workspaceId: string,
  ids: readonly string[],
): Promise<void> {
  await database.withWorkspace(workspaceId, (within) =>
    within
      .deleteFrom('gateway_calls')
      .where('id', 'in', [...ids])
      .execute(),
  );
}
