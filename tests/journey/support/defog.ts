import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type RunningServer, startPostgres, type TestPostgres } from '@strongroom/testkit';
import { ask, type Asked, call } from './calls.ts';
import { holdsTheRows, type Table } from './same-rows.ts';

// The built-in translator over the defog collection, by the way a person takes: sources added, questions asked over
// HTTP, and the answer beside that of the collection's own SQL in the same database.

type Client = Awaited<ReturnType<TestPostgres['connect']>>;
export type DefogQuestion = {
  readonly db: string;
  readonly question: string;
  /** SQL that answers it: alternatives parted by `;`, of the columns in braces any will do. */
  readonly query: string;
};
export type Measured = {
  readonly question: DefogQuestion;
  readonly answer: Asked;
  readonly result: 'right' | 'wrong' | 'declined';
};

export const DEFOG_DATABASES = ['advising', 'broker', 'ewallet', 'geography', 'restaurants'] as const;

export async function defogQuestions(folder: string): Promise<DefogQuestion[]> {
  return JSON.parse(await readFile(join(folder, 'questions.json'), 'utf8')) as DefogQuestion[];
}

/** The collection's databases, with their rows, in a PostgreSQL that a source can be added from. */
export async function startDefog(folder: string): Promise<TestPostgres> {
  const postgres = await startPostgres({ tcp: true });
  for (const database of DEFOG_DATABASES) {
    await postgres.run(`create database ${database}`);
    await postgres.run(await readFile(join(folder, database, `${database}.sql`), 'utf8'), database);
  }
  return postgres;
}

/** Adds each database as a source of its own name. */
export async function addDefog(server: RunningServer, postgres: TestPostgres): Promise<void> {
  for (const name of DEFOG_DATABASES) {
    const url = postgres.url({ ...postgres.superuser, database: name });
    const { status, body } = await call(server, 'POST', 'sources', { name, url });
    if (status !== 200) throw new Error(`the source was refused: ${JSON.stringify(body)}`);
  }
}

/** Asks one after the other. Questions whose published SQL doesn't run are left out. */
export async function* measureDefog(
  server: RunningServer,
  postgres: TestPostgres,
  questions: readonly DefogQuestion[],
): AsyncGenerator<Measured> {
  for (const question of questions) {
    await using client = await postgres.connect({ ...postgres.superuser, database: question.db });
    const expected = await expectedRows(client, question);
    if (expected.length === 0) continue;
    const answer = await ask(server, question.question, question.db);
    const got = { columns: answer.columns.map(({ name }) => name), rows: answer.rows };
    const isAnswer = answer.outcome === 'rows' || answer.outcome === 'empty';
    const isRight = expected.some((one) => holdsTheRows(got, one, asksForOrder(question.question)));
    yield { question, answer, result: isAnswer ? (isRight ? 'right' : 'wrong') : 'declined' };
  }
}

function asksForOrder(question: string): boolean {
  return /\b(order|ordered|sort|sorted|starting from|from highest|from lowest)\b/i.test(question);
}

type Expected = Table & { readonly orderedBy: string | null };

async function expectedRows(client: Client, question: DefogQuestion): Promise<Expected[]> {
  const expected: Expected[] = [];
  for (const sql of alternatives(question.query)) {
    // As text: what a driver makes of a value is not the matter here.
    const types = { getTypeParser: () => (text: unknown) => text };
    const result = await client.query<unknown[]>({ text: sql, rowMode: 'array', types }).catch(() => null);
    if (result === null) continue;
    const sorted = /order\s+by\s+(?:\w+\.)?"?(\w+)"?(?![\s\S]*order\s+by)/i.exec(sql)?.[1]?.toLowerCase() ?? null;
    const columns = result.fields.map(({ name }) => name.toLowerCase());
    expected.push({
      columns,
      rows: result.rows,
      orderedBy: sorted !== null && columns.includes(sorted) ? sorted : null,
    });
  }
  return expected;
}

/** `select {a, b}, c … group by {}` is one query with `a`, one with `b` and one with both. */
export function alternatives(query: string): string[] {
  return query
    .split(';')
    .map((text) => text.trim())
    .filter((text) => text !== '')
    .flatMap((text) => {
      const braces = /\{([^}]+)\}/.exec(text);
      if (braces === null) return [text];
      const names = (braces[1] ?? '').split(',').map((name) => name.trim());
      const subsets = Array.from({ length: 2 ** names.length - 1 }, (_, bits) =>
        names.filter((_name, at) => ((bits + 1) >> at) & 1),
      );
      return subsets.map((some) => text.replace(braces[0], some.join(', ')).replaceAll('{}', some.join(', ')));
    });
}
