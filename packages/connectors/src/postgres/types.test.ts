import { everyPostgres, type TestPostgres, startPostgres } from '@strongroom/testkit';
import { tableFromIPC } from 'apache-arrow';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Connector } from '../contract.ts';
import { uncheckedSql } from '../../test/checked-sql.ts';
import { LIMITS, problemOf, readAll } from '../../test/contract-suite.ts';
import { socketAddress } from './address.ts';
import { connectPostgres } from './index.ts';

/** What an older PostgreSQL has no value of, and which version was the first to have. */
const SINCE: Readonly<Record<string, number>> = { '0.5::numeric(3,-1)': 15, "'-Infinity'::numeric": 14 };

describe.each(await everyPostgres())('PostgreSQL $version', (binaries) => {
  let postgres: TestPostgres;
  let connector: Connector;
  beforeAll(async () => {
    postgres = await startPostgres({ binaries });
    await postgres.run(
      `create type mood as enum ('sad', 'happy 😀'); create domain positive as int check (value > 0); create type pair as (a int, b text); create extension if not exists plpgsql`,
    );
    connector = connectPostgres(
      socketAddress({
        folder: postgres.socketFolder,
        port: postgres.port,
        ...postgres.superuser,
        database: 'postgres',
      }),
      { connectionsMax: 1 },
    );
  });
  afterAll(async () => {
    await connector.close();
    await postgres.stop();
  });

  const run = (text: string) => connector.run(uncheckedSql('postgres', text), LIMITS);

  const values: [sql: string, type: string, kind: string, value: unknown][] = [
    ['true', 'boolean', 'boolean', true],
    ['(-32768)::int2', 'smallint', 'integer', -32768],
    ['(-2147483648)::int4', 'integer', 'integer', -2147483648],
    ['9223372036854775807', 'bigint', 'integer', '9223372036854775807'],
    ['(-9007199254740991)::int8', 'bigint', 'integer', -9007199254740991],
    ['0.1::float4', 'real', 'float', 0.1],
    ["'-Infinity'::float8", 'double precision', 'float', '-Infinity'],
    ['1e-300::float8', 'double precision', 'float', 1e-300],
    ['0.00::numeric(10,2)', 'numeric(10,2)', 'decimal', '0.00'],
    ['-12345678901234567890.000100', 'numeric', 'decimal', '-12345678901234567890.000100'],
    ['1e-20::numeric', 'numeric', 'decimal', '0.00000000000000000001'],
    ['1e40::numeric', 'numeric', 'decimal', `1${'0'.repeat(40)}`],
    ['10000::numeric', 'numeric', 'decimal', '10000'],
    ['0.5::numeric(3,-1)', 'numeric(3,-1)', 'decimal', '0'],
    ["'NaN'::numeric", 'numeric', 'decimal', 'NaN'],
    ["'-Infinity'::numeric", 'numeric', 'decimal', '-Infinity'],
    ["'a😀\u0001'::varchar(10)", 'character varying(10)', 'text', 'a😀\u0001'],
    ["'ab'::char(4)", 'character(4)', 'text', 'ab  '],
    ["''::text", 'text', 'text', ''],
    ['null::int', 'integer', 'integer', null],
    ["'happy 😀'::public.mood", 'public.mood', 'text', 'happy 😀'],
    ["'\\x00ff10'::bytea", 'bytea', 'bytes', '\\x00ff10'],
    ["date '2001-01-31'", 'date', 'date', '2001-01-31'],
    ["date '0044-03-15 BC'", 'date', 'date', '0044-03-15 BC'],
    ["date '5874897-12-31'", 'date', 'date', '5874897-12-31'],
    ["date 'infinity'", 'date', 'date', 'infinity'],
    ["timestamp '-infinity'", 'timestamp without time zone', 'timestamp', '-infinity'],
    [
      "timestamp '1969-12-31 23:59:59.999999'",
      'timestamp without time zone',
      'timestamp',
      '1969-12-31T23:59:59.999999',
    ],
    ["timestamp '4713-01-01 BC'", 'timestamp without time zone', 'timestamp', '4713-01-01T00:00:00 BC'],
    ["timestamp '290000-01-01 10:00'", 'timestamp without time zone', 'timestamp', '290000-01-01T10:00:00'],
    ["timestamptz '2001-01-31 10:00+02'", 'timestamp with time zone', 'timestamp', '2001-01-31T08:00:00Z'],
    ["timestamp(3) '2001-01-31 10:00:00.5'", 'timestamp(3) without time zone', 'timestamp', '2001-01-31T10:00:00.5'],
    ["time '24:00'", 'time without time zone', 'time', '24:00:00'],
    ["timetz '10:00+02'", 'time with time zone', 'time', '10:00:00+02'],
    ["interval '-1 year 2 days 00:00:00.5'", 'interval', 'interval', '-1 years +2 days 00:00:00.5'],
    ["'00000000-0000-0000-0000-00000000000a'::uuid", 'uuid', 'uuid', '00000000-0000-0000-0000-00000000000a'],
    [`'{"a": [1, null]}'::jsonb`, 'jsonb', 'json', { a: [1, null] }],
    ['array[1, null, 3]', 'integer[]', 'array', [1, null, 3]],
    ["'[0:1]={{1,2},{3,4}}'::int[]".replace('{{1,2},{3,4}}', '{1,2}'), 'integer[]', 'array', [1, 2]],
    [
      'array[[1,2],[3,4]]',
      'integer[]',
      'array',
      [
        [1, 2],
        [3, 4],
      ],
    ],
    [
      "array['a\"b', 'NULL', null, '', 'x,y', 'back\\slash']",
      'text[]',
      'array',
      ['a"b', 'NULL', null, '', 'x,y', 'back\\slash'],
    ],
    ["'{}'::text[]", 'text[]', 'array', []],
    ['array[9007199254740993]', 'bigint[]', 'array', ['9007199254740993']],
    [`array['{"a":1}'::json]`, 'json[]', 'array', [{ a: 1 }]],
    ['array[1.10]', 'numeric[]', 'array', ['1.10']],
    ['array[true, false]', 'boolean[]', 'array', [true, false]],
    ["array[box '((1,1),(0,0))', box '((2,2),(1,1))']", 'box[]', 'array', ['(1,1),(0,0)', '(2,2),(1,1)']],
    ["'1 2 3'::int2vector", 'int2vector', 'other', '1 2 3'],
    ['int4range(1, 5)', 'int4range', 'other', '[1,5)'],
    ["inet '10.0.0.1/8'", 'inet', 'other', '10.0.0.1/8'],
    ["row(1, 'x')::public.pair", 'public.pair', 'other', '(1,x)'],
    ['5::public.positive', 'integer', 'integer', 5],
    ["to_tsvector('simple', 'a b')", 'tsvector', 'other', "'a':1 'b':2"],
    ["point '(1,2)'", 'point', 'other', '(1,2)'],
  ];
  const known = values.filter(([sql]) => binaries.version >= (SINCE[sql] ?? 0));
  test.each(known)('%s is %s and survives', async (sql, type, kind, value) => {
    const stream = await run(`select ${sql} as v`);
    expect(stream.columns).toEqual([{ name: 'v', type, kind }]);
    expect(await readAll(stream)).toEqual([[value]]);
  });

  test('a timestamp beyond Arrow fails rather than showing a wrong year', async () => {
    expect(await problemOf(run("select timestamp '294276-12-31'").then(readAll))).toMatchObject({ code: 'run/type' });
  });

  test('numerics of every size and sign equal their text in PostgreSQL', async () => {
    const stream = await run(`
    select v, v::text from (
      select (case when i % 2 = 0 then 1 else -1 end) * (i * 7919 % 10007)::numeric * 10::numeric ^ ((i % 61) - 30) as v from generate_series(1, 5000) i
      union all select round((i * 1234567.891)::numeric, i % 9) from generate_series(1, 2000) i) s`);
    const rows = await readAll(stream);
    expect(rows).toHaveLength(7000);
    expect(rows.filter(([value, text]) => value !== text)).toEqual([]);
  });

  test('NULLs stay in their rows through batches of every size', async () => {
    const stream = await run(
      'select nullif(i % 3, 0) a, nullif(i::text, (i / 2 * 2)::text) b, nullif(i % 5 = 0, false) c, i from generate_series(1, 150000) i',
    );
    const rows = await readAll(stream);
    expect(rows).toHaveLength(150_000);
    const wrong = rows.filter(
      ([a, b, c, i]) =>
        a !== ((i as number) % 3 || null) ||
        b !== ((i as number) % 2 === 0 ? null : String(i)) ||
        c !== ((i as number) % 5 === 0 ? true : null),
    );
    expect(wrong).toEqual([]);
  });

  test('a statement of 1,600 columns and one of a 20 MB value arrive whole', async () => {
    const columns = Array.from({ length: 1600 }, (_, index) => `${index} as c${index}`).join(', ');
    expect((await readAll(await run(`select ${columns}`)))[0]).toHaveLength(1600);
    const rows = await readAll(await run("select repeat('é', 10000000) from generate_series(1, 3)"));
    expect(rows.map(([value]) => (value as string).length)).toEqual([10_000_000, 10_000_000, 10_000_000]);
  });

  test('columns without names and of one name both keep their values', async () => {
    expect(await readAll(await run('select 1, 2, 3 as a, 4 as a'))).toEqual([[1, 2, 3, 4]]);
  });

  test('the stream is plain Arrow: another reader finds numbers, times and texts', async () => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of (await run("select 1::int8 a, timestamp '1970-01-01 00:00:01' b, 'x' c")).chunks)
      chunks.push(chunk);
    expect(
      tableFromIPC(chunks)
        .toArray()
        .map((row) => row.toJSON()),
    ).toEqual([{ a: 1n, b: 1000, c: 'x' }]);
  });

  test('nothing of one run is left for the next: settings, temporary tables, locks, prepared statements', async () => {
    await readAll(
      await run(
        "select set_config('search_path', 'public', false), set_config('application_name', 'x', false), pg_advisory_lock(7)",
      ),
    );
    const rows = await readAll(
      await run(`
    select current_setting('search_path'), current_setting('application_name'), current_setting('transaction_read_only'), current_setting('statement_timeout'),
      (select count(*) from pg_locks where locktype = 'advisory'), (select count(*) from pg_prepared_statements where name <> 'asked')`),
    );
    expect(rows).toEqual([['pg_catalog, pg_temp', 'strongroom', 'on', '1min', 0, 0]]);
  });

  test('a statement whose columns have changed since it ran last gives them as they are now', async () => {
    await postgres.run('create table changing (a int); insert into changing values (1)');
    const ask = () => run('select * from public.changing').then(readAll);
    expect(await ask()).toEqual([[1]]);
    expect(await ask()).toEqual([[1]]);
    await postgres.run("alter table changing alter a type text using 'now ' || a");
    expect(await ask()).toEqual([['now 1']]);
    await postgres.run('alter table changing add b bigint default 7');
    expect(await ask()).toEqual([['now 1', 7]]);
    expect(await ask()).toEqual([['now 1', 7]]);
    await postgres.run('drop table changing');
    expect(await problemOf(ask())).toMatchObject({ code: 'query/denied' });
    await postgres.run('create table changing (c boolean)');
    expect(await ask()).toEqual([]);
  });

  test('a statement that ran before keeps its limits, of time and of what it may do', async () => {
    const slow = 'select count(*) from generate_series(1, 1000000000) as a';
    for (let turn = 0; turn < 2; turn += 1) {
      const stream = connector.run(uncheckedSql('postgres', slow), { ...LIMITS, timeoutMs: 100 });
      expect(await problemOf(stream.then(readAll))).toMatchObject({ code: 'run/timeout' });
    }
    const settings = `select current_setting('transaction_read_only'), current_setting('transaction_isolation'), current_setting('search_path')`;
    for (let turn = 0; turn < 2; turn += 1)
      expect(await run(settings).then(readAll)).toEqual([['on', 'repeatable read', 'pg_catalog, pg_temp']]);
  });
});
