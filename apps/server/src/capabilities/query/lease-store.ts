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

/** False when the person has `leasesMax` that live already. */
export async function insertLease(
  within: Within,
  { workspaceId, personId, sessionId, tokenId }: Asker,
  lease: { readonly id: string; readonly liveMs: number; readonly leasesMax: number },
): Promise<boolean> {
  // Until the end of the transaction, so that of two at once the second counts the first.
  await sql`select pg_advisory_xact_lock(hashtextextended(${`leases/${personId}`}, 0))`.execute(within);
  const { count } = await within
    .selectFrom('query_leases')
    .select((table) => table.fn.countAll<string>().as('count'))
    .where('person_id', '=', personId)
    .where('expires_at', '>', now)
    .executeTakeFirstOrThrow();
  if (Number(count) >= lease.leasesMax) return false;
  await within
    .insertInto('query_leases')
    .values({
      workspace_id: workspaceId,
      id: lease.id,
      person_id: personId,
      session_id: sessionId,
      token_id: tokenId,
      expires_at: nowPlus(lease.liveMs),
    })
    .execute();
  return true;
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
