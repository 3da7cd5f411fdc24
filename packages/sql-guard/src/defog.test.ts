import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sharedData, startPostgres } from '@strongroom/testkit';
import { expect, test } from 'vitest';
import { defogQueries, inAnyOrder, schemaOf } from './test-defog.ts';
import { createGuard } from './guard.ts';

const folder = sharedData('defog');

test.skipIf(folder === null)(
  'what analysts really write passes, and returns what it returns without the guard',
  async () => {
    await using stack = new AsyncDisposableStack();
    await using postgres = await startPostgres();
    const guard = createGuard();
    stack.defer(() => guard.close());
    const counts = { same: 0, refused: 0 };
    const wrong: string[] = [];

    for (const [database, queries] of await defogQueries(folder!)) {
      await postgres.run(`create database ${database}`);
      await postgres.run(await readFile(join(folder!, database, `${database}.sql`), 'utf8'), database);
      await using client = await postgres.connect({ ...postgres.superuser, database });
      const schema = await schemaOf(client);
      for (const query of queries) {
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
