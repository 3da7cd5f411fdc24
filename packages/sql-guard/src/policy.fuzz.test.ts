import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { type CheckedSql, type Dialect, ProblemError } from '@strongroom/protocol';
import { startPostgres, type TestPostgres } from '@strongroom/testkit';
import fc from 'fast-check';
import type { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createGuard } from './guard.ts';
import type { AskerPolicy, Mask, TableGrant } from './policy.ts';
import { COLUMNS, type Column, createTable, DEPTS, FILTERS, peerOf, STAFF } from './test-policy-peer.ts';
import { hasMariadb, type MariadbWorld, openMariadbWorld } from './test-mariadb.ts';
import { comparable } from './test-rows.ts';
import { testSchema } from './test-schema.ts';

const RUNS = 80;
const guard = createGuard();
const pseudonymKey = Buffer.alloc(32, 9);
const attributes = { 'user.attributes.team': 'red' };
const depts = ['team text', 'city text', 'cap integer'];
const schema = testSchema({
  'public.staff': Object.entries(COLUMNS).map(([name, type]) => `${name} ${type}`),
  'public.depts': depts,
  'public.secrets': ['id integer'],
});

let postgres: TestPostgres;
let direct: Client;
let duckdb: DuckDBConnection;
let mariadb: MariadbWorld | null = null;
const notices: string[] = [];
beforeAll(async () => {
  postgres = await startPostgres();
  direct = await postgres.connect(postgres.superuser);
  direct.on('notice', (notice) => notices.push(JSON.stringify(notice)));
  duckdb = await (await DuckDBInstance.create(':memory:')).connect();
  await duckdb.run('create schema if not exists public; create schema peer');
  await direct.query('create schema peer');
  const world = `${createTable('public.staff', COLUMNS, STAFF)} ${deptsTable('public')} ${deptsTable('peer')} create table public.secrets (id int);`;
  await direct.query(world);
  await duckdb.run(world);
  // In a collation that takes no notice of case.
  const databases = ['public', 'peer'].map((name) => `create database ${name} collate utf8mb4_general_ci;`);
  if (hasMariadb) mariadb = await openMariadbWorld(`${databases.join(' ')} ${world}`);
});
afterAll(async () => {
  await direct.end();
  await mariadb?.stop();
  await postgres.stop();
  await guard.close();
});

function deptsTable(schemaName: string): string {
  return createTable(`${schemaName}.depts`, { team: 'text', city: 'text', cap: 'integer' }, DEPTS);
}

const masks: Readonly<Partial<Record<Column, readonly Mask[]>>> = {
  team: ['null', 'pseudonym'],
  name: ['null', 'pseudonym', 'partial'],
  email: ['null', 'pseudonym', 'partial'],
  pay: ['null', 'pseudonym'],
  born: ['null'],
  note: ['null', 'pseudonym', 'partial'],
};
const showing = fc.record(
  Object.fromEntries(
    Object.entries(masks).map(([column, some]) => [
      column,
      fc.oneof(
        { weight: 6, arbitrary: fc.constant('clear' as const) },
        { weight: 1, arbitrary: fc.constant('denied' as const) },
        { weight: 2, arbitrary: fc.constantFrom(...some) },
      ),
    ]),
  ),
);
const grant = fc
  .tuple(fc.option(fc.constantFrom(...FILTERS.keys()), { freq: 5 }), showing)
  .map(([filter, shown]): TableGrant => {
    const entries = Object.entries(shown);
    return {
      filter,
      denied: entries.flatMap(([column, how]) => (how === 'denied' ? [column] : [])),
      masks: Object.fromEntries(entries.filter(([, how]) => how !== 'clear' && how !== 'denied')) as Record<
        string,
        Mask
      >,
    };
  });
const grants = fc.array(grant, { minLength: 1, maxLength: 3 });

// Statements: `@` stands for the name that the table of staff goes by.
const number = fc.constantFrom('@.id', '@.id', '@.pay', 'length(@.name)', '@.id + 1', 'coalesce(@.pay, 0)');
const word = fc.constantFrom('@.team', '@.name', '@.email', '@.note', 'upper(@.name)', "coalesce(@.team, 'none')");
const compare = fc.constantFrom('=', '<>', '<', '<=', '>', '>=');
const someNumber = fc.constantFrom('0', '1', '3', '7', '20', '-1', '9999999999');
const simple = fc.oneof(
  fc.tuple(number, compare, someNumber).map((parts) => parts.join(' ')),
  fc.tuple(someNumber, compare, number).map((parts) => parts.join(' ')),
  fc.tuple(word, compare, fc.constantFrom("'red'", "'blue'", "''", "'nm3z Name'")).map((parts) => parts.join(' ')),
  fc
    .tuple(number, fc.constantFrom('between', 'not between', 'between symmetric'), someNumber, someNumber)
    .map(([value, how, low, high]) => `${value} ${how} ${low} and ${high}`),
  fc
    .tuple(number, fc.constantFrom('in', 'not in'), fc.constantFrom('(1, 3, 6)', '(3, null)', '(4)'))
    .map((parts) => parts.join(' ')),
  fc
    .tuple(fc.oneof(number, word, fc.constantFrom('@.born', '@.active')), fc.constantFrom('is null', 'is not null'))
    .map((parts) => parts.join(' ')),
  fc.constantFrom(
    '@.active',
    'not @.active',
    '@.active = true',
    '@.active is not true',
    "@.born >= '2020-01-05'",
    "date '2020-01-04' > @.born",
    "@.born < 'infinity'",
    "@.name like 'nm1%'",
    "@.team is distinct from 'red'",
    "(@.id, @.team) = (3, 'red')",
    '@.id = any (array[2, 3, 4])',
    'cast(@.note as int) > 0',
    '10 / @.pay > 0',
    'exists (select 1 from staff e where e.team = @.team and e.id > @.id)',
    'exists (select from staff e where e.id = @.id and e.active)',
    '@.id > (select avg(id) from staff)',
    '@.team in (select team from depts where cap > 5)',
    '@.id >= all (select id from staff where id < 5)',
    '@.salary > 0',
  ),
);
const { condition } = fc.letrec<{ condition: string }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 2, depthIdentifier: 'c' },
    { weight: 4, arbitrary: simple },
    fc
      .tuple(tie('condition'), fc.constantFrom('and', 'or'), tie('condition'))
      .map(([a, how, b]) => `(${a} ${how} ${b})`),
    tie('condition').map((text) => `not (${text})`),
  ),
}));
const where = fc.option(condition, { freq: 4 }).map((text) => (text === null ? '' : ` where ${text}`));
const from = fc.oneof(
  { weight: 4, arbitrary: fc.constant('staff @') },
  { weight: 4, arbitrary: fc.constantFrom('staff @ join depts d on d.team = @.team', 'staff @ cross join depts d') },
  fc.constantFrom(
    'staff @ natural join depts',
    'staff @ join depts d using (team)',
    'depts d full join staff @ using (team)',
  ),
  fc.tuple(fc.constantFrom('left', 'right', 'full'), fc.constantFrom('staff @', 'depts d')).map(([kind, first]) => {
    const second = first === 'depts d' ? 'staff @' : 'depts d';
    return `${first} ${kind} join ${second} on d.team = @.team`;
  }),
  condition.map((text) => `depts d left join staff @ on d.team = @.team and ${text}`),
  condition.map((text) => `staff @ join staff b on b.id = @.id and ${text}`),
  where.map((text) => `(select * from staff @${text}) @`),
  condition.map((text) => `depts d, lateral (select * from staff @ where d.team = @.team and ${text}) @`),
);
const plain = fc
  .tuple(
    fc.constantFrom('', '', 'distinct '),
    fc.array(fc.oneof(number, word, fc.constant('@.born')), { minLength: 1, maxLength: 3 }),
    from,
    where,
  )
  .map(([distinct, targets, tables, text]) => {
    const order = targets.map((_, at) => at + 1).join(', ');
    return `select ${distinct}${targets.join(', ')} from ${tables}${text} order by ${order}`;
  });
const statement = fc.oneof(
  { weight: 4, arbitrary: plain },
  fc.tuple(plain, fc.constantFrom('limit 2', 'limit 3 offset 1', 'offset 2')).map((parts) => parts.join(' ')),
  fc
    .tuple(
      fc.oneof(word, number),
      fc.constantFrom('count(*)', 'min(@.name)', 'max(@.note)', 'sum(@.pay)', 'count(distinct @.email)'),
      from,
      where,
    )
    .map(
      ([key, aggregate, tables, text]) =>
        `select ${key}, ${aggregate} from ${tables}${text} group by ${key} order by 1, 2`,
    ),
  fc
    .tuple(from, where)
    .map(([tables, text]) => `select count(*), sum(@.pay), min(@.born), max(@.name) from ${tables}${text}`),
  fc
    .tuple(fc.constantFrom('lag(@.name)', 'sum(@.pay)', 'max(@.note)'), where)
    .map(([call, text]) => `select @.id, ${call} over (order by @.id) from staff @${text} order by 1`),
  fc
    .tuple(fc.constantFrom('union', 'except', 'intersect', 'union all'), word, word, where)
    .map(([how, a, b, text]) => `select ${a} from staff @${text} ${how} select ${b} from staff @ order by 1`),
  fc
    .tuple(where, where)
    .map(([inner, outer]) => `with @ as (select * from staff @${inner}) select * from @${outer} order by id`),
  where.map((text) => `select * from staff @${text} order by id`),
  fc
    .tuple(word, condition)
    .map(
      ([value, text]) =>
        `select d.city, (select max(${value}) from staff @ where ${text} and @.team = d.team) from depts d order by 1`,
    ),
);
/** A condition that holds for rows which an outer join made up. */
const outerJoin = fc
  .tuple(
    fc.constantFrom('depts d left join staff @', 'depts d full join staff @', 'staff @ right join depts d'),
    fc.constantFrom('d.team = @.team', 'd.team = @.team and @.id > 5'),
    fc.constantFrom('@.id', '@.team', '@.pay', '@.born'),
    fc.option(simple, { freq: 2 }),
  )
  .map(
    ([tables, on, column, more]) =>
      `select d.city, @.id from ${tables} on ${on} where ${more === null ? '' : `(${more} or @.id is null) and `}${column} is null order by 1, 2`,
  );
const named = fc
  .tuple(
    fc.oneof({ weight: 7, arbitrary: statement }, outerJoin),
    fc.constantFrom('s', 's', 'staff', 't', 't_1', 'team', 'peer', '"row"', '"S x"', 'id'),
  )
  .map(([sql, alias]) => sql.replaceAll('@', alias).replaceAll(/\b(staff) staff\b/g, '$1'));

type Got = { rows: string } | { failed: string };

async function attempt(work: () => Promise<unknown[][]>): Promise<Got> {
  try {
    return { rows: JSON.stringify(comparable(await work())) };
  } catch (error) {
    if (error instanceof ProblemError) throw error;
    return { failed: JSON.stringify([String(error), error]) };
  }
}

async function onSource(checked: CheckedSql): Promise<unknown[][]> {
  const { dialect, text, values } = checked;
  if (dialect === 'mariadb') return mariadb!.rows(checked);
  if (dialect === 'duckdb') return (await duckdb.runAndReadAll(text, [...values])).getRowsJson();
  return (await direct.query<unknown[]>({ text, values: [...values], rowMode: 'array' })).rows;
}

const dialects: Dialect[] = ['postgres', 'duckdb', ...(hasMariadb ? (['mariadb'] as const) : [])];
const counts = { answered: 0, refused: 0, failed: 0 };

async function compareOn(
  dialect: Dialect,
  sql: string,
  policy: AskerPolicy,
  peer: ReturnType<typeof peerOf>,
): Promise<void> {
  // It has no such day, and says so or not, as it comes to ask.
  if (dialect === 'mariadb' && sql.includes("'infinity'")) return;
  const peerSchema = testSchema({ 'peer.staff': peer.columns, 'peer.depts': depts });
  const asked = { sql, dialect, rowsMax: 10_000 };
  const [ours, theirs] = await Promise.all([
    guard.check({ ...asked, schema, policy }).catch((error: ProblemError) => error),
    guard.check({ ...asked, schema: peerSchema }).catch((error: ProblemError) => error),
  ]);
  if (ours instanceof Error || theirs instanceof Error) {
    // Whatever the guard thinks of the statement, it thinks of it with a policy too.
    const [a, b] = [ours, theirs].map((one) => (one instanceof ProblemError ? one.code : 'accepted'));
    expect([dialect, sql, a]).toEqual([dialect, sql, b]);
    counts.refused += 1;
    return;
  }
  const got = await attempt(() => onSource(ours.checked));
  const expected = await attempt(() => onSource(theirs.checked));
  const told = [JSON.stringify(got), ...notices.splice(0), ...(mariadb?.warnings() ?? [])].join().toLowerCase();
  // An error may quote the statement.
  for (const [token] of told.replaceAll('nm3z name', '').matchAll(/(nm|em|nt)\d+z/g))
    expect(peer.tokens, `${dialect}: ${sql}`).toContain(token);
  if ('failed' in expected || 'failed' in got) {
    counts.failed += 1;
    // In which order conditions run is up to the source, and so is which of its own rows they fail on.
    if (!peer.isSafe) return;
  } else counts.answered += 1;
  const kind = (one: Got): string => ('rows' in one ? one.rows : 'failed');
  expect([dialect, sql, ours.checked.text, kind(got)]).toEqual([dialect, sql, ours.checked.text, kind(expected)]);
}

test('whatever the policy and the statement, the answer is that over a table of what the policy shows, and no more is told', async () => {
  await fc.assert(
    fc.asyncProperty(grants, fc.array(named, { minLength: 5, maxLength: 5 }), async (some, statements) => {
      const policy: AskerPolicy = {
        tables: [
          { schema: 'public', table: 'staff', grants: some },
          { schema: 'public', table: 'depts', grants: [{ filter: null, denied: [], masks: {} }] },
        ],
        attributes,
        pseudonymKey,
      };
      const peer = peerOf(some, pseudonymKey);
      const world = `drop table if exists peer.staff; ${peer.sql}`;
      await direct.query(world);
      await duckdb.run(world);
      await mariadb?.run(world);
      for (const sql of statements) for (const dialect of dialects) await compareOn(dialect, sql, policy, peer);
    }),
    { numRuns: RUNS, seed: 20_261_125 },
  );
  expect(counts.answered).toBeGreaterThan(RUNS * 3);
}, 300_000);
