import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type RunningServer,
  runCli,
  startPostgres,
  startServer,
  type TemporaryFolder,
  temporaryFolder,
  type TestPostgres,
} from '@strongroom/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';

let server: RunningServer;
let postgres: TestPostgres;
let folder: TemporaryFolder;

beforeAll(async () => {
  [server, postgres, folder] = await Promise.all([
    startServer({ env: { STRONGROOM_SAMPLE: 'off' } }),
    startPostgres({ tcp: true }),
    temporaryFolder('cli'),
  ]);
  await postgres.run(
    "create role reader login password 'secret'; create table city (name text primary key, people int); insert into city values ('Oslo', 700000), (E'Bo\\u001b[31m', 5); grant select on city to reader",
  );
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await postgres.stop();
  await folder[Symbol.asyncDispose]();
});

function strongroom(args: readonly string[], input?: string, token?: string): ReturnType<typeof runCli> {
  const where =
    token === undefined ? { STRONGROOM_HOME: server.home } : { STRONGROOM_URL: server.url, STRONGROOM_TOKEN: token };
  return runCli(args, { env: where, cwd: folder.path, ...(input === undefined ? {} : { input }) });
}

async function json(args: readonly string[], input?: string): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await strongroom([...args, '--json'], input);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as Record<string, unknown>;
}

test('a database is added by a URL from standard input, queried, shared and removed', async () => {
  const added = await json(
    ['sources', 'add', 'postgres', 'places', '--url', '-'],
    postgres.url({ user: 'reader', password: 'secret' }),
  );
  expect(added).toMatchObject({ name: 'places', kind: 'postgres', tables: 1 });
  expect(JSON.stringify(added)).not.toContain('secret');

  const answer = await json(['query', 'select name, people from city order by people desc', '--source', 'places']);
  expect(answer).toMatchObject({
    outcome: 'rows',
    rows: [
      ['Oslo', 700000],
      ['Bo\u001b[31m', 5],
    ],
    sql: { asked: 'select name, people from city order by people desc' },
  });
  expect(answer['receipt']).toEqual(expect.any(String));

  expect((await strongroom(['share', 'places', '--with', 'everyone'])).code).toBe(0);
  expect((await strongroom(['sources', 'show', 'places'])).stdout).toContain('everyone');
  expect((await strongroom(['unshare', 'places', '--with', 'everyone'])).code).toBe(0);
  expect((await strongroom(['catalog', 'show', 'places.public.city'])).stdout).toContain('people');
  expect((await strongroom(['catalog', 'describe', 'places.public.city', 'towns and who lives there'])).code).toBe(0);
  expect((await strongroom(['catalog', 'search', 'towns'])).stdout).toContain('places.public.city');
  expect((await strongroom(['ledger', 'list', '--action', 'query.released'])).stdout).toContain('places');
});

test('what is written in the catalog goes out as a file and comes in again, and a wrong file changes nothing', async () => {
  expect(
    (
      await strongroom([
        'catalog',
        'glossary',
        'set',
        'Town',
        'Where people live',
        '--synonym',
        'city',
        '--link',
        'places.public.city',
      ])
    ).code,
  ).toBe(0);
  const { stdout: file } = await strongroom(['catalog', 'export', 'places']);
  expect(file).toBe(`source: places
tables:
  public.city:
    description: towns and who lives there
glossary:
  - term: Town
    definition: Where people live
    synonyms:
      - city
    links:
      - public.city
`);
  expect(await strongroom(['catalog', 'import', '-', '--dry-run'], file.replace('towns', 'Towns'))).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('one change; nothing was written'),
  });
  expect(await json(['catalog', 'import', '-'], file)).toMatchObject({ source: 'places', changes: [] });
  const wrong = await strongroom(['catalog', 'import', '-'], file.replace('public.city:', 'public.village:'));
  expect(wrong).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(/^catalog\/bad_file: line 3 of the catalog file: [^\n]+\n$/),
  });
  await writeFile(join(folder.path, 'catalog.yaml'), file.replace('towns and', 'cities and'));
  expect((await strongroom(['catalog', 'import', 'catalog.yaml'])).stdout).toMatch(
    /cities and who lives there\none change written/,
  );
  expect((await strongroom(['catalog', 'show', 'places.public.city'])).stdout).toMatch(
    /^term +Town: Where people live$/m,
  );
  expect((await strongroom(['catalog', 'glossary', 'remove', 'town'])).code).toBe(0);
  expect((await strongroom(['catalog', 'glossary', 'list'])).stdout).toContain('no term');
});

test('an answer is an aligned table with its way below, and no escape sequence of a cell reaches the terminal', async () => {
  const { code, stdout } = await strongroom([
    'query',
    'select name, people from city order by people desc',
    '--source',
    'places',
  ]);
  expect(code).toBe(0);
  expect(stdout).not.toContain('\u001b');
  const lines = stdout.split('\n');
  expect(lines[0]).toMatch(/^name +people$/);
  expect(lines[2]).toMatch(/^Oslo +700000$/);
  expect(lines[3]).toMatch(/^Bo\\u001b\[31m +5$/);
  expect(stdout).toMatch(/^SQL asked +select name, people/m);
  expect(stdout).toMatch(/^SQL run +SELECT/im);
  expect(stdout).toMatch(/^Receipt +\S+$/m);
});

test('an unknown source is denied with an object and exit code 1', async () => {
  const { code, stdout, stderr } = await strongroom(['query', 'select 1', '--source', 'nowhere', '--json']);
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({ outcome: 'denied', rows: [], sql: { run: null } });
  expect(stderr).toMatch(/^query\/denied: [^\n]+\n$/);
});

test('a refused statement exits with 1 and one line', async () => {
  const { code, stdout, stderr } = await strongroom(['query', 'delete from city', '--source', 'places']);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/^query\/[a-z_]+: [^\n]+\n$/);
});

test('a CSV file becomes a source once somebody said whether it has headers', async () => {
  await writeFile(join(folder.path, 'budget.csv'), 'year,amount\n2024,10\n2025,12\n');
  const unsaid = await strongroom(['sources', 'add', 'file', 'budget', 'budget.csv']);
  expect(unsaid.code).toBe(2);
  expect(unsaid.stderr).toContain('--header');

  expect(await json(['sources', 'add', 'file', 'budget', 'budget.csv', '--header'])).toMatchObject({
    name: 'budget',
    kind: 'file',
  });
  const answer = await json(['query', 'select sum(amount) as total from budget', '--source', 'budget']);
  expect(answer['columns']).toMatchObject([{ name: 'total' }]);
  expect(String((answer['rows'] as unknown[][])[0]?.[0])).toBe('22');
});

test("an invited person's token sees only what was shared with them", async () => {
  expect(await json(['people', 'invite', 'ada@example.com', '--role', 'viewer'])).toMatchObject({
    person: { email: 'ada@example.com' },
    link: expect.stringContaining('#code='),
  });
  expect((await strongroom(['teams', 'add', 'finance'])).code).toBe(0);
  expect((await strongroom(['teams', 'add-member', 'finance', 'ada@example.com'])).code).toBe(0);
  const secret = (await strongroom(['token', 'create', '--person', 'ada@example.com'])).stdout.trim();

  const hidden = await strongroom(['query', 'select 1', '--source', 'places'], undefined, secret);
  const missing = await strongroom(['query', 'select 1', '--source', 'nowhere'], undefined, secret);
  expect(hidden.stderr).toBe(missing.stderr);
  expect((await strongroom(['share', 'places', '--with', 'team:finance'])).code).toBe(0);
  expect((await strongroom(['query', 'select count(*) from city', '--source', 'places'], undefined, secret)).code).toBe(
    0,
  );
  expect((await strongroom(['people', 'list'], undefined, secret)).code).toBe(1);
  expect((await strongroom(['people', 'remove', 'ada@example.com'])).code).toBe(0);
  expect((await strongroom(['sources', 'list'], undefined, secret)).code).toBe(1);
});

test('sign-in prints a fresh one-time link each time', async () => {
  const [one, two] = [await strongroom(['sign-in']), await strongroom(['sign-in'])];
  expect(one.stdout).toMatch(/^Sign in: http:\/\/127\.0\.0\.1:\d+\/sign-in#code=\S+\n$/);
  expect(one.stdout).not.toBe(two.stdout);
});

test('removing a source takes it out of every list', async () => {
  expect((await strongroom(['sources', 'remove', 'places'])).code).toBe(0);
  expect((await strongroom(['sources', 'list'])).stdout).not.toContain('places');
});

test('after the server stopped a command says that nothing answers', async () => {
  await server.stop();
  const { code, stderr } = await strongroom(['sources', 'list']);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^cli\/unreachable: /);
});
