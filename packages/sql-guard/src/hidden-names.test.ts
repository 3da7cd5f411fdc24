import { type TestPostgres, startPostgres } from '@strongroom/testkit';
import fc from 'fast-check';
import type { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createGuard } from './guard.ts';
import { hasMariadb, openMariadbWorld } from './test-mariadb.ts';
import { comparable } from './test-rows.ts';
import { hiddenWorld, mariadbHiddenWorld, mariadbVisibleWorld, seen, visibleWorld } from './test-schema.ts';

const guard = createGuard();
let postgres: TestPostgres;
let hidden: Client;
let visible: Client;

beforeAll(async () => {
  postgres = await startPostgres();
  await postgres.run('create database hidden_world');
  await postgres.run('create database visible_world');
  await postgres.run(hiddenWorld, 'hidden_world');
  await postgres.run(visibleWorld, 'visible_world');
  hidden = await postgres.connect({ ...postgres.superuser, database: 'hidden_world' });
  await hidden.query("set search_path = pg_catalog; set statement_timeout = '5s'");
  visible = await postgres.connect({ ...postgres.superuser, database: 'visible_world' });
  await visible.query("set statement_timeout = '5s'");
});
afterAll(async () => {
  await hidden.end();
  await visible.end();
  await postgres.stop();
  await guard.close();
});

// Names of columns seen and hidden, of tables, and of aliases that are all of them.
const columnName = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom('id', 'id', 'origin', 'delay', 'code', 'name') },
  { weight: 2, arbitrary: fc.constantFrom('salary', 'secret', 'total', 'n', 'm', 'flights', 'x') },
);
const alias = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('flights', 'airports', 'x', 'y') },
  fc.constantFrom('orders', 'id', 'salary', 'hidden'),
);
const table = fc.oneof(
  { weight: 14, arbitrary: fc.constantFrom('flights', 'airports') },
  fc.constantFrom('sales.orders', 'hidden', 'x', 'public.flights'),
);

const { query } = fc.letrec<{ query: string; from: string; value: string; condition: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'd' },
    { weight: 16, arbitrary: columnName },
    { weight: 3, arbitrary: fc.tuple(alias, columnName).map((parts) => parts.join('.')) },
    { weight: 1, arbitrary: tie('query').map((text) => `(${text} limit 1)`) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.constantFrom('max', 'count', 'lower', 'coalesce'), tie('value'))
        .map(([name, text]) => `${name}(${text})`),
    },
    { weight: 1, arbitrary: alias.map((name) => `count(${name})`) },
  ),
  condition: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'd' },
    fc.tuple(tie('value'), tie('value')).map(([a, b]) => `${a}::text = ${b}::text`),
    tie('value').map((text) => `${text} is not null`),
    tie('query').map((text) => `exists (${text})`),
  ),
  from: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'd' },
    { weight: 9, arbitrary: table },
    { weight: 5, arbitrary: fc.tuple(table, alias).map(([name, as]) => `${name} ${as}`) },
    {
      weight: 2,
      arbitrary: fc
        .tuple(tie('query'), alias, fc.constantFrom('', 'lateral '))
        .map(([text, as, lateral]) => `${lateral}(${text}) ${as}`),
    },
    {
      weight: 3,
      arbitrary: fc
        .tuple(tie('from'), fc.constantFrom('join', 'left join', 'full join', 'right join'), tie('from'), columnName)
        .map(([a, kind, b, using]) => `${a} ${kind} ${b} using (${using})`),
    },
    {
      weight: 2,
      arbitrary: fc
        .tuple(tie('from'), fc.constantFrom('natural join', 'natural full join'), tie('from'))
        .map((parts) => parts.join(' ')),
    },
    {
      weight: 1,
      arbitrary: fc.tuple(tie('from'), tie('from'), tie('condition')).map(([a, b, on]) => `${a} join ${b} on ${on}`),
    },
    { weight: 2, arbitrary: fc.tuple(tie('from'), tie('from')).map((parts) => parts.join(', ')) },
  ),
  query: fc
    .tuple(
      fc.option(
        fc.tuple(
          alias,
          fc.tuple(columnName, table).map(([name, source]) => `select ${name} from ${source}`),
        ),
        { freq: 4 },
      ),
      fc.array(
        fc.oneof(
          { weight: 3, arbitrary: tie('value') },
          { weight: 1, arbitrary: fc.tuple(tie('value'), columnName).map(([text, as]) => `${text} as ${as}`) },
          { weight: 1, arbitrary: fc.constant('*') },
          { weight: 1, arbitrary: alias.map((name) => `${name}.*`) },
        ),
        { minLength: 1, maxLength: 2 },
      ),
      tie('from'),
      fc.option(tie('condition'), { freq: 3 }),
      fc.option(columnName, { freq: 4 }),
      fc.option(columnName, { freq: 4 }),
    )
    .map(
      ([cte, targets, from, where, group, order]) =>
        `${cte === null ? '' : `with ${cte[0]} as (${cte[1]}) `}select ${targets.join(', ')} from ${from}${where === null ? '' : ` where ${where}`}${group === null ? '' : ` group by ${group}`}${order === null ? '' : ` order by ${order}`}`,
    ),
}));

const inAnyOrder = (rows: readonly unknown[]): string =>
  JSON.stringify(
    comparable(rows)
      .map((row) => JSON.stringify(row))
      .sort(),
  );

const rowsOf = async (client: Client, sql: string): Promise<string> => {
  const result = await client.query<unknown[]>({ text: sql, rowMode: 'array' }).catch(() => null);
  return result === null ? 'refused' : inAnyOrder(result.rows);
};

test('whatever names are put together, nothing hidden is read, and an answer is the one that a database without hidden columns gives', async () => {
  const counts = { answered: 0, accepted: 0 };
  await fc.assert(
    fc.asyncProperty(query, async (sql) => {
      const answer = await guard.check({ sql, dialect: 'postgres', schema: seen, rowsMax: 100_000 }).catch(() => null);
      if (answer === null) return;
      counts.accepted += 1;
      const got = await rowsOf(hidden, answer.checked.text);
      expect(got).not.toMatch(/4242|SECRET|1999-09-09/);
      // A sub-query's `limit 1` may take any row, so rows are compared where there is none.
      if (!sql.includes('limit 1')) expect(got).toBe(await rowsOf(visible, sql));
      if (got !== 'refused') counts.answered += 1;
    }),
    { numRuns: 10_000, seed: 20_261_120 },
  );
  expect(counts.answered).toBeGreaterThan(100);
});

test.skipIf(!hasMariadb)(
  'nor is it on MariaDB, which answers alike whether the hidden columns are there or not',
  async () => {
    const [hiddenThere, visibleThere] = await Promise.all(
      [mariadbHiddenWorld, mariadbVisibleWorld].map((world) => openMariadbWorld(world)),
    );
    let answered = 0;
    await fc.assert(
      fc.asyncProperty(query, async (sql) => {
        const answer = await guard.check({ sql, dialect: 'mariadb', schema: seen, rowsMax: 100_000 }).catch(() => null);
        if (answer === null) return;
        const [got, expected] = await Promise.all(
          [hiddenThere!, visibleThere!].map((world) => world.rows(answer.checked).then(inAnyOrder, () => 'refused')),
        );
        expect(got).not.toMatch(/4242|SECRET|1999-09-09/);
        if (!sql.includes('limit 1'))
          expect([sql, answer.checked.text, got]).toEqual([sql, answer.checked.text, expected]);
        if (got !== 'refused') answered += 1;
      }),
      { numRuns: 5_000, seed: 20_261_125 },
    );
    await Promise.all([hiddenThere!.stop(), visibleThere!.stop()]);
    expect(answered).toBeGreaterThan(100);
  },
);

test('a parameter arrives as it was given, whatever is in it', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.string({ unit: 'binary' }).filter((text) => !text.includes('\0') && text.isWellFormed()),
      async (text) => {
        const { checked } = await guard.check({
          sql: 'select $1::text',
          dialect: 'postgres',
          schema: seen,
          rowsMax: 1,
          params: [text],
        });
        const { rows } = await hidden.query<[string]>({ text: checked.text, rowMode: 'array' });
        expect(rows).toEqual([[text]]);
      },
    ),
    { numRuns: 300 },
  );
});
