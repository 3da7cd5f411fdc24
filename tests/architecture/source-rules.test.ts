import { describe, expect, test } from 'vitest';
import { findCalls, findCasts, findMemberUses } from './scan/casts.ts';
import { findSqlFromStrings } from './scan/sql-from-strings.ts';
import { type Finding, parseFile, parseSource, shippedFiles } from './scan/source-files.ts';
import type ts from 'typescript';

type Scan = (source: ts.SourceFile) => Finding[];

const planted = (scan: Scan, text: string): number => scan(parseSource('planted.ts', text)).length;

async function inTheTree(scan: Scan, allowed: readonly RegExp[]): Promise<Finding[]> {
  const files = await shippedFiles();
  expect(files.length).toBeGreaterThan(50);
  return files
    .filter((file) => !allowed.some((pattern) => pattern.test(file)))
    .flatMap((file) => scan(parseFile(file)));
}

describe('D12: no SQL is made by joining strings', () => {
  // The web app has no door to a database. The printer of a dialect prints a checked tree: every identifier quoted,
  // every literal bound or escaped by it alone.
  const allowed = [/^apps\/web\//, /^packages\/sql-guard\/src\/print-[a-z-]+\.ts$/];

  test.each([
    'client.query(`select * from t where id = ${id}`);',
    "client.query('select * from t where id = ' + id);",
    'const text = `delete from ${table}`;',
    "const text = 'SELECT ' + column + ' FROM t';",
    'connection.run(`PRAGMA x = ${value}`);',
    'sql.raw(text);',
    'sql.lit(value);',
    'const text = `\n  with a as (select ${column} from t) select * from a`;',
    'const text = `create role ${name} login`;',
    'function f() { const TABLE = read(); return `select * from ${TABLE}`; }',
  ])('refused: %s', (text) => {
    expect(planted(findSqlFromStrings, text)).toBeGreaterThan(0);
  });

  test.each([
    "client.query('select * from t where id = $1', [id]);",
    'sql`select * from t where id = ${id}`.execute(database);',
    'const line = `selected ${count} rows`;',
    'const line = `update available: ${version}`;',
    'const size = a + b;',
    "database.selectFrom('t').where('id', '=', id).execute();",
  ])('accepted: %s', (text) => {
    expect(planted(findSqlFromStrings, text)).toBe(0);
  });

  test('nothing in the tree does', async () => {
    expect(await inTheTree(findSqlFromStrings, allowed)).toEqual([]);
  });
});

describe('a type that vouches for something is made in one place', () => {
  test.each([
    ['CheckedSql', 'run(text as CheckedSql);'],
    ['CheckedSql', 'run({ text } as unknown as CheckedSql);'],
    ['CheckedSql', 'const all = texts as readonly CheckedSql[];'],
    ['RowBytes', 'send(bytes as RowBytes);'],
  ])('a cast to %s is seen: %s', (name, text) => {
    expect(planted((source) => findCasts(source, name), text)).toBeGreaterThan(0);
  });

  test('only the guard makes CheckedSql', async () => {
    expect(await inTheTree((source) => findCasts(source, 'CheckedSql'), [/^packages\/sql-guard\//])).toEqual([]);
  });

  test('only connectors make RowBytes', async () => {
    expect(await inTheTree((source) => findCasts(source, 'RowBytes'), [/^packages\/connectors\//])).toEqual([]);
  });
});

describe('B3: what a verb or a tool does is reached through the gate alone', () => {
  const handlers = (source: ts.SourceFile) => findMemberUses(source, 'handle');

  test.each([
    'await tool.verb.handle({ asker, input });',
    "verb['handle'](call);",
    'const { handle } = verb; handle(call);',
    'const { handle: act } = verb; act(call);',
    'run(verb.handle);',
  ])('refused: %s', (text) => {
    expect(planted(handlers, text)).toBeGreaterThan(0);
  });

  test('a verb that is defined is none that is called', () => {
    expect(planted(handlers, 'verb({ handle: async () => null });')).toBe(0);
  });

  test('only the gate does it, in one place', async () => {
    // A mount is a program of another maker's, no verb: the evaluation identity provider.
    const found = await inTheTree(handlers, [/^apps\/(web|cli)\//]);
    expect(found.map(({ file, code }) => `${file}: ${code}`)).toEqual([
      'apps/server/src/platform/http/create-http.ts: mount.handle',
      'apps/server/src/platform/http/gate.ts: verb.handle',
    ]);
  });
});

describe('nothing leaves the server but through its doors', () => {
  test('a call of fetch is seen', () => {
    expect(planted((source) => findCalls(source, 'fetch'), "await fetch('http://example.com');")).toBe(1);
  });

  test('the server and its packages never call fetch themselves', async () => {
    // Sign-in talks to the identity provider, through the library for it.
    const notServer = [/^apps\/(web|cli)\//, /^apps\/server\/src\/capabilities\/(egress|identity\/sign-in)\//];
    expect(await inTheTree((source) => findCalls(source, 'fetch'), notServer)).toEqual([]);
  });
});
