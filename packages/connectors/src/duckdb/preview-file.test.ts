import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { uncheckedSql } from '../../test/checked-sql.ts';
import { LIMITS, problemOf, readAll } from '../../test/contract-suite.ts';
import { fileBytes } from '../../test/file-bytes.ts';
import { openFile, previewFile } from './index.ts';
import type { FileFormat } from './messages.ts';
import { tableName } from './table-name.ts';

const FORMATS: Readonly<Record<string, FileFormat>> = { ndjson: 'json', json: 'json', tsv: 'tsv', parquet: 'parquet' };
const preview = (name: string, content: string | Uint8Array) => {
  const format = FORMATS[name.split('.').at(-1) ?? ''] ?? 'csv';
  return previewFile({ ...fileBytes(name, content), format, header: null });
};
const FLIGHTS = readFileSync(new URL('../data/flights-3m.parquet', import.meta.resolve('vega-datasets')));

test('each format is read, with columns and no value', async () => {
  expect(await preview('My Sales (2024).csv', 'id,name,day\n1,canary,2024-01-31\n')).toEqual({
    table: 'my_sales_2024',
    headerGuess: true,
    columns: [
      { name: 'id', type: 'bigint' },
      { name: 'name', type: 'text' },
      { name: 'day', type: 'date' },
    ],
  });
  expect(await preview('a.csv', 'id;price\n1;2.50\n')).toMatchObject({
    columns: [{ name: 'id' }, { name: 'price', type: 'double precision' }],
  });
  expect(await preview('a.tsv', 'id\tname\n1\tx\n')).toMatchObject({
    columns: [
      { name: 'id', type: 'bigint' },
      { name: 'name', type: 'text' },
    ],
  });
  expect(await preview('a.json', '[{"a": 1, "b": {"c": [1]}}, {"a": 2}]')).toMatchObject({
    headerGuess: null,
    columns: [
      { name: 'a', type: 'bigint' },
      { name: 'b', type: 'json' },
    ],
  });
  expect(await preview('a.ndjson', '{"a": 1}\n{"a": 2}\n')).toMatchObject({ columns: [{ name: 'a' }] });
  expect(await preview('flights-3m.parquet', FLIGHTS)).toMatchObject({
    table: 'flights_3m',
    columns: [
      { name: 'date' },
      { name: 'delay' },
      { name: 'distance' },
      { name: 'origin', type: 'text' },
      { name: 'destination' },
    ],
  });
});

test('a first line of values is not taken for headers', async () => {
  const previewed = await preview('a.csv', '1,canary-name,2024-01-31\n2,y,2024-02-01\n');
  expect(previewed).toMatchObject({
    headerGuess: false,
    columns: [{ name: 'column0' }, { name: 'column1' }, { name: 'column2' }],
  });
  await using connector = openFile({ ...fileBytes('a.csv', 'x,y\nv,w\n'), format: 'csv', header: false });
  expect(await readAll(await connector.run(uncheckedSql('duckdb', 'select * from main.a'), LIMITS))).toEqual([
    ['x', 'y'],
    ['v', 'w'],
  ]);
});

test.each<[string, string, string | Uint8Array, RegExp]>([
  ['a short row', 'a.csv', 'a,b,c\n1,2,3\n4,canary\n6,7,8\n', /^line 3 of the file does not fit/],
  ['a long row', 'a.csv', 'a,b,c\n1,2,3\n4,5,6,canary\n', /^line 3 of the file does not fit/],
  ['a quote that never closes', 'a.csv', 'a,b\n1,2\n"canary,3\n4,5\n', /^line 3 of the file does not fit/],
  ['a truncated Parquet', 'a.parquet', FLIGHTS.subarray(0, 1_000_000), /broken or incomplete/],
  [
    'a Parquet with a broken footer',
    'a.parquet',
    Buffer.concat([FLIGHTS.subarray(0, 1000), Buffer.from('PAR1')]),
    /broken or incomplete/,
  ],
  ['a text called Parquet', 'a.parquet', 'canary', /broken or incomplete/],
  ['Latin-1', 'a.csv', Buffer.from('a,b\ncaf\xe9,1\n', 'latin1'), /not UTF-8/],
  ['UTF-16', 'a.csv', Buffer.from('\ufeffa,b\n1,2\n', 'utf16le'), /not UTF-8/],
  ['a NUL', 'a.csv', 'a,b\n\0,1\n', /not UTF-8/],
  ['half a JSON', 'a.json', '[{"a": "canary', /broken or incomplete/],
  ['nothing', 'a.csv', '', /empty/],
])('%s is refused with a sentence and without a value', async (_what, name, content, message) => {
  const problem = await problemOf(preview(name, content));
  expect(problem).toMatchObject({ code: 'files/unreadable', status: 422, message: expect.stringMatching(message) });
  expect(problem.message).not.toContain('canary');
});

test('a file beyond its limit is refused, also when it is longer than it said', async () => {
  const ofBytes = (text: string) => ({ ...fileBytes('a.csv', text), format: 'csv', header: null }) as const;
  expect(await problemOf(previewFile({ ...ofBytes('a\n'), sizeBytes: 200 }, { sizeBytesMax: 100 }))).toMatchObject({
    code: 'files/too_large',
    status: 413,
  });
  expect(
    await problemOf(previewFile({ ...ofBytes('a\n1\n'.repeat(100)), sizeBytes: 10 }, { sizeBytesMax: 100 })),
  ).toMatchObject({ code: 'files/too_large' });
});

test('a problem of the storage is told as its own, and the child is gone', async () => {
  const failing = {
    name: 'a.csv',
    sizeBytes: 100,
    async *read() {
      yield Buffer.from('a,b\n1,2\n');
      throw new Error('storage is gone');
    },
  };
  await expect(openFile({ ...failing, format: 'csv', header: true }).introspect()).rejects.toThrow('storage is gone');
});

test("odd column names become ones that PostgreSQL's grammar can carry", async () => {
  const { columns } = await preview(
    'a.csv',
    `id,,"Two words","say ""hi""",${'long'.repeat(30)},${'long'.repeat(30)}x,A\u202eB\n1,2,3,4,5,6,7\n`,
  );
  const names = columns.map(({ name }) => name);
  expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(7);
  expect(names.every((name) => name !== '' && Buffer.byteLength(name) <= 63)).toBe(true);
  expect(names).toEqual(expect.arrayContaining(['id', 'Two words', 'say "hi"', 'AB']));
});

test.each([
  ['Flights 3M (2001).parquet', 'flights_3m_2001'],
  ['2024.csv', 't_2024'],
  ['../../etc/passwd', 'passwd'],
  ['Äpfel.csv', 'apfel'],
  ['😀.csv', 'data'],
  ['"; drop table x.csv', 'drop_table_x'],
])('the table of %s is %s', (file, table) => {
  expect(tableName(file)).toBe(table);
});

test('the engine reaches no file, network, setting or other program', async () => {
  await using connector = openFile({ ...fileBytes('a.csv', 'a\n1\n'), format: 'csv', header: true });
  for (const text of [
    "select * from read_csv('/etc/passwd')",
    "select * from '/etc/passwd'",
    "select * from read_text('/proc/self/environ')",
    "select * from glob('/*')",
    "copy (select 1) to '/tmp/strongroom-x'",
    "attach '/tmp/strongroom-x.db'",
    'install httpfs',
    'load httpfs',
    "set memory_limit = '100GB'",
    "pragma memory_limit = '100GB'",
    "select * from read_parquet('https://example.com/x')",
    "export database '/tmp/strongroom-x'",
    'create secret (type s3)',
  ]) {
    expect((await problemOf(connector.run(uncheckedSql('duckdb', text), LIMITS).then(readAll))).code).toMatch(
      /^(run|query)\//,
    );
  }
});

test('the child has no environment, stands in an empty folder, and leaves nothing behind', async () => {
  const folders = () => readdirSync(tmpdir()).filter((name) => name.startsWith('strongroom-file-'));
  const children = () =>
    execFileSync('ps', ['-o', 'pid=,args=', '--ppid', String(process.pid)], { encoding: 'utf8' })
      .split('\n')
      .filter((line) => line.includes('duckdb/engine-child'))
      .map((line) => Number.parseInt(line, 10));
  const connector = openFile({ ...fileBytes('a.csv', 'a\ncanary\n'), format: 'csv', header: true });
  await connector.introspect();
  const [child] = children();
  const environment = readFileSync(`/proc/${child}/environ`, 'utf8');
  expect(environment).toBe('');
  const folder = readlinkSync(`/proc/${child}/cwd`);
  expect(readdirSync(folder)).toEqual([]);
  await connector.close();
  expect(children()).toEqual([]);
  expect(folders()).not.toContain(folder.split('/').at(-1));
});

test('a query that needs more memory than allowed fails alone', async () => {
  await using connector = openFile(
    { ...fileBytes('a.csv', 'a\n1\n'), format: 'csv', header: true },
    { memoryBytes: 64 * 2 ** 20 },
  );
  const hungry = "select count(*) from (select distinct i, i || repeat('x', 100) as t from range(20000000) r(i))";
  expect(await problemOf(connector.run(uncheckedSql('duckdb', hungry), LIMITS).then(readAll))).toMatchObject({
    code: 'run/resource',
    status: 507,
  });
  expect(await readAll(await connector.run(uncheckedSql('duckdb', 'select * from main.a'), LIMITS))).toEqual([[1]]);
});
