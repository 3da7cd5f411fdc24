import { DuckDBInstance } from '@duckdb/node-api';
import type { CheckedSql, Dialect } from '@strongroom/protocol';
import { everyPostgres, startPostgres } from '@strongroom/testkit';
import type { AskerPolicy } from './policy.ts';
import { hasMariadb, openMariadbWorld } from './test-mariadb.ts';
import { testSchema } from './test-schema.ts';

const open = { filter: null, denied: [], masks: {} };
export const schema = testSchema({
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
export const policy: AskerPolicy = {
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
/** For PostgreSQL and DuckDB. */
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

/** `world` for MariaDB, in a collation that takes no notice of case. */
export const mariadbWorld = `
  create database public collate utf8mb4_general_ci;
  create table public.staff (id int primary key, team varchar(20), name varchar(50), email varchar(50), phone varchar(50), salary int, note varchar(50), active boolean, key (team));
  insert into public.staff select seq, case seq % 3 when 0 then 'red' when 1 then 'blue' end, concat('Canary-', seq), concat('canary', seq, '@x.org'),
    concat('canary-000', seq), 424200 + seq, case when seq % 3 = 0 then seq else 'canary' end, seq % 2 = 0 from public.seq_1_to_9;
  insert into public.staff values (10, 'red', 'Canary', 'canary', 'canary-0000', 0, '', true);
  create table public.teams (team varchar(20), city text);
  insert into public.teams values ('red', 'Rome'), ('blue', 'Bern');
  create table public.odd (\`row\` int, t text, staff text, constructor text, __proto__ text, \`offset\` boolean);
  insert into public.odd values (1, 'a', 'b', 'canary', 'canary', true), (424299, 'canary', 'canary', 'canary', 'canary', false);
  create view public.everybody as select id, team, name from public.staff;
  create table public.people (id int, word text) partition by range (id) (partition new values less than (3), partition old values less than (100));
  create table public.people_old (id int, word text);
  ${people}
`;

/** All of it for PostgreSQL. */
export const postgresPolicyWorld = `${world} ${postgresWorld} ${people} analyze;`;

export type Engine = AsyncDisposable & {
  /** The rows of a checked text. Errors and notices are as the source tells them: an asker learns less. */
  rows(checked: CheckedSql): Promise<unknown[][]>;
  /** Since the last call. */
  notices(): string[];
};

type Opener = { readonly dialect: Dialect; open(): Promise<Engine> };

/** By the name that a test is called by. */
export const engines: ReadonlyMap<string, Opener> = new Map<string, Opener>([
  ...(await everyPostgres()).map((binaries): [string, Opener] => [
    `PostgreSQL ${binaries.version}`,
    { dialect: 'postgres', open: () => openPostgres(binaries) },
  ]),
  ['DuckDB', { dialect: 'duckdb', open: openDuckdb }],
  ...(hasMariadb ? [['MariaDB', { dialect: 'mariadb', open: openMariadb }] satisfies [string, Opener]] : []),
]);

async function openPostgres(binaries: Awaited<ReturnType<typeof everyPostgres>>[number]): Promise<Engine> {
  const postgres = await startPostgres({ binaries });
  await postgres.run(postgresPolicyWorld);
  const direct = await postgres.connect(postgres.superuser);
  const notices: string[] = [];
  direct.on('notice', (notice) => notices.push(JSON.stringify([notice.message, Object.entries(notice)])));
  await direct.query("set search_path = pg_catalog; set client_min_messages = debug1; set statement_timeout = '5s'");
  return {
    async rows({ text, values }) {
      return (await direct.query<unknown[]>({ text, values: [...values], rowMode: 'array' })).rows;
    },
    notices: () => notices.splice(0),
    async [Symbol.asyncDispose]() {
      await direct.end();
      await postgres.stop();
    },
  };
}

async function openDuckdb(): Promise<Engine> {
  const duckdb = await (await DuckDBInstance.create(':memory:')).connect();
  await duckdb.run(`create schema if not exists public; ${world} ${duckdbWorld} ${people}`);
  return {
    rows: async ({ text, values }) => (await duckdb.runAndReadAll(text, [...values])).getRowsJson(),
    notices: () => [],
    async [Symbol.asyncDispose]() {
      duckdb.closeSync();
    },
  };
}

async function openMariadb(): Promise<Engine> {
  const mariadb = await openMariadbWorld(mariadbWorld);
  return { rows: mariadb.rows, notices: mariadb.warnings, [Symbol.asyncDispose]: mariadb.stop };
}
