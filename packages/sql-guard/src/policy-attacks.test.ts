import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { type Dialect, ProblemError } from '@strongroom/protocol';
import { startPostgres, type TestPostgres } from '@strongroom/testkit';
import type { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createGuard } from './guard.ts';
import type { AskerPolicy } from './policy.ts';
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
  direct.on('notice', (notice) => notices.push(JSON.stringify({ ...notice, message: notice.message })));
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
    const told = JSON.stringify([error.name, error.message, error.stack, { ...error }, notices]);
    return { code: error instanceof ProblemError ? error.code : 'failed', rows: [], told };
  }
}

const CANARIES = /canary|4242\d\d|0505050505050505/i;
const dialects: Dialect[] = ['postgres', 'duckdb'];

/** Runs on what is shown, and there without a fault: `note` of a hidden row is no number, `salary` of one is 0. */
const onHiddenRows = [
  'select sum(cast(note as int)) from staff',
  'select id from staff where cast(note as int) > 0 and id > 0',
  'select id from staff where id > 0 and cast(note as int) > 0',
  'select id from staff where not (cast(note as int) < 0)',
  'select id from staff where id = 1 or cast(note as int) > 0',
  'select id from staff where (id = 1 and active) or cast(note as int) > 0',
  'select id from staff where case when active then cast(note as int) else 1 end > 0',
  'select id from staff where coalesce(cast(note as int), 0) > 0',
  'select id from staff where cast(note as int) in (3, 6)',
  'select id from staff where cast(note as int) between 1 and 9',
  'select id from staff where 3 in (cast(note as int))',
  'select id from staff where nullif(cast(note as int), 3) is null',
  'select id from staff where cast(note as int) = any (array[3, 6])',
  'select id from staff where greatest(cast(note as int), 1) > 0',
  'select id from staff order by cast(note as int)',
  'select id from staff order by cast(note as int) desc nulls last limit 1',
  'select id from staff order by case when active then cast(note as int) end',
  'select distinct cast(note as int) from staff',
  'select distinct on (cast(note as int)) id from staff order by cast(note as int)',
  'select cast(note as int), count(*) from staff group by cast(note as int)',
  'select cast(note as int) as n, count(*) from staff group by n',
  'select cast(note as int) as n, count(*) from staff group by 1',
  'select count(*) from staff group by rollup (cast(note as int))',
  'select count(*) from staff having sum(cast(note as int)) > 0',
  'select count(*) filter (where cast(note as int) > 0) from staff',
  'select max(cast(note as int)) over (partition by team) from staff',
  'select row_number() over (order by cast(note as int)) from staff',
  'select sum(id) over (order by id rows between 1 preceding and current row) from staff where cast(note as int) > 0',
  'select lag(cast(note as int)) over w from staff window w as (order by id)',
  "select string_agg(note, ',' order by cast(note as int)) from staff",
  'select percentile_cont(0.5) within group (order by cast(note as int)) from staff',
  'select s.id from staff s join teams t on cast(s.note as int) > 0',
  'select s.id from teams t join staff s on t.team = s.team and cast(s.note as int) > 0',
  'select s.id from teams t left join staff s on cast(s.note as int) > 0 and t.team = s.team',
  'select s.id from staff s right join teams t on cast(s.note as int) > length(t.city)',
  'select s.id, t.city from staff s, teams t where cast(s.note as int) > length(t.city)',
  'select s.id from staff s full join teams t using (team) where cast(s.note as int) > 0',
  'select t.city, l.n from teams t, lateral (select cast(note as int) as n from staff where staff.team = t.team) l',
  'select t.city, (select max(cast(note as int)) from staff where staff.team = t.team) from teams t',
  'select city from teams t where exists (select 1 from staff s where cast(s.note as int) > 0 and s.team = t.team)',
  'select city from teams where 3 in (select cast(note as int) from staff)',
  'select city from teams where 3 <= all (select cast(note as int) from staff)',
  'select x.n from (select cast(note as int) as n from staff offset 0) x',
  'select x.n from (select cast(note as int) as n from staff limit 2) x',
  'with s as (select * from staff) select cast(note as int) from s',
  'with s as materialized (select * from staff) select cast(note as int) from s',
  'with s as not materialized (select * from staff) select cast(note as int) from s where id > 0',
  'with staff as (select * from staff) select cast(note as int) from staff',
  'with teams as (select * from staff), staff as (select * from teams) select cast(note as int) from staff',
  'with a as (select * from staff), b as (select * from a) select cast(b.note as int) from a, b where a.id = b.id',
  'select cast(note as int) from staff union select 1',
  'select id from staff except select cast(note as int) from staff',
  'select id from staff intersect select cast(note as int) from staff',
  'select cast(note as int) from staff limit (select min(cast(note as int)) from staff)',
  'select a.id from staff a natural join staff b where cast(b.note as int) > 0',
  'select cast(t.note as int) from staff t',
  'select cast(t_1.note as int) from staff t, staff t_1',
  'select cast("row".note as int) from staff "row"',
  'select cast(team.note as int) from staff team',
  'select cast(public.note as int) from staff public',
  'select cast("Staff".note as int) from staff "Staff"',
  'select cast(teams.note as int), staff.city from staff teams, teams staff where staff.team = teams.team',
  'select cast(public.staff.note as int) from public.staff',
  'select cast(note as int) as staff from staff order by staff',
  'select "row", t, staff from odd where "offset"',
  'select * from odd',
  'select odd.* from odd, people',
  'select * from people',
  'select max(id), max(word) from people where id > 0',
  "select id from staff where 'red' = team and id between 1 and 9 and note >= ''",
];

/** Only on PostgreSQL. */
const onHiddenRowsOfPostgres = [
  'select cast(note as int) from only staff',
  'select string_agg(note, cast(note as int)::text) from staff',
  'select word from only people',
  'select word from people where id between symmetric 9 and 1',
  'select id from staff where (id, cast(note as int)) > (0, 0)',
  'select array_agg(cast(note as int)) from staff',
  'select json_agg(note) from staff where cast(note as int) > 0',
  'select array(select cast(note as int) from staff)',
  "select id from staff where to_number(note, '99') > 0",
  "select regexp_replace(note, 'c', 'd') from staff where cast(note as numeric) > 0",
  "select id from staff where cast('[' || note || ']' as jsonb) is not null",
  'select id from staff where make_date(2020, cast(note as int), 1) is not null',
  'select mode() within group (order by cast(note as int)) from staff',
  'select grouping(id), cast(note as int) from staff group by grouping sets ((id), (cast(note as int)))',
];

const denied = [
  ...['email', 'staff.email', 's.email', 'public.staff.email', '"email"'].map(
    (name) => `select ${name} from staff ${name.startsWith('s.') ? 's' : ''}`,
  ),
  ...['where email is null', 'order by email', 'group by email', 'having max(email) is null'].map(
    (clause) => `select count(*) from staff ${clause}`,
  ),
  'select s.id from staff s join staff b using (email)',
  'select s.id from staff s join staff b on s.email = b.email',
  'select max(email) over () from staff',
  'select count(distinct email) from staff',
  'select id from staff where exists (select staff.email)',
  'select x.email from (select * from staff) x',
  'with s as (select * from staff) select email from s',
  'select * from people_old',
  'select * from only people_old',
  'select * from people_new',
  'select * from everybody',
  'select * from public.everybody',
  'select * from secrets',
  'select * from nowhere',
  'select (select count(*) from people_old)',
  'select 1 where exists (select from everybody)',
  'with x as (select 1) select * from everybody, x',
  'select constructor from odd',
  'select "__proto__" from odd',
  'select odd.constructor from odd',
  'select nothing from staff',
  'select ctid from staff',
  'select xmin from staff',
  'select tableoid from staff',
  'select s.ctid from staff s',
  'select rowid from staff',
  'select s.rowid from staff s',
  'select staff_1.id from staff',
  'select t.id from staff',
  'select t.team from staff where t.id = 1',
  'select t.email from staff',
  'select * from pg_statistic',
  'select * from pg_catalog.pg_stats',
  'select most_common_vals from pg_stats',
  'select * from pg_stat_activity',
  'select * from information_schema.columns',
  'select * from duckdb_tables',
];

const notAllowed = [
  'select * from staff tablesample system (100)',
  'select * from staff tablesample bernoulli (50) repeatable (1)',
  'select id from staff for update',
  'select id from staff for share',
  'select id from staff for key share skip locked',
  'select staff from staff',
  'select s from staff s',
  'select s.* is null from staff s',
  'select count(s) from staff s',
  'select row(s.*) from staff s',
  'select to_json(s) from staff s',
  'select row_to_json(s) from staff s',
  'select (s).note from staff s',
  'select (staff).email from staff',
  'select jsonb_agg(staff) from staff',
  'select * from staff s(a, b, c, d, e, f, g, h)',
  'select * from staff s(email)',
  'select * from generate_series(1, (select max(salary) from staff))',
  'select * from generate_series(1, 3, (select 1 from staff))',
  'select x from staff, generate_series(1, staff.id) x',
  'select generate_series(1, id) from staff',
  'select pg_relation_size(1)',
  "select pg_table_size('public.staff')",
  "select has_table_privilege('public.staff', 'select')",
  "select row_security_active('public.staff')",
  'select pg_column_size(note) from staff',
  'select pg_typeof(note) from staff',
  "select table_to_xml('public.staff', true, true, '')",
  "select query_to_xml('select * from public.staff', true, true, '')",
  "select query('select * from public.staff')",
  "select * from query_table('public.staff')",
  "select getvariable('x')",
  "select current_setting('log_statement')",
  "select set_config('row_security', 'off', false)",
  "select nextval('public.s')",
  'with recursive r as (select * from staff) select * from r',
  'select * from staff order by id using <',
  "select * from xmltable('/' passing '<a/>' columns a text)",
  "select email from staff, jsonb_to_record('{}') as (email text)",
  'select $1',
  'select $2 from staff',
  'select name || $1 from staff',
];

const notSelect = [
  'explain select * from staff',
  'explain analyze select * from staff where cast(note as int) > 0',
  'analyze staff',
  'copy staff to stdout',
  'create view v as select * from staff',
  'set row_security = off',
  'refresh materialized view x',
  'declare c cursor for select * from staff',
];

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

/** Three rows of staff are shown: 3, 6 and 9. Each answer is the same whatever the masked values are. */
const inferences: [sql: string, rows: unknown[][]][] = [
  ['select count(*) from staff', [[3]]],
  ['select count(*) from staff where salary = 424203', [[0]]],
  ['select count(*) from staff where salary > 0 or salary <= 0', [[0]]],
  ['select count(*) from staff where salary is null', [[3]]],
  ['select count(*) from staff where not (salary > 424205)', [[0]]],
  ['select count(*) from staff where salary in (424203, 424206)', [[0]]],
  ['select count(*) from staff where salary between 0 and 999999', [[0]]],
  ['select count(*) from staff where salary is distinct from 424203', [[3]]],
  ["select count(*) from staff where name = 'Canary-3'", [[0]]],
  ["select count(*) from staff where name >= 'Canary' and name < 'Canarz'", [[0]]],
  ["select count(*) from staff where name like 'C%'", [[0]]],
  ["select count(*) from staff where name ilike '%nary%'", [[0]]],
  ['select count(*) from staff where length(name) <> 32', [[0]]],
  ["select count(*) from staff where phone = 'canary-0003'", [[0]]],
  ["select count(*) from staff where phone like '%ary%'", [[0]]],
  ['select phone from staff order by phone', [['***0003'], ['***0006'], ['***0009']]],
  [
    'select min(salary), max(salary), sum(salary), count(salary), avg(salary) from staff',
    [[null, null, null, 0, null]],
  ],
  ['select count(*) from staff a join staff b on a.salary = b.salary', [[0]]],
  ['select count(*) from staff a join staff b using (salary)', [[0]]],
  ['select count(*) from staff a natural join staff b', [[0]]],
  ['select count(*) from staff a join staff b on a.name = b.name', [[3]]],
  ['select count(*) from staff a full join staff b using (salary)', [[6]]],
  ['select salary, count(*) from staff group by salary', [[null, 3]]],
  ['select count(*) from (select distinct salary from staff) x', [[1]]],
  ['select id from staff order by salary, id desc', [[9], [6], [3]]],
  [
    'select id, rank() over (order by salary) from staff order by id',
    [
      [3, 1],
      [6, 1],
      [9, 1],
    ],
  ],
  [
    'select id, ntile(3) over (order by salary, id) from staff order by id',
    [
      [3, 1],
      [6, 2],
      [9, 3],
    ],
  ],
  [
    'select id, first_value(salary) over (order by id) from staff order by id',
    [
      [3, null],
      [6, null],
      [9, null],
    ],
  ],
  ['select count(*) from staff group by rollup (salary) order by 1', [[3], [3]]],
  ['select id from staff where salary = (select max(salary) from staff)', []],
  ['select id from staff where salary >= all (select salary from staff)', []],
  ['select id from staff where id = 1', []],
  ["select id from staff where team = 'blue'", []],
  ['select id from staff where team is null', []],
  ["select id from staff where id in (1, 2, 10) or note = ''", []],
  ["select count(*) from staff where note <> note or note = 'x'", [[0]]],
  [
    'select t.team, count(s.id) from teams t left join staff s using (team) group by t.team order by 1',
    [
      ['blue', 0],
      ['red', 3],
    ],
  ],
  ['select city from teams where not exists (select from staff where staff.team = teams.team)', [['Bern']]],
  ['select count(*), max(id) from people', [[2, 2]]],
  ['select count(*) from odd where "row" > 0', [[1]]],
];

describe.each(dialects)('what is masked or hidden can not be inferred on %s', (dialect) => {
  test.each(inferences)('%s', async (sql, rows) => {
    const answer = await ask(sql, dialect);
    expect(JSON.stringify(answer.rows)).not.toMatch(CANARIES);
    expect([answer.code, comparable(answer.rows)]).toEqual(['answered', rows]);
  });
});
