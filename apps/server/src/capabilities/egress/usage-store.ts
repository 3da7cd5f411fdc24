import { sql } from 'kysely';
import type { Database, Tables, Transaction } from '#platform/database';

type Within = Transaction<Tables>;

declare module '#platform/database' {
  interface Tables {
    egress_usage: { workspace_id: string; person_id: string; day: string; questions: number; tokens: string };
  }
}

/** What questions of a day used, in one round trip. `day`: as `2026-01-31`. */
export async function selectSpent(
  database: Database,
  workspaceId: string,
  { personId, day }: { readonly personId: string; readonly day: string },
): Promise<{ readonly byPerson: number; readonly byAll: number }> {
  const [row] = await database.readInWorkspace(workspaceId, (tables) =>
    tables
      .selectFrom('egress_usage')
      .select([
        sql<string>`coalesce(sum(tokens), 0)`.as('all'),
        sql<string>`coalesce(sum(tokens) filter (where person_id = ${personId}), 0)`.as('person'),
      ])
      .where(sql<boolean>`day = ${day}::date`),
  );
  return { byPerson: Number(row?.person ?? 0), byAll: Number(row?.all ?? 0) };
}

/** True when it is the first of that person and day. */
export async function addUsage(
  within: Within,
  { workspaceId, personId, day, tokens }: { workspaceId: string; personId: string; day: string; tokens: number },
): Promise<boolean> {
  const { questions } = await within
    .insertInto('egress_usage')
    .values({ workspace_id: workspaceId, person_id: personId, day, questions: 1, tokens: String(tokens) })
    .onConflict((conflict) =>
      conflict.columns(['workspace_id', 'day', 'person_id']).doUpdateSet({
        questions: sql`egress_usage.questions + 1`,
        tokens: sql`egress_usage.tokens + excluded.tokens`,
      }),
    )
    .returning('questions')
    .executeTakeFirstOrThrow();
  return questions === 1;
}

export async function deleteUsageBefore(within: Within, day: string): Promise<void> {
  await within
    .deleteFrom('egress_usage')
    .where(sql<boolean>`day < ${day}::date`)
    .execute();
}

/** All days of a person, for them alone. */
export async function selectUsageOf(within: Within, personId: string) {
  return within
    .selectFrom('egress_usage')
    .select([sql<string>`day::text`.as('day'), 'questions', 'tokens'])
    .where('person_id', '=', personId)
    .orderBy('day')
    .execute();
}

export async function deleteUsageOf(within: Within, personId: string): Promise<void> {
  await within.deleteFrom('egress_usage').where('person_id', '=', personId).execute();
}
