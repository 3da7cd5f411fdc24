import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { sharedData, startPostgres } from '@strongroom/testkit';
import type { Client } from 'pg';
import { expect, test } from 'vitest';
import { createGuard } from './guard.ts';
import { schemaOf } from './test-defog.ts';
import type { AskerPolicy } from './policy.ts';

type Statement = { file: string; type: string; flags?: string[]; sql: string };

const folder = sharedData('pg-regress');
/** What makes tables and rows; nothing that reaches out of its database. */
const WORLD_TYPES = new Set([
  'CreateStmt',
  'InsertStmt',
  'UpdateStmt',
  'DeleteStmt',
  'CreateTableAsStmt',
  'ViewStmt',
  'CreateEnumStmt',
  'CreateDomainStmt',
  'AlterTableStmt',
  'DropStmt',
  'TruncateStmt',
  'RenameStmt',
  'CompositeTypeStmt',
  'CreateSchemaStmt',
]);
const ROWS_MAX = 1_000;
/** Asked twice it is another thing. */
const OF_THE_MOMENT = /\b(now|today|tomorrow|yesterday|random|current_\w+|localtime\w*|clock_timestamp)\b/i;
/** Those that select most; all of them, with `STRONGROOM_TEST_ALL=on`, take some minutes. */
const FILES = new Set(
  [
    'test_setup select select_distinct select_having select_implicit subselect union case with window groupingsets',
    'aggregates limit join int4 int8 numeric text strings varchar date timestamp timestamptz interval boolean arrays',
    'jsonb collate rangefuncs inherit',
  ]
    .join(' ')
    .split(' ')
    .map((name) => `${name}.sql`),
);

test.skipIf(folder === null)(
  'where a statement of PostgreSQL’s own regression suite passes and runs, what is printed gives the same rows, also behind a barrier that hides nothing',
  async () => {
    await using stack = new AsyncDisposableStack();
    await using postgres = await startPostgres();
    const guard = createGuard({ workers: 2 });
    stack.defer(() => guard.close());
    const byFile = Map.groupBy(await statements(), ({ file }) => file);
    if (process.env['STRONGROOM_TEST_ALL'] !== 'on')
      for (const file of byFile.keys()) if (!FILES.has(file)) byFile.delete(file);
    const setup = byFile.get('test_setup.sql') ?? [];
    byFile.delete('test_setup.sql');
    await postgres.run('create database regress');
    await using first = await connect(postgres, 'regress');
    for (const { type, sql } of setup) if (WORLD_TYPES.has(type)) await quietly(first, sql);
    await first.end();
    const counts = { same: 0, hiddenBehindBarrier: 0, fails: 0 };
    const wrong: string[] = [];

    for (const [file, all] of byFile) {
      // Most of what a file selects from it has made itself.
      const name = `regress_${file.replaceAll(/\W/g, '_')}`;
      await postgres.run(`create database ${name} template regress`);
      const client = await connect(postgres, name);
      let schema: Awaited<ReturnType<typeof schemaOf>> | null = null;
      for (const { type, sql } of all) {
        // A temporary table would stand before the one of its name: a source has none.
        if (WORLD_TYPES.has(type) && !/\btemp(orary)?\b/i.test(sql)) {
          schema = null;
          await quietly(client, sql);
        }
        if (type !== 'SelectStmt' || OF_THE_MOMENT.test(sql)) continue;
        schema ??= await schemaOf(client);
        const request = { sql, dialect: 'postgres', schema, rowsMax: ROWS_MAX } as const;
        const passed = await guard.check(request).catch(() => null);
        if (passed === null) continue;
        const expected = await rowsOf(client, sql, 'public, pg_catalog');
        if (expected === null) {
          counts.fails += 1;
          continue;
        }
        const printed = await rowsOf(client, passed.checked.text, 'pg_catalog');
        if (printed !== expected)
          wrong.push(`${file}: ${sql}\n${passed.checked.text}\n${printed}\n-- not\n${expected}`);
        else counts.same += 1;
        if (passed.plan.relations.length === 0) continue;
        const behind = await guard.check({ ...request, policy: everything(schema) }).catch(() => null);
        const rows = behind === null ? null : await rowsOf(client, behind.checked.text, 'pg_catalog');
        // A row of a table is no row of a sub-query: what depends on its place there is another.
        if (rows === null) counts.hiddenBehindBarrier += 1;
        else if (rows !== expected)
          wrong.push(`behind a barrier, ${file}: ${sql}\n${behind?.checked.text}\n${rows}\n-- not\n${expected}`);
      }
      await client.end();
      await postgres.run(`drop database ${name}`);
    }

    expect(wrong).toEqual([]);
    expect(counts.same).toBeGreaterThan(1_500);
  },
  900_000,
);

async function statements(): Promise<Statement[]> {
  const lines = gunzipSync(await readFile(join(folder!, 'statements.jsonl.gz')))
    .toString('utf8')
    .trim()
    .split('\n');
  return lines.map((line) => JSON.parse(line) as Statement);
}

async function connect(postgres: Awaited<ReturnType<typeof startPostgres>>, database: string) {
  const client = await postgres.connect({ ...postgres.superuser, database });
  client.on('error', () => {});
  await client.query("set statement_timeout = '2s'; set extra_float_digits = 1");
  return client;
}

async function quietly(client: Client, sql: string): Promise<void> {
  await client.query(sql).catch(() => {});
}

/** All rows as one text, in any order; null for what does not run, and for more rows than are shown. */
async function rowsOf(client: Client, sql: string, searchPath: string): Promise<string | null> {
  await client.query('begin read only');
  await client.query("select set_config('search_path', $1, true)", [searchPath]);
  const result = await client.query<unknown[]>({ text: sql, rowMode: 'array' }).catch(() => null);
  await client.query('rollback');
  if (result === null || !('rows' in result) || result.rows.length > ROWS_MAX) return null;
  return (
    result.rows
      // What is written of a table depends on the search path.
      .map((row) => JSON.stringify(row).replaceAll('"public.', '"'))
      .sort()
      .join('\n')
  );
}

/** Every row is admitted, but by a filter, so that the barrier is there. */
function everything(schema: Awaited<ReturnType<typeof schemaOf>>): AskerPolicy {
  return {
    attributes: {},
    pseudonymKey: null,
    tables: schema.tables.map(({ schema: name, name: table }) => ({
      schema: name,
      table,
      grants: [{ filter: 'true', denied: [], masks: {} }],
    })),
  };
}
