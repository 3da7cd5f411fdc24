import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SourceSchema } from '@strongroom/protocol';
import { sharedData, startPostgres } from '@strongroom/testkit';
import type { Client } from 'pg';
import { expect, test } from 'vitest';
import { createGuard } from './guard.ts';
import { comparable } from './test-rows.ts';
import { testSchema } from './test-schema.ts';

const folder = sharedData('defog');
type Question = { db: string; query: string };

test.skipIf(folder === null)(
  'what analysts really write passes, and returns what it returns without the guard',
  async () => {
    await using stack = new AsyncDisposableStack();
    await using postgres = await startPostgres();
    const guard = createGuard();
    stack.defer(() => guard.close());
    const questions = JSON.parse(await readFile(join(folder!, 'questions.json'), 'utf8')) as Question[];
    const counts = { same: 0, refused: 0 };
    const wrong: string[] = [];

    for (const database of ['advising', 'broker', 'ewallet', 'geography', 'restaurants']) {
      await postgres.run(`create database ${database}`);
      await postgres.run(await readFile(join(folder!, database, `${database}.sql`), 'utf8'), database);
      await using client = await postgres.connect({ ...postgres.superuser, database });
      const schema = await schemaOf(client);
      for (const query of questions.filter(({ db }) => db === database).flatMap(queries)) {
        const expected = await client.query<unknown[]>({ text: query, rowMode: 'array' }).catch(() => null);
        // A few of the published answers are cut in the middle.
        if (expected === null) continue;
        const answer = await guard
          .check({ sql: query, dialect: 'postgres', schema, rowsMax: 10_000 })
          .catch(() => null);
        if (answer === null) {
          counts.refused += 1;
          continue;
        }
        await client.query('begin read only; set local search_path = pg_catalog');
        const got = await client
          .query<unknown[]>({ text: answer.checked.text, rowMode: 'array' })
          .catch(() => ({ rows: [['failed']] }));
        await client.query('rollback');
        if (inAnyOrder(got.rows) === inAnyOrder(expected.rows)) counts.same += 1;
        else wrong.push(query);
      }
    }

    expect(wrong).toEqual([]);
    expect(counts.refused).toBe(0);
    expect(counts.same).toBeGreaterThan(140);
  },
);

/** The same text for the same rows, whichever comes first. */
function inAnyOrder(rows: readonly unknown[]): string {
  return comparable(rows)
    .map((row) => JSON.stringify(row))
    .sort()
    .join('\n');
}

/** Alternatives are parted by `;`, alternative columns stand in braces. */
function queries({ query }: Question): string[] {
  return query
    .split(';')
    .map((text) => text.replaceAll(/[{}]/g, '').trim())
    .filter((text) => text !== '');
}

async function schemaOf(client: Client): Promise<SourceSchema> {
  const { rows } = await client.query<{ table: string; column: string; type: string }>(`
    select n.nspname || '.' || c.relname as table, a.attname as column, format_type(a.atttypid, a.atttypmod) as type
    from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'r' and a.attnum > 0 and n.nspname not in ('pg_catalog', 'information_schema') order by 1, a.attnum`);
  const tables: Record<string, string[]> = {};
  for (const { table, column, type } of rows) (tables[table] ??= []).push(`${column} ${type}`);
  return testSchema(tables);
}
