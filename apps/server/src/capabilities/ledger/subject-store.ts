import { sql, type ColumnType } from 'kysely';
import type { Tables, Transaction } from '#platform/database';

declare module '#platform/database' {
  interface Tables {
    ledger_subjects: { workspace_id: string; id: string; name_term: ColumnType<Buffer, Uint8Array, never> };
  }
}

type Within = Transaction<Tables>;

export async function selectSubject(within: Within, term: Uint8Array): Promise<string | null> {
  const row = await within
    .selectFrom('ledger_subjects')
    .select('id')
    .where('name_term', '=', Buffer.from(term))
    .executeTakeFirst();
  return row?.id ?? null;
}

/** null, changing nothing, when there is one of that name. */
export async function insertSubject(
  within: Within,
  workspaceId: string,
  { id, term }: { id: string; term: Uint8Array },
): Promise<string | null> {
  const inserted = await within
    .insertInto('ledger_subjects')
    .values({ workspace_id: workspaceId, id, name_term: Buffer.from(term) })
    .onConflict((conflict) => conflict.columns(['workspace_id', 'name_term']).doNothing())
    .returning('id')
    .executeTakeFirst();
  return inserted?.id ?? null;
}

export async function deleteSubjects(within: Within, ids: readonly string[]): Promise<void> {
  await within
    .deleteFrom('ledger_subjects')
    .where(sql<boolean>`id = any(${ids}::uuid[])`)
    .execute();
}

/** Empties the blind indexes of every entry that has one of these. */
export async function forgetTerms(within: Within, terms: readonly Uint8Array[]): Promise<void> {
  for (const term of terms) await sql`select strongroom.ledger_forget(${Buffer.from(term)}::bytea)`.execute(within);
}
