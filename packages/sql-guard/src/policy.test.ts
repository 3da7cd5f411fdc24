import type { CheckedSql, Dialect } from '@strongroom/protocol';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { startPostgres, type TestPostgres } from '@strongroom/testkit';
import { createHmac } from 'node:crypto';
import type { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createGuard } from './guard.ts';
import { type AskerPolicy, type TableGrant, visibleTables } from './policy.ts';
import { hasMariadb, type MariadbWorld, openMariadbWorld } from './test-mariadb.ts';
import { comparable } from './test-rows.ts';
import { testSchema } from './test-schema.ts';

const guard = createGuard();
const pseudonymKey = Buffer.alloc(32, 7);
const schema = testSchema({
  'public.staff': [
    'id integer',
    'team text',
    'name text',
    'email text',
    'salary integer',
    'born date',
    'note text',
    'active boolean',
  ],
  'public.teams': ['team text', 'city text'],
  'public.secrets': ['id integer', 'word text'],
});
/** Team `red` is what the asker may see; each other row holds a canary, and a value that no cast, division or function stands. */
const world = `
  create table public.staff (id int primary key, team text, name text, email text, salary int, born date, note text, active boolean);
  create table public.teams (team text primary key, city text);
  create table public.secrets (id int, word text);
  insert into public.staff
    select n, case n % 3 when 0 then 'red' when 1 then 'blue' else null end,
      case when n % 3 = 0 then 'Name ' || n else 'CANARY-' || n end,
      case when n % 3 = 0 then 'p' || n || '@red.example' else 'CANARY' || n || '@blue.example' end,
      case when n % 3 = 0 then n * 10 else 0 end, cast(date '1980-01-01' + n * interval '1 day' as date),
      case when n % 3 = 0 then (n * 2) || '' else 'CANARY' end, n % 2 = 0
    from generate_series(1, 30) as g(n);
  insert into public.staff values (31, 'red', null, null, null, null, null, null);
  insert into public.teams values ('red', 'Rome'), ('blue', 'Bern');
  insert into public.secrets values (1, 'CANARY');
`;
/** The same for MariaDB, in a collation that takes no notice of case. */
const mariadbWorld = `
  create database public;
  create table public.staff (id int primary key, team varchar(20), name varchar(50), email varchar(50), salary int, born date, note varchar(50), active boolean, key (team)) collate utf8mb4_general_ci;
  create table public.teams (team varchar(20) primary key, city text) collate utf8mb4_general_ci;
  create table public.secrets (id int, word text);
  insert into public.staff
    select seq, case seq % 3 when 0 then 'red' when 1 then 'blue' else null end,
      case when seq % 3 = 0 then concat('Name ', seq) else concat('CANARY-', seq) end,
      case when seq % 3 = 0 then concat('p', seq, '@red.example') else concat('CANARY', seq, '@blue.example') end,
      case when seq % 3 = 0 then seq * 10 else 0 end, date '1980-01-01' + interval seq day,
      case when seq % 3 = 0 then seq * 2 else 'CANARY' end, seq % 2 = 0
    from public.seq_1_to_30;
  insert into public.staff values (31, 'red', null, null, null, null, null, null);
  insert into public.teams values ('red', 'Rome'), ('blue', 'Bern');
  insert into public.secrets values (1, 'CANARY');
`;
/** What the policy should amount to, as the source itself can do it: views over filtered tables. */
const peerWorld = `
  create view peer.staff as select id, team, name, salary, born, note, active from public.staff where team = 'red';
  create view peer.teams as select * from public.teams;
`;
const open: TableGrant = { filter: null, denied: [], masks: {} };
const red: TableGrant = { filter: 'team = {{user.attributes.team}}', denied: ['email'], masks: {} };

function policyOf(
  staff: readonly TableGrant[],
  attributes: Record<string, string> = { 'user.attributes.team': 'red' },
): AskerPolicy {
  return {
    tables: [
      { schema: 'public', table: 'staff', grants: staff },
      { schema: 'public', table: 'teams', grants: [open] },
    ],
    attributes,
    pseudonymKey,
  };
}

let postgres: TestPostgres;
let direct: Client;
let peer: Client;
let duckdb: DuckDBConnection;
let mariadb: MariadbWorld | null = null;
beforeAll(async () => {
  postgres = await startPostgres();
  await postgres.run('create database world');
  await postgres.run(world, 'world');
  await postgres.run('create schema peer', 'world');
  await postgres.run(peerWorld, 'world');
  direct = await postgres.connect({ ...postgres.superuser, database: 'world' });
  await direct.query('set search_path = pg_catalog');
  peer = await postgres.connect({ ...postgres.superuser, database: 'world' });
  await peer.query('set search_path = peer');
  duckdb = await (await DuckDBInstance.create(':memory:')).connect();
  await duckdb.run('create schema if not exists public');
  await duckdb.run(world);
  if (hasMariadb) mariadb = await openMariadbWorld(mariadbWorld);
});
afterAll(async () => {
  await direct.end();
  await peer.end();
  await postgres.stop();
  await mariadb?.stop();
  await guard.close();
});

const check = (sql: string, policy: AskerPolicy, dialect: Dialect = 'postgres') =>
  guard.check({ sql, dialect, schema, policy, rowsMax: 1000 });

async function rowsOf(checked: CheckedSql): Promise<unknown[][]> {
  const { dialect, text, values } = checked;
  if (dialect === 'mariadb') return mariadb!.rows(checked);
  if (dialect === 'duckdb') return (await duckdb.runAndReadAll(text, [...values])).getRowsJson();
  return (await direct.query<unknown[]>({ text, values: [...values], rowMode: 'array' })).rows;
}

const run = async (sql: string, policy: AskerPolicy, dialect: Dialect = 'postgres') =>
  rowsOf((await check(sql, policy, dialect)).checked);

const dialects: Dialect[] = ['postgres', 'duckdb', ...(hasMariadb ? (['mariadb'] as const) : [])];

/** MariaDB refuses these; run-checked.test.ts says with what. */
const supportedBy = (dialect: Dialect, all: readonly string[]) =>
  all.filter((sql) => dialect !== 'mariadb' || !/full join|lateral|distinct on/.test(sql));
/** MariaDB has no truth values but 1 and 0. */
const truthOf = (value: unknown, dialect: Dialect) =>
  dialect === 'mariadb' && typeof value === 'boolean' ? Number(value) : value;

const statements = [
  'select * from staff order by id',
  'select count(*), sum(salary), min(name), max(note), avg(salary) from staff',
  'select id from staff where id = 9',
  'select id, name from staff where id between 3 and 12 and active order by id',
  "select name from staff where team = 'blue' or id < 7 order by name",
  'select team, count(*) from staff group by team order by team',
  'select id, sum(cast(note as int)) over (order by id) from staff where note is not null order by id',
  'select s.id, t.city from staff s join teams t on t.team = s.team where s.id <= 9 order by 1',
  'select t.team, s.id from teams t left join staff s on s.team = t.team and s.id < 4 order by 1, 2',
  'select t.team from teams t left join staff s on s.team = t.team where s.id is null order by 1',
  'select s.id, t.city from staff s full join teams t using (team) order by 1, 2',
  'select city from teams where exists (select from staff where staff.team = teams.team)',
  'select city, (select count(*) from staff s where s.team = teams.team) from teams order by city',
  'with red as (select * from staff where salary > 50), staff as (select 1 as one) select red.id, one from red, staff order by 1',
  'select id from staff union select 99 order by 1',
  'select a.id, b.id from staff a, staff b where a.id = b.id and a.id in (3, 6) order by 1',
  'select t.city, x.n from teams t, lateral (select count(*) as n from staff s where s.team = t.team) x order by 1',
  'select distinct on (team) team, id from staff order by team, id desc',
  'select id from staff order by salary desc nulls last, id limit 3 offset 1',
  'select id, 100 / salary from staff where salary is not null order by id',
  "select id from staff where born >= '1980-01-10' and not (id = 12) order by id",
  'select upper(name), length(note) from staff where name is not null order by 1',
];

describe('with a filter a statement gives what it gives over a view of the visible rows', () => {
  describe.each(dialects)('%s', (dialect) => {
    test.each(supportedBy(dialect, statements))('%s', async (sql) => {
      const expected = comparable((await peer.query<unknown[]>({ text: sql, rowMode: 'array' })).rows);
      const asThere = expected.map((row) => row.map((value) => truthOf(value, dialect)));
      expect(comparable(await run(sql, policyOf([red]), dialect))).toEqual(asThere);
    });
  });
});

describe('nothing of the asker’s runs on a hidden row', () => {
  // Over all rows each of these fails, and its error would quote a hidden value or tell that there is one.
  const oracles = [
    'select id from staff where cast(note as int) > 0',
    'select cast(note as int) from staff',
    'select sum(cast(note as int)) from staff',
    'select id from staff order by cast(note as int)',
    'select count(*) from staff group by cast(note as int)',
    'select distinct cast(note as int) from staff',
    'select id from staff where case when true then cast(note as int) > 0 end',
    'select a.id from staff a join teams t on cast(a.note as int) > length(t.city) - 99',
    'select city from teams where exists (select from staff where cast(note as int) > 0)',
    'select max(cast(note as int)) filter (where id > 0) from staff',
    'select row_number() over (order by cast(note as int)) from staff',
    'select id from (select * from staff) s where cast(note as int) > 0',
    'with s as (select * from staff) select id from s where cast(note as int) > 0',
    'with s as not materialized (select * from staff) select id from s where cast(note as int) > 0',
    'select id from staff where cast(note as int) > 0 limit 1',
    'select x from teams t, lateral (select cast(s.note as int) as x from staff s where s.team = t.team) l',
    'select t.city from teams t left join staff s on cast(s.note as int) = 6',
    'select id from staff where id > 0 and (team is null or cast(note as int) > 0)',
    'select id from staff where coalesce(cast(note as int), 0) >= 0',
    'select id from staff where id in (select cast(note as int) from staff)',
    "select id from staff where cast(split_part(note, '@', 1) as int) > 0",
    'select cast(note as int) from staff union all select 1',
  ];
  describe.each(dialects)('%s', (dialect) => {
    test.each(supportedBy(dialect, oracles))('%s', async (sql) => {
      await expect(rowsOf((await guard.check({ sql, dialect, schema, rowsMax: 100 })).checked)).rejects.toThrow(
        /canary|invalid|division|convert|zero|range|overflow/i,
      );
      const rows = await run(sql, policyOf([red]), dialect);
      expect(JSON.stringify(rows)).not.toContain('CANARY');
    });
  });
});

describe.each(dialects.filter((dialect) => dialect !== 'duckdb'))(
  'no number of the asker’s meets a hidden value, on %s',
  (dialect) => {
    // With a hidden salary, which is 0, each divides by zero or leaves the numbers there are; the error may quote it.
    test.each([
      'select id from staff where 1 / salary >= 0',
      'select id from staff where salary - 9223372036854775807 - 2 < 0',
      'select id from staff s where exists (select from teams t where s.salary - 9223372036854775807 - 2 < length(t.city))',
    ])('%s', async (sql) => {
      await expect(rowsOf((await guard.check({ sql, dialect, schema, rowsMax: 100 })).checked)).rejects.toThrow(
        /division by (zero|0)|out of range/i,
      );
      expect(await run(sql, policyOf([red]), dialect)).toHaveLength(10);
    });
  },
);

test.skipIf(!hasMariadb)(
  'on MariaDB it is the LIMIT in the barrier that holds: without it a hidden value is told',
  async () => {
    const { checked } = await check('select id from staff where cast(note as int) > 0', policyOf([red]), 'mariadb');
    const bare = checked.text.replace(' LIMIT 18446744073709551615 OFFSET 0', '');
    expect(bare).not.toBe(checked.text);
    await expect(mariadb!.rows({ ...checked, text: bare })).rejects.toThrow(/CANARY/);
  },
);

test.skipIf(!hasMariadb)(
  'on MariaDB a filter compares exactly, though the collation of the column does not',
  async () => {
    const loud: TableGrant = { ...red, filter: "team = 'RED' or team = 'red '" };
    expect(await run('select id from staff', policyOf([loud]), 'mariadb')).toEqual([]);
  },
);

test.each(dialects)('of several grants each row shows what the grants that admit it show (%s)', async (dialect) => {
  const grants: TableGrant[] = [
    { filter: "team = 'red'", denied: [], masks: { name: 'null', salary: 'null' } },
    { filter: 'id <= 4', denied: ['note'], masks: { name: 'partial' } },
  ];
  const rows = await run('select id, name, salary, note from staff order by id', policyOf(grants), dialect);
  // 1, 2, 4 by the second grant alone; 3 by both; 6, 9, … by the first.
  expect(comparable(rows).slice(0, 5)).toEqual([
    [1, '***RY-1', 0, null],
    [2, '***RY-2', 0, null],
    [3, '***', 30, 6],
    [4, '***RY-4', 0, null],
    [6, null, null, 12],
  ]);
  const whole = await run('select count(*), count(name), sum(salary) from staff', policyOf([...grants, open]), dialect);
  expect(comparable(whole)).toEqual([[31, 30, 1650]]);
});

describe('a filter of several conditions stands beside other grants and beside what is asked below the barrier', () => {
  test.each<[string, string[], string, number[]]>([
    ['and', ["team = 'red' and salary > 50"], 'id <= 9', [6, 9]],
    ['and, twice', ["team = 'red' and salary > 50"], 'id <= 9 and id > 6', [9]],
    ['or', ["team = 'red' or id = 1"], 'id <= 3', [1, 3]],
    ['or, of two grants', ['id = 1 or id = 2', 'id = 4'], 'id < 9', [1, 2, 4]],
    ['or, the second', ['id = 4', 'id = 1 or id = 2'], 'id < 9', [1, 2, 4]],
    [
      'nested',
      ["(id = 1 and team = 'blue' and true) or (id = 3 or id = 6)", 'id = 7'],
      'id < 9 and not (id = 3 or id = 4)',
      [1, 6, 7],
    ],
  ])('%s', async (_, filters, where, ids) => {
    const grants = filters.map((filter): TableGrant => ({ ...open, filter }));
    for (const dialect of dialects)
      expect(
        comparable(await run(`select id from staff where ${where} order by id`, policyOf(grants), dialect)),
      ).toEqual(ids.map((id) => [id]));
  });
});

describe('a masked value is nowhere to be had', () => {
  const masking: TableGrant = {
    filter: null,
    denied: ['born'],
    masks: { name: 'pseudonym', email: 'partial', salary: 'null', note: 'pseudonym' },
  };
  const pseudonym = (text: string): string =>
    createHmac('sha256', pseudonymKey).update(text).digest('hex').slice(0, 32);

  test.each(dialects)('a pseudonym is HMAC-SHA256 under the key of the workspace, on %s', async (dialect) => {
    const [row] = await run('select name, email, salary from staff where id = 3', policyOf([masking]), dialect);
    expect(row).toEqual([pseudonym('Name 3'), 'p***@red.example', null]);
    expect(await run('select count(*), count(distinct name) from staff', policyOf([masking]), dialect)).toHaveLength(1);
  });

  test.each(dialects)('not by a condition, an order, a group, a join or an aggregate, on %s', async (dialect) => {
    const ask = (sql: string) => run(sql, policyOf([masking]), dialect);
    expect(await ask("select id from staff where name = 'Name 3'")).toEqual([]);
    expect(await ask('select id from staff where salary > 0 or salary <= 0')).toEqual([]);
    expect(await ask("select id from staff where email like '%3@%'")).toEqual([]);
    const order = comparable(await ask('select id from staff where name is not null order by name')).flat();
    expect(order).not.toEqual(order.toSorted((a, b) => Number(a) - Number(b)));
    expect(await ask('select min(salary), max(salary), sum(salary) from staff')).toEqual([[null, null, null]]);
    expect(comparable(await ask('select count(*) from staff a join staff b on a.salary = b.salary'))).toEqual([[0]]);
    expect(comparable(await ask('select count(distinct salary) from staff'))).toEqual([[0]]);
    const all = JSON.stringify(await ask('select name, note, email, lag(name) over (order by id) from staff'));
    expect(all).not.toMatch(/CANARY-|Name \d/);
  });

  test('its key is in no text that anybody sees', async () => {
    const { checked, plan } = await check('select name from staff', policyOf([masking]));
    expect(checked.text).toContain('$1');
    expect(JSON.stringify(plan) + checked.text).not.toContain(pseudonymKey.toString('hex'));
    expect(checked.values.map((value) => value.length)).toEqual([128, 128]);
  });

  test('a denied column and a table without a grant are refused as if they were not there', async () => {
    const refused = {
      code: 'query/denied',
      status: 403,
      message: 'no such source, table or column, or none that you may see',
    };
    for (const sql of [
      'select born from staff',
      'select staff.born from staff',
      'select * from secrets',
      'select nothing from staff',
      'select id from staff order by born',
    ])
      await expect(check(sql, policyOf([masking]))).rejects.toMatchObject(refused);
    const [staff] = visibleTables(schema.tables, policyOf([masking]));
    expect(staff?.columns.map(({ name, type }) => `${name} ${type}`)).toEqual([
      'id integer',
      'team text',
      'name text',
      'email text',
      'salary integer',
      'note text',
      'active boolean',
    ]);
  });
});

test('who groups by the primary key may name the other columns, as without a barrier', async () => {
  const keyed = {
    tables: schema.tables.map((table) => (table.name === 'staff' ? { ...table, primaryKey: ['id'] } : table)),
  };
  const policy = policyOf([red]);
  for (const sql of [
    'select id, name, upper(team), count(*) from staff group by id order by born, id',
    'select s.id, s.name, max(t.city) from staff s left join teams t on t.team = s.team group by 1 having s.salary > 50 order by s.id',
    'select t.team, (select count(*) from teams where teams.team = s.team) from staff s, teams t where t.team = s.team group by s.id, t.team order by s.id',
  ]) {
    const { checked } = await guard.check({ sql, dialect: 'postgres', schema: keyed, policy, rowsMax: 100 });
    const rows = comparable(await rowsOf(checked));
    const whole = comparable(
      (await peer.query<unknown[]>({ text: sql.replaceAll(/\bstaff\b/g, 'public.staff'), rowMode: 'array' })).rows,
    );
    expect(rows.length).toBeGreaterThan(3);
    expect(whole).toEqual(expect.arrayContaining(rows));
  }
});

test('an attribute is a value, whatever is in it; without one a filter admits nothing', async () => {
  const hostile = "red' or true --";
  expect(await run('select id from staff', policyOf([red], { 'user.attributes.team': hostile }))).toEqual([]);
  expect(await run('select id from staff', policyOf([red], {}))).toEqual([]);
  const quoted: TableGrant = { ...red, filter: "team = '{{ user.attributes.team }}' -- red alone" };
  expect(await run('select count(*) from staff', policyOf([quoted]))).toEqual([['11']]);
});

test.each([
  ['team = $1', 'query/policy_broken'],
  ["team = 'x{{user.email}}'", 'query/policy_broken'],
  ['team = {{user.password}}', 'query/policy_broken'],
  ['true) or (true', 'query/policy_broken'],
  ['true order by 1', 'query/policy_broken'],
  ['true union select 1', 'query/policy_broken'],
  ['true; select 1', 'query/policy_broken'],
  ['exists (select from secrets)', 'query/policy_broken'],
  ['count(*) > 0', 'query/policy_broken'],
  ['row_number() over () > 0', 'query/policy_broken'],
  ['pg_sleep(1) is null', 'query/policy_broken'],
  ['gone = 1', 'query/policy_broken'],
  ['secrets.word is null', 'query/policy_broken'],
  ['', 'query/policy_broken'],
])('with a filter that is none (%s) nothing runs', async (filter, code) => {
  await expect(check('select id from staff', policyOf([{ ...red, filter }]))).rejects.toMatchObject({ code });
});

test('a filter is refused when it is written, where its source could not run it', async () => {
  const [table] = schema.tables;
  const checked = (filter: string, dialect: Dialect) => guard.checkFilter({ filter, table: table!, dialect });
  for (const filter of [
    "team ~ '^r'",
    "name similar to 'a%'",
    'id between symmetric 3 and 1',
    "note::json ->> 'a' = 'b'",
  ]) {
    await expect(checked(filter, 'postgres')).resolves.toBeUndefined();
    await expect(checked(filter, 'duckdb')).rejects.toMatchObject({ code: 'query/not_supported_here' });
  }
  for (const dialect of dialects) {
    await expect(checked('team = {{user.email}} and (id > 3 or not active)', dialect)).resolves.toBeUndefined();
    await expect(checked('gone = 1', dialect)).rejects.toMatchObject({ code: 'query/denied' });
  }
});

test('what is known of the answer: the rules by name, and whether rows were filtered', async () => {
  const filtered = await check('select id from staff', policyOf([red]));
  expect(filtered).toMatchObject({ filtered: true });
  expect(filtered.rules).toContain('rows of public.staff filtered by its policy');
  const masked = await check('select name, id from staff', policyOf([{ ...open, masks: { name: 'partial' } }]));
  expect(masked).toMatchObject({ filtered: false });
  expect(masked.rules).toContain('public.staff.name masked (partial)');
  expect(await check('select team from teams', policyOf([red]))).toMatchObject({ filtered: false });
});

test('a comparison that can tell nothing is asked below the barrier, so that an index serves it', async () => {
  await direct.query(
    "insert into public.staff select n, 'blue', 'x', 'x', 1, null, '1', true from generate_series(100, 20000) g(n)",
  );
  await direct.query('analyze public.staff');
  const planOf = async (sql: string): Promise<string> => {
    const { text, values } = (await check(sql, policyOf([red]))).checked;
    const { rows } = await direct.query<[string]>({ text: `explain ${text}`, values: [...values], rowMode: 'array' });
    return rows.flat().join('\n');
  };
  for (const sql of [
    'select name from staff where id = 9',
    "select name from staff s where s.id in (3, 6) and upper(name) > 'A'",
    'select count(*) from staff where id between 3 and 9',
    'select s.name, t.city from staff s join teams t using (team) where s.id = 9',
    'select s.name, t.city from staff s left join teams t using (team) where 9 >= s.id',
  ])
    expect([sql, await planOf(sql)]).toEqual([sql, expect.stringContaining('staff_pkey')]);
  for (const sql of [
    'select name from staff where id + 0 = 9',
    'select name from staff where abs(id) = 9',
    'select t.city from teams t left join staff s using (team) where s.id = 9',
  ])
    expect([sql, await planOf(sql)]).toEqual([sql, expect.not.stringContaining('staff_pkey')]);
});
