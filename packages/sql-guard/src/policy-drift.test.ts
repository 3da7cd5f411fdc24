import { DuckDBInstance } from '@duckdb/node-api';
import { startPostgres } from '@strongroom/testkit';
import { afterAll, describe, expect, test } from 'vitest';
import { createGuard } from './guard.ts';
import type { AskerPolicy, TableGrant } from './policy.ts';
import { testSchema } from './test-schema.ts';

const guard = createGuard();
afterAll(() => guard.close());

const red: TableGrant = { filter: "team = 'red'", denied: [], masks: {} };
const policyOf = (grant: TableGrant): AskerPolicy => ({
  tables: [{ schema: 'public', table: 'staff', grants: [grant] }],
  attributes: {},
  pseudonymKey: null,
});

/** What was known of the table when the policy was applied; in the source `team` is called `squad` by now. */
const known = testSchema({ 'public.staff': ['id integer', 'team text', 'name text'] });
const world = `
  create table public.staff (id int, squad text, name text);
  insert into public.staff values (1, 'red', 'Ann'), (2, 'blue', 'CANARY');
`;

describe('a filter over a column that the source does not have any more admits nothing', () => {
  const statements = [
    'select id, name from staff',
    "select s.* from (values ('red')) as t(team), lateral (select name from staff) s",
    "select (select count(*) from staff) from (values ('red')) as t(team)",
    "select (select max(name) from staff) from (values ('red')) as t(team)",
    "select team from (values ('red')) as t(team) where exists (select 1 from staff where staff.id = 2)",
    "select (select max(name) from staff s) from (values ('red')) as s(team)",
    "select (select max(name) from staff) from (values ('red')) as staff(team)",
    "select (select max(team.name) from staff team) from (values ('red')) as t(team)",
  ];

  test('on PostgreSQL', async () => {
    await using postgres = await startPostgres();
    await postgres.run(world);
    const client = await postgres.connect(postgres.superuser);
    try {
      for (const sql of statements) {
        const { checked } = await guard.check({
          sql,
          dialect: 'postgres',
          schema: known,
          policy: policyOf(red),
          rowsMax: 10,
        });
        await expect(client.query(checked.text), sql).rejects.toThrow(/does not exist/);
      }
    } finally {
      await client.end();
    }
  });

  test('on DuckDB', async () => {
    const duckdb = await (await DuckDBInstance.create(':memory:')).connect();
    await duckdb.run(`create schema if not exists public; ${world}`);
    for (const sql of statements) {
      const { checked } = await guard.check({
        sql,
        dialect: 'duckdb',
        schema: known,
        policy: policyOf(red),
        rowsMax: 10,
      });
      await expect(duckdb.runAndReadAll(checked.text), sql).rejects.toThrow(/team/);
    }
  });
});

test.each<[string, Partial<TableGrant>]>([
  ['denied', { denied: ['wage'] }],
  ['masked', { masks: { wage: 'null' } }],
])('a table of which a %s column is not there any more is not read: it may go by another name', async (_, columns) => {
  const policy = policyOf({ filter: null, denied: [], masks: {}, ...columns });
  const ask = (sql: string) => guard.check({ sql, dialect: 'postgres', schema: known, policy, rowsMax: 10 });
  for (const sql of ['select * from staff', 'select count(*) from staff', 'select 1 where exists (select from staff)'])
    await expect(ask(sql), sql).rejects.toMatchObject({ code: 'query/policy_broken', status: 409 });
  await expect(ask('select 1')).resolves.toBeDefined();
});
