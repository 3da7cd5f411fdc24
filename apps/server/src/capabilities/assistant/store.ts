import { sql } from 'kysely';
import type { Database, Tables, Transaction } from '#platform/database';

export type QuestionsTable = { workspace_id: string; id: string; person_id: string; asked_at: Date; sealed: Buffer };

declare module '#platform/database' {
  interface Tables {
    questions: QuestionsTable;
  }
}

type Tx = Transaction<Tables>;
export type SealedQuestion = { readonly id: string; readonly askedAt: Date; readonly sealed: Uint8Array };

/** INVARIANT: row-level security shows what is of this one person only, also to code that forgets to ask for them. */
export function withPerson<T>(
  database: Database,
  workspaceId: string,
  personId: string,
  work: (transaction: Tx) => Promise<T>,
): Promise<T> {
  return database.withWorkspace(workspaceId, async (transaction) => {
    await sql`select set_config('strongroom.person', ${personId}, true)`.execute(transaction);
    return work(transaction);
  });
}

export type Owner = { readonly workspaceId: string; readonly personId: string };

export function saveQuestion(
  database: Database,
  { workspaceId, personId }: Owner,
  question: SealedQuestion,
): Promise<void> {
  return withPerson(database, workspaceId, personId, async (transaction) => {
    const sealed = Buffer.from(question.sealed);
    await transaction
      .insertInto('questions')
      .values({ workspace_id: workspaceId, id: question.id, person_id: personId, asked_at: question.askedAt, sealed })
      .execute();
  });
}

/** False when the question was deleted meanwhile: what is deleted does not come back. */
export function rewriteQuestion(
  database: Database,
  { workspaceId, personId }: Owner,
  id: string,
  sealed: Uint8Array,
): Promise<boolean> {
  return withPerson(database, workspaceId, personId, async (transaction) => {
    const result = await transaction
      .updateTable('questions')
      .set({ sealed: Buffer.from(sealed) })
      .where('id', '=', id)
      .executeTakeFirst();
    return result.numUpdatedRows === 1n;
  });
}

/** The newest first. */
export function listQuestions(
  database: Database,
  { workspaceId, personId }: Owner,
  page: { before: string | null; limit: number },
): Promise<SealedQuestion[]> {
  return withPerson(database, workspaceId, personId, async (transaction) => {
    const all = transaction
      .selectFrom('questions')
      .select(['id', 'asked_at', 'sealed'])
      .orderBy('id', 'desc')
      .limit(page.limit);
    const rows = await (page.before === null ? all : all.where('id', '<', page.before)).execute();
    return rows.map((row) => ({ id: row.id, askedAt: row.asked_at, sealed: row.sealed }));
  });
}

export function findQuestion(
  database: Database,
  { workspaceId, personId }: Owner,
  id: string,
): Promise<SealedQuestion | null> {
  return withPerson(database, workspaceId, personId, async (transaction) => {
    const row = await transaction
      .selectFrom('questions')
      .select(['id', 'asked_at', 'sealed'])
      .where('id', '=', id)
      .executeTakeFirst();
    return row === undefined ? null : { id: row.id, askedAt: row.asked_at, sealed: row.sealed };
  });
}

export function questionIds(database: Database, { workspaceId, personId }: Owner): Promise<string[]> {
  return withPerson(database, workspaceId, personId, async (transaction) =>
    (await transaction.selectFrom('questions').select('id').execute()).map((row) => row.id),
  );
}

/** How many were there. */
export function deleteQuestions(
  database: Database,
  { workspaceId, personId }: Owner,
  ids: readonly string[],
): Promise<number> {
  if (ids.length === 0) return Promise.resolve(0);
  return withPerson(database, workspaceId, personId, async (transaction) => {
    const result = await transaction.deleteFrom('questions').where('id', 'in', ids).executeTakeFirst();
    return Number(result.numDeletedRows);
  });
}
