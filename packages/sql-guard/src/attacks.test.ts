import type { Dialect, ProblemError } from '@strongroom/protocol';
import { afterAll, describe, expect, test } from 'vitest';
import { createGuard } from './guard.ts';
import { attacksOnConstructs } from './test-construct-attacks.ts';
import { attacksOnNames, many } from './test-name-attacks.ts';
import { seen } from './test-schema.ts';

const guard = createGuard();
afterAll(() => guard.close());

async function refusal(sql: string, dialect: Dialect = 'postgres'): Promise<ProblemError> {
  const checked = await guard.check({ sql, dialect, schema: seen, rowsMax: 100 }).catch((error: ProblemError) => error);
  if (!('code' in checked)) throw new Error(`accepted as: ${checked.checked.text}`);
  return checked;
}

const attacks = { ...attacksOnConstructs, ...attacksOnNames };

for (const [guarantee, [code, statements]] of Object.entries(attacks)) {
  describe(guarantee, () => {
    test.each(
      statements.map((sql) => [sql.length > 120 ? `${sql.slice(0, 60)}… (${sql.length})` : JSON.stringify(sql), sql]),
    )('%s', async (_, sql) => {
      expect(await refusal(sql)).toMatchObject({ code });
    });
  });
}

test.each([
  `select id from flights where id in (${many(9_999, (n) => `${n}`)})`,
  `select 1 from ${many(100, (n) => `airports a${n}`)}`,
  `with ${many(32, (n) => `c${n} as (select id from airports)`)} select c0.id from c0, c31`,
  `select 1 from airports a ${many(50, (n) => `join airports b${n} on true`, ' ')}`,
  `select 1${' union all select 1'.repeat(50)}`,
  `with airports as (select * from airports) select a.id from airports a, airports b`,
])('as much as a limit says is allowed: %#', async (sql) => {
  await expect(guard.check({ sql, dialect: 'postgres', schema: seen, rowsMax: 100 })).resolves.toBeDefined();
});

test('a refusal of what is too complex names the limit', async () => {
  expect(await refusal(`select 1 from ${many(101, (n) => `airports a${n}`)}`)).toMatchObject({
    message: expect.stringContaining('at most 100 tables and sub-queries in one statement') as string,
    members: { limit: 'relations', most: 100 },
  });
});

test.each<Dialect>(['duckdb', 'mariadb'])('%s refuses alike', async (dialect) => {
  for (const [code, statements] of Object.values(attacks)) {
    // Names of DuckDB don't mind their case, and neither do those of MariaDB.
    for (const sql of statements.filter((sql) => !sql.includes('"Flights"')))
      expect([sql.slice(0, 80), (await refusal(sql, dialect)).code]).toEqual([sql.slice(0, 80), code]);
  }
});

test('the refusal of a hidden name is that of an unknown one, to the letter', async () => {
  const document = ({ code, status, message, members, internal }: ProblemError): unknown => ({
    code,
    status,
    message,
    members,
    internal,
  });
  const unknown = document(await refusal('select * from nowhere'));
  for (const sql of [
    'select * from hidden',
    'select secret from airports',
    'select nothing from airports',
    'select * from pg_class',
    'select * from other.hidden',
  ])
    expect(document(await refusal(sql))).toEqual(unknown);
});

test('a refusal holds no text of the statement but a name that is not allowed', async () => {
  const marker = 'MARKER-4711';
  for (const sql of [
    `select '${marker}' frm flights`,
    `select '${marker}' from hidden`,
    `select '${marker}'; select 2`,
    `select pg_sleep('${marker}')`,
    `delete from flights where origin = '${marker}'`,
    `select '${marker}'::regclass`,
  ]) {
    const { message, members, internal } = await refusal(sql);
    expect(JSON.stringify({ message, members, internal })).not.toContain(marker);
  }
});

test('a syntax error tells where, in characters from 1', async () => {
  expect((await refusal('selec 1')).members).toEqual({ position: 1 });
  expect((await refusal("select 'é😀' ) x")).members).toEqual({ position: 13 });
  expect((await refusal('select \0')).members).toEqual({ position: 8 });
});
