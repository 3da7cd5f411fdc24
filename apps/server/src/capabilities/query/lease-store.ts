import { sql } from 'kysely';
import type { Asker } from '#contracts';
import type { Database, Tables, Transaction } from '#platform/database';

type Within = Transaction<Tables>;

declare module '#platform/database' {
  interface Tables {
    query_leases: {
      workspace_id: string;
      id: string;
      person_id: string;
      session_id: string | null;
      token_id: string | null;
      expires_at: Date;
    };
  }
}

/** By the clock of the database, which all servers share. */
const now = sql<Date>`now()`;
const nowPlus = (ms: number) => sql<Date>`now() + make_interval(secs => ${ms / 1000}::float8)`;

/** INVARIANT: the one place that says whose a lease is: of the same person by the same session or token, and nobody else's. */
function ownLease({ personId, sessionId, tokenId }: Asker, id: string) {
  return sql<boolean>`id = ${id}::uuid and person_id = ${personId}::uuid
    and session_id is not distinct from ${sessionId}::uuid and token_id is not distinct from ${tokenId}::uuid`;
}

/**
 * False when the person has `leasesMax` that live already. One statement without a lock, which somebody who opens many at a time would
 * let everybody wait at: so many more may come through as are counted in the same moment, which is as many as there are connections.
 */
export async function insertLease(
  within: Within,
  { workspaceId, personId, sessionId, tokenId }: Asker,
  lease: { readonly id: string; readonly liveMs: number; readonly leasesMax: number },
): Promise<boolean> {
  const { numAffectedRows } = await sql`
    insert into query_leases (workspace_id, id, person_id, session_id, token_id, expires_at)
    select ${workspaceId}::uuid, ${lease.id}::uuid, ${personId}::uuid, ${sessionId}::uuid, ${tokenId}::uuid, ${nowPlus(lease.liveMs)}
    where (select count(*) from query_leases where person_id = ${personId}::uuid and expires_at > now()) < ${lease.leasesMax}::int
  `.execute(within);
  return numAffectedRows === 1n;
}

/** False when there is no such lease that lives. */
export async function extendLease(within: Within, asker: Asker, id: string, liveMs: number): Promise<boolean> {
  const updated = await within
    .updateTable('query_leases')
    .set({ expires_at: nowPlus(liveMs) })
    .where(ownLease(asker, id))
    .where('expires_at', '>', now)
    .executeTakeFirst();
  return updated.numUpdatedRows === 1n;
}

/** False when there was none that lived. */
export async function deleteLease(within: Within, asker: Asker, id: string): Promise<boolean> {
  const deleted = await within
    .deleteFrom('query_leases')
    .where(ownLease(asker, id))
    .returning(sql<boolean>`expires_at > now()`.as('lived'))
    .executeTakeFirst();
  return deleted?.lived === true;
}

/** One round trip. */
export async function isLeaseLive(database: Database, asker: Asker, id: string): Promise<boolean> {
  const found = await database.readInWorkspace(asker.workspaceId, (tables) =>
    tables.selectFrom('query_leases').select('id').where(ownLease(asker, id)).where('expires_at', '>', now),
  );
  return found.length === 1;
}

export async function deleteLapsedLeases(within: Within): Promise<void> {
  await within.deleteFrom('query_leases').where('expires_at', '<=', now).execute();
}
