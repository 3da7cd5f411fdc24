import { DuckDBInstance } from '@duckdb/node-api';
import type { Dialect } from '@strongroom/protocol';
import { startPostgres } from '@strongroom/testkit';
import { afterAll, expect, test } from 'vitest';
import { createGuard } from './guard.ts';
import { testSchema } from './test-schema.ts';

const guard = createGuard();
afterAll(() => guard.close());

const schema = testSchema({ 'public.notes': ['id integer', 'text text'] });
const policy = {
  tables: [{ schema: 'public', table: 'notes', grants: [{ filter: null, denied: [], masks: { text: 'partial' } }] }],
  attributes: {},
  pseudonymKey: null,
} as const;

const shown: [text: string | null, partial: string | null][] = [
  [null, null],
  ['', '***'],
  ['secret', '***'],
  ['secret 123456789', '***6789'],
  ['ann@example.org', 'a***@example.org'],
  ['a@b', 'a***@b'],
  ['@ann.smith', '***mith'],
  ['ann@', 'a***@'],
  ['a@b@c', 'a***@b'],
  ['ask at@ten, the code is 0000', '***0000'],
  [`a@${'secret'.repeat(50)}`, '***cret'],
  ['ÄÖÜ@example.org', 'Ä***@example.org'],
];

test('what a partial mask leaves of a text', async () => {
  await using postgres = await startPostgres();
  await postgres.run('create table public.notes (id int, text text)');
  const client = await postgres.connect(postgres.superuser);
  const duckdb = await (await DuckDBInstance.create(':memory:')).connect();
  await duckdb.run('create schema if not exists public; create table public.notes (id int, text text)');
  const textOf = async (dialect: Dialect): Promise<string> => {
    const sql = 'select text from notes order by id';
    return (await guard.check({ sql, dialect, schema, policy, rowsMax: 100 })).checked.text;
  };
  try {
    for (const [id, [text]] of shown.entries()) {
      await client.query('insert into public.notes values ($1, $2)', [id, text]);
      await duckdb.run('insert into public.notes values ($1, $2)', [id, text]);
    }
    const expected = shown.map(([, partial]) => [partial]);
    const { rows } = await client.query<unknown[]>({ text: await textOf('postgres'), rowMode: 'array' });
    expect(rows).toEqual(expected);
    expect((await duckdb.runAndReadAll(await textOf('duckdb'))).getRowsJson()).toEqual(expected);
  } finally {
    await client.end();
  }
});
