import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { type Dialect, ProblemError } from '@strongroom/protocol';
import { startPostgres, type TestPostgres } from '@strongroom/testkit';
import type { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createGuard } from './guard.ts';
import type { AskerPolicy } from './policy.ts';
import {
  denied,
  inferences,
  notAllowed,
  notSelect,
  onHiddenRows,
  onHiddenRowsOfPostgres,
} from './test-policy-attempts.ts';
import { comparable } from './test-rows.ts';
import { testSchema } from './test-schema.ts';

const guard = createGuard();
const open = { filter: null, denied: [], masks: {} };
const schema = testSchema({
  'public.staff': [
    'id integer',
    'team text',
    'name text',
    'email text',
    'phone text',
    'salary integer',
    'note text',
    'active boolean',
  ],
  'public.teams': ['team text', 'city text'],
  'public.people': ['id integer', 'word text'],
  'public.people_old': ['id integer', 'word text'],
  'public.everybody': ['id integer', 'team text', 'name text'],
  'public.odd': ['row integer', 't text', 'staff text', 'constructor text', '__proto__ text', 'offset boolean'],
});
/** Of staff the team `red` is shown, without email, salary in no way, name and phone only masked. Whatever is hidden is a canary. */
const policy: AskerPolicy = {
  tables: [
    {
      schema: 'public',
      table: 'staff',
      grants: [
        {
          filter: "team = {{user.attributes.team}} and note <> ''",
          denied: ['email'],
          masks: { name: 'pseudonym', phone: 'partial', salary: 'null' },
        },
      ],
    },
    { schema: 'public', table: 'teams', grants: [open] },
    { schema: 'public', table: 'people', grants: [{ ...open, filter: 'id <= 2' }] },
    { schema: 'public', table: 'odd', grants: [{ ...open, filter: '"offset"', denied: ['constructor', '__proto__'] }] },
  ],
  attributes: { 'user.attributes.team': 'red' },
  pseudonymKey: Buffer.alloc(32, 5),
};
const world = `
  create table public.staff (id int primary key, team text, name text, email text, phone text, salary int, note text, active boolean);
  insert into public.staff select n, case n % 3 when 0 then 'red' when 1 then 'blue' end, 'Canary-' || n, 'canary' || n || '@x.org',
    'canary-000' || n, 424200 + n, case when n % 3 = 0 then n || '' else 'canary' end, n % 2 = 0 from generate_series(1, 9) as g(n);
  insert into public.staff values (10, 'red', 'Canary', 'canary', 'canary-0000', 0, '', true);
  create table public.teams (team text, city text);
  insert into public.teams values ('red', 'Rome'), ('blue', 'Bern');
  create table public.odd ("row" int, t text, staff text, constructor text, "__proto__" text, "offset" boolean);
  insert into public.odd values (1, 'a', 'b', 'canary', 'canary', true), (424299, 'canary', 'canary', 'canary', 'canary', false);
  create view public.everybody as select id, team, name from public.staff;
`;
const postgresWorld = `
  create table public.people (id int, word text) partition by range (id);
  create table public.people_old partition of public.people for values from (3) to (100);
  create table public.people_new partition of public.people for values from (0) to (3);
  create statistics public.staff_together on team, note from public.staff;
`;
const duckdbWorld =
  'create table public.people (id int, word text); create table public.people_old (id int, word text);';
const people = `insert into public.people values (1, 'one'), (2, 'two'), (3, 'canary');`;

let postgres: TestPostgres;
let direct: Client;
let duckdb: DuckDBConnection;
const notices: string[] = [];
beforeAll(async () => {
  postgres = await startPostgres();
  await postgres.run(`${world} ${postgresWorld} ${people} analyze;`);
  direct = await postgres.connect(postgres.superuser);
  direct.on('notice', (notice) => notices.push(JSON.stringify([notice.message, Object.entries(notice)])));
  await direct.query("set search_path = pg_catalog; set client_min_messages = debug1; set statement_timeout = '5s'");
  duckdb = await (await DuckDBInstance.create(':memory:')).connect();
  await duckdb.run(`create schema if not exists public; ${world} ${duckdbWorld} ${people}`);
});
afterAll(async () => {
  await direct.end();
  await postgres.stop();
  await guard.close();
});

type Told = { code: string; rows: unknown[][]; told: string };

/** What an asker could learn at most: more than they do, since a source's errors and notices never reach them. */
async function ask(sql: string, dialect: Dialect): Promise<Told> {
  notices.length = 0;
  try {
    const { checked, rules, plan } = await guard.check({ sql, dialect, schema, policy, rowsMax: 1000 });
    const values = [...checked.values];
    const rows =
      dialect === 'duckdb'
        ? (await duckdb.runAndReadAll(checked.text, values)).getRowsJson()
        : (await direct.query<unknown[]>({ text: checked.text, values, rowMode: 'array' })).rows;
    return { code: 'answered', rows, told: JSON.stringify([rows, notices, rules, plan, checked.text]) };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const told = JSON.stringify([error.name, error.message, error.stack, Object.entries(error), notices]);
    return { code: error instanceof ProblemError ? error.code : 'failed', rows: [], told };
  }
}

const CANARIES = /canary|4242\d\d|0505050505050505/i;
const dialects: Dialect[] = ['postgres', 'duckdb'];

describe.each(dialects)('nothing of what a policy hides is told on %s', (dialect) => {
  test.each(onHiddenRows)('%s', async (sql) => {
    const { code, told } = await ask(sql, dialect);
    expect(told).not.toMatch(CANARIES);
    expect([told, code]).toEqual([
      told,
      code === 'query/not_supported_here' && dialect === 'duckdb' ? code : 'answered',
    ]);
  });

  test.each([
    ...denied.map((sql) => ['query/denied', sql]),
    ...notAllowed.map((sql) => ['query/not_allowed', sql]),
    ...notSelect.map((sql) => ['query/not_select', sql]),
  ])('%s: %s', async (expected, sql) => {
    const { code, told } = await ask(sql, dialect);
    expect(told).not.toMatch(CANARIES);
    expect(code).toBe(expected);
  });
});

test.each(onHiddenRowsOfPostgres)('nothing of what a policy hides is told on postgres: %s', async (sql) => {
  const { code, told } = await ask(sql, 'postgres');
  expect(told).not.toMatch(CANARIES);
  expect([told, code]).toEqual([told, 'answered']);
});

describe.each(dialects)('what is masked or hidden can not be inferred on %s', (dialect) => {
  test.each(inferences)('%s', async (sql, rows) => {
    const answer = await ask(sql, dialect);
    expect(JSON.stringify(answer.rows)).not.toMatch(CANARIES);
    expect([answer.code, comparable(answer.rows)]).toEqual(['answered', rows]);
  });
});

describe('whether a constant can be read does not tell that there is a hidden row, on DuckDB', () => {
  // What DuckDB asks of a row last, and what it reads of a constant only when there is a row to compare with.
  const filter = "team like '%e%d' and lower(upper(team)) like 'r%'";
  const times = testSchema({
    'public.times': [
      'id integer',
      'team text',
      'day date',
      'stamp timestamp without time zone',
      'zoned timestamp with time zone',
      'hour time without time zone',
      'key uuid',
    ],
  });
  const quiet: AskerPolicy = {
    tables: [{ schema: 'public', table: 'times', grants: [{ ...open, filter }] }],
    attributes: {},
    pseudonymKey: null,
  };
  test.each([
    "day > 'x'",
    "day > date 'x'",
    "day between 'x' and 'y'",
    "day in ('x', 'y')",
    "'x' = day",
    "not (day = 'x')",
    "(day = 'x' or id = 1)",
    "stamp > 'x'",
    "stamp > timestamp '999999-01-01'",
    "zoned > 'x'",
    "hour > 'x'",
    "key = 'x'",
    "id = 99999999999 or id = 5 and day > 'x'",
  ])('%s', async (condition) => {
    const connection = await (await DuckDBInstance.create(':memory:')).connect();
    await connection.run(`create schema if not exists public;
      create table public.times (id int, team text, day date, stamp timestamp, zoned timestamptz, hour time, key uuid);
      insert into public.times values (5, 'blue', '2020-01-01', '2020-01-01', '2020-01-01', '10:00', uuid());`);
    for (const where of [condition, `id = 5 and ${condition}`, `${condition} and id > 4`]) {
      const sql = `select count(*) from times where ${where}`;
      const { checked } = await guard.check({ sql, dialect: 'duckdb', schema: times, policy: quiet, rowsMax: 10 });
      expect((await connection.runAndReadAll(checked.text)).getRowsJson(), checked.text).toEqual([['0']]);
    }
  });
});
