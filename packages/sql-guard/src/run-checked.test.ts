import type { Dialect } from '@strongroom/protocol';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { everyPostgres, startPostgres } from '@strongroom/testkit';
import type { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createGuard } from './guard.ts';
import { hasMariadb, type MariadbWorld, openMariadbWorld } from './test-mariadb.ts';
import { comparable } from './test-rows.ts';
import { hiddenWorld, mariadbHiddenWorld, seen, visibleWorld } from './test-schema.ts';

const guard = createGuard();
/** By version. As a connector does: every name in a checked text is written in full. */
const hiddenOf = new Map<number, Client>();
const visibleOf = new Map<number, Client>();
const versions = await everyPostgres();
const newest = versions.at(-1)!.version;
const stack = new AsyncDisposableStack();
let hidden: Client;
let visible: Client;
let duckdb: DuckDBConnection;
let mariadb: MariadbWorld | null = null;

beforeAll(async () => {
  for (const binaries of versions) {
    const postgres = stack.use(await startPostgres({ binaries }));
    const open = async (world: string, name: string): Promise<Client> => {
      await postgres.run(`create database ${name}`);
      await postgres.run(world, name);
      return stack.use(await postgres.connect({ ...postgres.superuser, database: name }));
    };
    hidden = await open(hiddenWorld, 'hidden_world');
    await hidden.query('set search_path = pg_catalog');
    visible = await open(visibleWorld, 'visible_world');
    hiddenOf.set(binaries.version, hidden);
    visibleOf.set(binaries.version, visible);
  }
  duckdb = await (await DuckDBInstance.create(':memory:')).connect();
  await duckdb.run('create schema if not exists public');
  await duckdb.run(hiddenWorld);
  if (hasMariadb) mariadb = await openMariadbWorld(mariadbHiddenWorld);
});
afterAll(async () => {
  await stack.disposeAsync();
  await mariadb?.stop();
  await guard.close();
});

const statements = [
  'select * from flights',
  'select * from flights order by delay desc, id',
  'select *, id + 1 as n from flights order by id',
  'table airports',
  'values (1, null), (2, 3) order by 2 desc',
  'select f.*, a.name from flights f left join airports a on a.code = f.origin order by f.id',
  'select * from flights natural join airports order by id',
  'select * from flights join airports using (id) order by id',
  'select * from flights full join airports using (id) order by id',
  'select id, name from flights right join airports using (id) order by id',
  'select id, total from flights full join airports using (id) full join sales.orders using (id) order by id nulls first',
  'select name, count(*) from airports, flights where code = origin group by name order by name',
  // Each output or outer name below is also that of a hidden column nearer by.
  'select delay % 2 = 0 as code, count(*) from flights group by code order by code',
  'select origin as salary, count(*) from flights group by salary order by salary',
  "select date_trunc('month', date) as m, count(*) as n from flights group by m order by n, m",
  'select max(delay) as n, origin as salary from flights group by salary order by n, salary',
  'select id, (select name from airports where code = origin) from flights order by id',
  'select id from flights where exists (select 1 from airports where code = origin and delay > 0) order by id',
  'select id, (select name from sales.orders where orders.id = airports.id) from airports order by id',
  'select id from flights where origin in (select code from airports where airports.id > 0 and delay < 3) order by id',
  'select code, n from airports, lateral (select count(*) as n from flights where origin = code) x order by code',
  'select origin, x.salary from flights, lateral (select delay + 1 as salary) x order by flights.id',
  'with flights as (select origin, delay as salary from flights) select * from flights order by origin, salary',
  'with t(salary, code) as (select delay, origin from flights) select code, sum(salary) from t group by code order by code',
  'select * from (select id as secret from airports) x order by secret',
  'select salary from (select delay as salary from flights) x group by salary order by salary',
  'select origin, delay, rank() over (partition by origin order by delay) r, sum(delay) over w, lag(id) over (order by id) from flights window w as (partition by destination order by id rows between 1 preceding and current row) order by id',
  'select origin, destination, count(*), grouping(origin) from flights group by rollup (origin, destination) order by 1, 2, 3',
  'select distinct on (origin) origin, id from flights order by origin, delay desc, id',
  'select distinct origin from flights order by origin desc',
  'select id from flights where delay > 0 union all select id from airports order by id limit 5 offset 2',
  '(select id from flights order by id limit 2) union (select id from airports) except select 3 order by 1',
  'select origin from flights intersect select code from airports order by 1',
  'select delay / 2, -delay / 2, delay % 3, delay * 1.0 / 2, sum(delay) over () / 3, id / 2.0, -7 / 2, (id + 1) / (delay * delay + 1) from flights order by id',
  'select 7 / 2, 7 / 2.0, 2 ^ 3, - - 2, 5 % 3, -5 % 3, abs(-5), round(2.567, 1), floor(-1.5), 1e3, 10 - (3 - 2), 2 * (3 + 4)',
  "select count(*), count(delay), count(distinct origin), avg(delay), min(date), max(date), sum(delay), string_agg(distinct origin, ',' order by origin), bool_and(delay > -5), stddev(delay) from flights",
  'select count(*) filter (where delay > 0), percentile_cont(0.5) within group (order by delay), percentile_disc(0.5) within group (order by id) from flights',
  "select id, case when delay > 0 then 'late' when delay is null then 'unknown' else 'on time' end, coalesce(delay, 0), nullif(delay, 1), greatest(delay, 0), least(id, 3) from flights order by id",
  "select * from flights where origin like 'A%' and origin not like '%1' and destination ilike 'a_' and delay between -1 and 2 and id in (1, 2, 3, 9, 16) order by id",
  "select 'a\\b', 'it''s', 'a%b' like 'a\\%b', 'axb' like 'a\\%b', 'a!b' like 'a!!b' escape '!', E'tab\\t', '' || 'x', 'x' || null",
  'select id from flights where delay is distinct from 1 and not (delay = 2 or delay is null) and (delay > 0) is true order by id',
  'select id from flights where id = any (array[1, 2]) or id > all (select id from airports) order by id desc',
  "select extract(year from date), extract(dow from date), date_part('month', date), to_char(date, 'YYYY-MM-DD HH24:MI'), date::date, date + interval '1 month', date - interval '2 days' from flights order by id",
  "select date_trunc('week', date), date(date), count(*) from flights where date >= '2001-01-05' and date < timestamp '2001-01-15' group by 1, 2 order by 1, 2",
  "select lower(origin), upper('x'), length(origin), substring(origin from 1 for 1), trim(' x '), replace(origin, 'A', 'b'), concat(origin, '-', id), left(origin, 1), right(origin, 1), strpos(origin, '1'), position('1' in origin), split_part('a,b', ',', 2) from flights order by id",
  "select cast(delay as text), id::numeric(10, 2), '5'::int + 1, delay::float8 / 2, (delay > 0)::int, '2001-02-03'::date from flights order by id",
  'select n from generate_series(1, 5) as g(n) order by n desc',
  'select g from generate_series(2, 10, 4) g',
  "select d::date from generate_series('2001-01-01'::timestamp, '2001-01-05'::timestamp, '2 days'::interval) d",
  'select id from flights order by delay nulls first, id desc limit 3',
  'select delay, count(*) c from flights group by delay having count(*) > 2 order by c desc, delay',
  'select exists (select from flights where id > 100), not exists (select * from airports)',
  'select (select count(*) from flights) / (select count(*) from airports)',
  'select pg_sleep from sales.orders order by pg_sleep',
];

/** What MariaDB has no equal for, by the statements that ask for it. */
const notThere: readonly (readonly [RegExp, string])[] = [
  [/full join/, 'FULL JOIN'],
  [/lateral/, 'LATERAL'],
  [/rollup/, 'GroupingFunc'],
  [/distinct on/, 'DISTINCT ON'],
  [/percentile/, 'function percentile_cont'],
  [/generate_series/, 'that in FROM'],
];

const run = async (dialect: Dialect, sql: string, version = newest): Promise<unknown[]> => {
  const { checked } = await guard.check({ sql, dialect, schema: seen, rowsMax: 1000 });
  if (dialect === 'duckdb') return (await duckdb.runAndReadAll(checked.text)).getRowsJson();
  if (dialect === 'mariadb') return mariadb!.rows(checked);
  return (await hiddenOf.get(version)!.query<unknown[]>({ text: checked.text, rowMode: 'array' })).rows;
};

describe.each(versions)(
  'over tables with hidden columns, a statement means what it means where they do not exist, on PostgreSQL $version',
  ({ version }) => {
    test.each(statements)('%s', async (sql) => {
      const there = visibleOf.get(version)!;
      const expected = comparable((await there.query<unknown[]>({ text: sql, rowMode: 'array' })).rows);
      expect(comparable(await run('postgres', sql, version))).toEqual(expected);
    });

    // To a PostgreSQL before version 16 as they are written: 1, and 0, in columns of odd names.
    test('a number means the same however it is written', async () => {
      const sql = 'select 1_000_000_000_000, 0xFFFFFFFFFFFFFF, -0b1, 0o17, 1_0.5_0, 1_0e1_0';
      expect(await run('postgres', sql, version)).toEqual([
        ['1000000000000', '72057594037927935', -1, 15, '10.50', '100000000000'],
      ]);
    });
  },
);

describe('DuckDB answers as PostgreSQL does', () => {
  test.each(statements)('%s', async (sql) => {
    const expected = comparable((await visible.query<unknown[]>({ text: sql, rowMode: 'array' })).rows);
    expect(comparable(await run('duckdb', sql))).toEqual(expected);
  });
});

describe.skipIf(!hasMariadb)('MariaDB answers as PostgreSQL does, or says that it can not', () => {
  test.each(statements)('%s', async (sql) => {
    const refused = notThere.find(([pattern]) => pattern.test(sql))?.[1];
    if (refused !== undefined) {
      const refusal = { code: 'query/not_supported_here', members: { construct: refused } };
      return expect(run('mariadb', sql)).rejects.toMatchObject(refusal);
    }
    const expected = comparable((await visible.query<unknown[]>({ text: sql, rowMode: 'array' })).rows);
    // It has no truth values but 1 and 0.
    const asNumbers = expected.map((row) => row.map((value) => (typeof value === 'boolean' ? Number(value) : value)));
    expect(comparable(await run('mariadb', sql))).toEqual(asNumbers);
  });
});

describe.skipIf(!hasMariadb)('MariaDB reads what is printed in one way only', () => {
  const modes = ['', 'ANSI,NO_BACKSLASH_ESCAPES', 'ONLY_FULL_GROUP_BY,IGNORE_SPACE,HIGH_NOT_PRECEDENCE', 'ORACLE'];
  const hostile = ["a\\' or 1=1 -- ", 'x /*!50000 or 1 */ y', '"`#;', "'';", '%\\_', 'a\\', '😀\n\t'];
  test.each(modes)('whatever is in a text, under the mode `%s`', async (mode) => {
    const world = await openMariadbWorld(mariadbHiddenWorld, mode);
    for (const text of hostile) {
      const sql = 'select $1, $1 || $1, length($1), $1 like $1 escape $2, $1 = $1, not $1 = $3';
      const params = [text, '!', ''];
      const checkedBy = async (dialect: Dialect) =>
        (await guard.check({ sql, dialect, schema: seen, rowsMax: 10, params })).checked;
      const { rows } = await hidden.query<unknown[]>({ text: (await checkedBy('postgres')).text, rowMode: 'array' });
      const asTexts = rows.map((row) => row.map((value) => String(typeof value === 'boolean' ? Number(value) : value)));
      expect(await world.rows(await checkedBy('mariadb'))).toEqual(asTexts);
    }
    await world.stop();
  });

  test('a name may hold a backquote and be a word of the language', async () => {
    const { checked } = await guard.check({
      sql: 'select id as "a`b", id as "select", id as "/*!1*/" from flights "from`"',
      dialect: 'mariadb',
      schema: seen,
      rowsMax: 1,
    });
    expect(await mariadb!.rows(checked)).toHaveLength(2);
  });
});

test.skipIf(!hasMariadb)(
  'texts are compared exactly, though the collation of a column takes no notice of case',
  async () => {
    const ask = (sql: string) => run('mariadb', sql);
    expect(await ask("select count(*) from airports where name = 'name 1' or code = 'A1 '")).toEqual([['0']]);
    expect(await ask("select count(*) from flights where origin in ('a1', 'A1 ') or origin like 'a%'")).toEqual([
      ['0'],
    ]);
    expect(await ask("select distinct x from (values ('a'), ('A'), ('a ')) t(x)")).toHaveLength(3);
    // What holds a backslash is written in another way than other texts.
    expect(await ask("select distinct x || 'x' from (values ('a\\'), ('A\\')) t(x)")).toHaveLength(2);
    expect(await ask("select 'a\\b' = 'A\\b', 'A\\' in ('a\\'), nullif('a\\', 'A\\')")).toEqual([['0', '0', 'a\\']]);
    expect(await ask('select count(*) from airports a join flights f on lower(a.code) = f.origin')).toEqual([['0']]);
    expect(await ask("select nullif('a', 'A'), 'a' = 'A', max(code) > 'a' from airports")).toEqual([['a', '0', '0']]);
    expect(await ask("select code from airports where code = 'A1'")).toEqual([['A1']]);
  },
);

test.skipIf(!hasMariadb)('what MariaDB only warns of is refused, as PostgreSQL refuses it', async () => {
  for (const sql of [
    'select cast(name as int) from airports',
    'select 1 / (id - id) from airports',
    'select id % 0 from airports',
    "select cast('2001-02-30' as date)",
    'select cast(12345 as numeric(3, 1))',
    'select id * 9223372036854775807 from airports',
    'select cast(1e30 as bigint)',
    'select cast(-1e30 * id as int) from airports where id > 0',
    'select cast(avg(id) * 1e30 as bigint) from airports',
  ])
    expect([
      sql,
      await run('mariadb', sql).then(
        () => 'answered',
        () => 'refused',
      ),
    ]).toEqual([sql, 'refused']);
});

test('what runs gives one row more than asked for, so that completeness is known', async () => {
  const { checked } = await guard.check({
    sql: 'select * from flights',
    dialect: 'postgres',
    schema: seen,
    rowsMax: 3,
  });
  const { rows } = await hidden.query(checked.text);
  expect(rows).toHaveLength(4);
});
