import type { Dialect, ProblemError } from '@strongroom/protocol';
import { afterAll, expect, test } from 'vitest';
import { createGuard, type GuardAnswer } from './guard.ts';
import { seen } from './test-schema.ts';

const guard = createGuard();
afterAll(() => guard.close());

const check = (
  sql: string,
  params: (string | number | boolean | null)[] = [],
  dialect: Dialect = 'postgres',
): Promise<GuardAnswer> => guard.check({ sql, dialect, schema: seen, rowsMax: 10_000, params });
const run = async (sql: string, params?: (string | number | boolean | null)[], dialect?: Dialect): Promise<string> =>
  (await check(sql, params, dialect)).checked.text;

test('what runs names its tables in full, has `*` written out and is limited to one row more than asked for', async () => {
  const { checked, rules } = await check('select * from flights');
  expect(checked.text).toBe('SELECT id, origin, destination, delay, date FROM public.flights LIMIT 10001');
  expect(checked).toMatchObject({ dialect: 'postgres', rowsMax: 10_000 });
  expect(rules).toEqual(['tables named in full', '`*` written out as the columns you may see', 'at most 10,000 rows']);
});

test('a limit of the statement is kept when it is smaller, tightened when it is not, whatever it is', async () => {
  expect(await run('select id from public.flights limit 5')).toMatch(/LIMIT 5$/);
  expect(await run('select id from public.flights limit 10001')).toMatch(/LIMIT 10001$/);
  expect(await run('select id from public.flights limit 99999999999')).toMatch(/LIMIT 10001$/);
  expect(await run('select id from public.flights limit all')).toMatch(/LIMIT 10001$/);
  expect(await run("select id from public.flights limit '20000'")).toMatch(/LIMIT 10001$/);
  expect(await run('select id from public.flights limit 100 * 1000')).toMatch(/LIMIT LEAST\(100 \* 1000, 10001\)$/);
  expect(await run('select id from public.flights limit $1', [null])).toMatch(/LIMIT 10001$/);
  expect(await run('(select 1 limit 3) union all select 2 order by 1')).toBe(
    '(SELECT 1 LIMIT 3) UNION ALL SELECT 2 ORDER BY 1 LIMIT 10001',
  );
  expect(await run('values (1), (2)')).toBe('VALUES (1), (2) LIMIT 10001');
  expect((await check('select 1 limit 1')).rules).toEqual([]);
});

test('a parameter is a value and nothing else', async () => {
  expect(await run('select id from flights where origin = $1', ["x' or 1=1 --"])).toBe(
    "SELECT id FROM public.flights WHERE origin = 'x'' or 1=1 --' LIMIT 10001",
  );
  expect(await run('select $1, $2, $3, $4, $5, $1', ['\\', -1, 1.5e300, true, null])).toBe(
    "SELECT E'\\\\', -1, 1.5e300, true, NULL, E'\\\\' LIMIT 10001",
  );
  expect(await run('select $1', ['$2'])).toBe("SELECT '$2' LIMIT 10001");
  await expect(check('select $2', ['a'])).rejects.toMatchObject({ code: 'query/not_allowed' });
  await expect(check('select $1', [Number.NaN])).rejects.toMatchObject({ code: 'query/not_allowed' });
  await expect(check('select $1', ['\0'])).rejects.toMatchObject({ code: 'query/not_allowed' });
});

test.each<[string, Record<string, string[]>]>([
  ['select count(*) from flights', { flights: [] }],
  ['select 1 from flights where exists (select * from airports)', { flights: [], airports: [] }],
  [
    'select f.origin from flights f join airports a on a.code = f.destination where f.delay > 3 order by a.name',
    { flights: ['delay', 'destination', 'origin'], airports: ['code', 'name'] },
  ],
  ['select name from flights join airports using (id)', { flights: ['id'], airports: ['id', 'name'] }],
  [
    'select * from flights natural join airports',
    { flights: ['date', 'delay', 'destination', 'id', 'origin'], airports: ['code', 'id', 'name'] },
  ],
  ['select a.* from flights f, airports a', { flights: [], airports: ['code', 'id', 'name'] }],
  ['with flights as (select code as c from airports) select c from flights', { airports: ['code'] }],
  ['with flights as (select origin from flights) select * from flights', { flights: ['origin'] }],
  ['with a as (select 1) select * from a, (with a as (select id from flights) select * from a) x', { flights: ['id'] }],
  ['select x.o from flights f, lateral (select f.origin as o) x', { flights: ['origin'] }],
  [
    'select (select max(total) from sales.orders where orders.id = f.id) from flights f',
    { orders: ['id', 'total'], flights: ['id'] },
  ],
  [
    'select id from flights union (select id from airports except select id from sales.orders)',
    { flights: ['id'], airports: ['id'], orders: ['id'] },
  ],
  [
    'select sum(delay) filter (where origin > destination) over (partition by id order by date) from flights',
    { flights: ['date', 'delay', 'destination', 'id', 'origin'] },
  ],
  [
    'select 1 from flights group by rollup (origin), cube (destination) having max(delay) > 1',
    { flights: ['delay', 'destination', 'origin'] },
  ],
  ['table airports', { airports: ['code', 'id', 'name'] }],
  ['values ((select min(id) from airports))', { airports: ['id'] }],
  ['select distinct on (origin) date from flights order by origin, delay', { flights: ['date', 'delay', 'origin'] }],
  ['select pg_sleep from sales.orders', { orders: ['pg_sleep'] }],
  ['select U&"fl\\0061ghts".id from U&"fl\\0069ghts"'.replace('0061', '0069'), { flights: ['id'] }],
])('the plan of `%s` lists exactly what it reads', async (sql, expected) => {
  const { plan } = await check(sql);
  expect(Object.fromEntries(plan.relations.map((relation) => [relation.table, relation.columns]))).toEqual(expected);
});

test('the plan lists functions and output columns as PostgreSQL names them', async () => {
  const { plan } = await check(
    "select count(*), max(delay) as worst, id::text, date_trunc('day', date), 1, case when true then origin end, coalesce(id, 1) from flights group by 3, 4, 5, origin, id, 7 order by extract(year from now())",
  );
  expect(plan.functions).toEqual(['count', 'date_trunc', 'extract', 'max', 'now']);
  expect(plan.columns).toEqual(['count', 'worst', 'id', 'date_trunc', '?column?', 'case', 'coalesce']);
});

test('a name that a hidden column could take is written so that it can not', async () => {
  expect(
    await run(
      'select count(*) as salary from flights group by origin, salary, destination'.replace('count(*)', 'delay'),
    ),
  ).toBe('SELECT delay AS salary FROM public.flights GROUP BY origin, 1, destination LIMIT 10001');
  expect(await run('select (select code from airports where code = origin) from flights')).toBe(
    'SELECT (SELECT airports.code FROM public.airports WHERE airports.code = flights.origin) FROM public.flights LIMIT 10001',
  );
  expect(await run('select name from flights natural join airports')).toBe(
    'SELECT airports.name FROM public.flights JOIN public.airports USING (id) LIMIT 10001',
  );
  expect(await run('select id from flights full join airports using (id)')).toBe(
    'SELECT COALESCE(flights.id, airports.id) AS id FROM public.flights FULL JOIN public.airports USING (id) LIMIT 10001',
  );
});

test('DuckDB gets its own text: names quoted, NULLs placed and whole numbers divided as in PostgreSQL', async () => {
  const text = await run(
    `select origin, sum(delay) / count(*), avg(delay) / 2, to_char(date, 'YYYY-MM') from flights where origin like 'a\\_%' or date >= '2001-01-01' group by 1, 4 order by 2 desc, origin`,
    [],
    'duckdb',
  );
  expect(text).toBe(
    'SELECT "flights"."origin" AS "origin", (CAST(sum("flights"."delay") AS BIGINT) // count(*)) AS "?column?", (avg("flights"."delay") / 2) AS "?column?", strftime("flights"."date", \'%Y-%m\') AS "to_char"' +
      ' FROM "public"."flights" AS "flights" WHERE (("flights"."origin" LIKE \'a\\_%\' ESCAPE \'\\\') OR ("flights"."date" >= \'2001-01-01\'))' +
      ' GROUP BY 1, 4 ORDER BY 2 DESC NULLS FIRST, 1 ASC NULLS LAST LIMIT 10001',
  );
  expect((await check('select 1', [], 'duckdb')).checked.text).toBe('SELECT 1 AS "?column?" LIMIT 10001');
  expect(await run('select "Origin" from "FLIGHTS" "F"', [], 'duckdb')).toBe(
    'SELECT "F"."origin" AS "Origin" FROM "public"."flights" AS "F" LIMIT 10001',
  );
});

test.each([
  "select origin ~ 'x' from flights",
  "select date at time zone 'utc' from flights",
  'select array[1]',
  'select row(1, 2)',
  "select '{}'::jsonb -> 'a'",
  'select initcap(origin) from flights',
  'select (date - date) / 2 from flights',
  "select to_char(delay, '999') from flights",
  'select localtime',
  "select x'1f'",
  'select only_one from only flights'.replace('only_one', 'id'),
])('what has no equal in DuckDB is refused there: `%s`', async (sql) => {
  await expect(check(sql)).resolves.toBeDefined();
  await expect(check(sql, [], 'duckdb')).rejects.toMatchObject({ code: 'query/not_supported_here', status: 400 });
});

test('a check that takes too long is refused, and the next one finds a fresh worker', async () => {
  await using stack = new AsyncDisposableStack();
  const hasty = createGuard({ timeoutMs: 400 });
  stack.defer(() => hasty.close());
  const request = { dialect: 'postgres', schema: seen, rowsMax: 10 } as const;
  // No statement within the limits takes that long; reading a schema of so many tables does.
  const vast = { tables: Array.from({ length: 150_000 }, () => seen.tables[0]!) };
  await expect(hasty.check({ ...request, schema: vast, sql: 'select 1' })).rejects.toMatchObject({
    code: 'query/too_complex',
  });
  await expect(hasty.check({ ...request, sql: 'select 1' })).resolves.toBeDefined();
});

test('a parser that crashes is a refusal, and its worker is replaced', async () => {
  await using stack = new AsyncDisposableStack();
  const other = createGuard();
  stack.defer(() => other.close());
  const request = { dialect: 'postgres', schema: seen, rowsMax: 10 } as const;
  const crashing = other.check({ ...request, sql: `select ${'1+'.repeat(40_000)}1` });
  const after = other.check({ ...request, sql: 'select id from flights' });
  await expect(crashing).rejects.toMatchObject({ status: 400 });
  expect((await after).checked.text).toBe('SELECT id FROM public.flights LIMIT 11');
});

test('a check of somebody else does not wait for the many of one person', async () => {
  await using stack = new AsyncDisposableStack();
  const other = createGuard({ workers: 2 });
  stack.defer(() => other.close());
  const request = { dialect: 'postgres', schema: seen, rowsMax: 10 } as const;
  const settled: string[] = [];
  const asked = (fairnessKey: string, sql: string) =>
    other.check({ ...request, sql, fairnessKey }).then(() => settled.push(fairnessKey));
  const long = `select id in (${Array.from({ length: 9_000 }, (_, index) => index).join()}) from flights`;
  const many = Array.from({ length: 10 }, () => asked('many', long));
  await asked('one', 'select id from flights');
  // Not after more than the check that was under way, and the one whose turn may have come before.
  expect(settled.filter((key) => key === 'many').length).toBeLessThanOrEqual(2);
  await Promise.all(many);
});

test('after it is closed, everything is refused', async () => {
  const other = createGuard();
  const under = other
    .check({ sql: 'select 1', dialect: 'postgres', schema: seen, rowsMax: 10 })
    .catch((error: ProblemError) => error.code);
  await other.close();
  expect(await under).toBe('query/too_complex');
  await expect(other.check({ sql: 'select 1', dialect: 'postgres', schema: seen, rowsMax: 10 })).rejects.toMatchObject({
    code: 'query/too_complex',
  });
});
