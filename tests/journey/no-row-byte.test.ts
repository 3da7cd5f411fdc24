import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import {
  type FakeModel,
  findMariadb,
  type RunningServer,
  runCli,
  startFakeModel,
  startMariadb,
  startPostgres,
  startServer,
  type TemporaryFolder,
  temporaryFolder,
  type TestMariadb,
  type TestPostgres,
} from '@strongroom/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Asked, call } from './support/calls.ts';
import { waysOf } from './support/ways-of.ts';

// One journey through everything that ends at a model, in order: each test goes on from what the one before has left. At the end of it all
// that the endpoint has ever got is looked at.

/** In rows, cells and errors alone: no name, comment or question has them. */
const PLANTED = {
  word: 'planted-word-6f1d27b0',
  number: '918273645564738291',
  bytes: 'planted-bytes-0c4e',
  member: 'planted-member-77aa',
  element: 'planted-element-31c4',
  hidden: 'planted-hidden-90fe',
  thrown: 'planted-thrown-5ad2',
  label: 'planted-label-c0de',
  bound: 'planted-bound-e11a',
  mariadb: 'planted-mariadb-4d77',
  cell: 'planted-cell-2b9d',
  header: 'planted-header-8e01',
} as const;
const QUESTION = 'How many parcels are there, and which word has each?';
const hasMariadb = (await findMariadb()) !== null;

let folder: TemporaryFolder;
let postgres: TestPostgres;
let mariadb: TestMariadb | null = null;
let model: FakeModel;
let server: RunningServer;
let home: string;

const start = () =>
  startServer({
    home,
    env: { STRONGROOM_SAMPLE: 'off', STRONGROOM_MODEL_URL: model.url, STRONGROOM_MODEL: 'small' },
  });

beforeAll(async () => {
  [folder, postgres, model] = await Promise.all([
    temporaryFolder('no-row-byte'),
    startPostgres({ tcp: true }),
    startFakeModel(),
  ]);
  home = join(folder.path, 'home');
  await mkdir(home);
  await postgres.run(`
    create role reader login password 'secret';
    create type mood as enum ('calm', '${PLANTED.label}');
    create table parcels (
      id int primary key, team text not null, word text not null, amount bigint, bytes bytea, more jsonb, list text[],
      mood mood not null default 'calm', check (word <> '${PLANTED.bound}')
    );
    insert into parcels select n, case when n < 9 then 'red' else 'blue' end, '${PLANTED.word}', ${PLANTED.number}, '${PLANTED.bytes}',
      '{"member": "${PLANTED.member}"}', array['${PLANTED.element}'], '${PLANTED.label}' from generate_series(1, 9) as g(n);
    update parcels set word = '${PLANTED.hidden}' where team = 'blue';
    create function thrown() returns text language plpgsql immutable as $$ begin raise exception '${PLANTED.thrown}'; end $$;
    create view breaking as select id, case when id > 0 then thrown() end as word from parcels;
    grant select on all tables in schema public to reader`);
  server = await start();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await Promise.all([model[Symbol.asyncDispose](), postgres.stop(), mariadb?.stop()]);
  await folder[Symbol.asyncDispose]();
});

async function good(method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
  const reply = await call(server, method, path, body);
  expect([method, path, reply.status, reply.body]).toEqual([method, path, expect.toBeOneOf([200, 204]), reply.body]);
  return reply.body;
}
async function cli(args: readonly string[], input?: string): Promise<string> {
  const given = input === undefined ? {} : { input };
  const { code, stdout, stderr } = await runCli(args, { env: { STRONGROOM_HOME: home }, cwd: folder.path, ...given });
  expect({ args, code, stderr }).toMatchObject({ args, code: 0 });
  return stdout;
}

/** Of all that people were shown: what proves that the planted values were there to leave. */
const shown: string[] = [];
/** The model answers one after the other. */
async function ask(
  replies: readonly [string, ...string[]],
  more: object = {},
): Promise<Asked & { questionId: string }> {
  model.behave({ kind: 'replies', contents: replies });
  const { body } = await call(server, 'POST', 'ask', { question: QUESTION, source: 'store', ...more });
  shown.push(JSON.stringify(body));
  const { body: list } = await call(server, 'GET', 'questions');
  expect(list['questions'], JSON.stringify([body, list])).toBeDefined();
  const [kept] = list['questions'] as { id: string }[];
  return { ...(body as unknown as Asked), questionId: kept?.id ?? '' };
}

test('sources are added: a database, another, and a file whose first line is a row', async () => {
  const url = postgres.url({ user: 'reader', password: 'secret' });
  await cli(['sources', 'add', 'postgres', 'store', '--url', '-'], url);
  await writeFile(
    join(folder.path, 'cells.csv'),
    `${PLANTED.header},${PLANTED.cell}\n${PLANTED.cell},1\n${PLANTED.cell},2\n`,
  );
  await cli(['sources', 'add', 'file', 'cells', 'cells.csv', '--no-header']);
  if (hasMariadb) {
    mariadb = await startMariadb();
    await mariadb.run(`create database store; create table store.boxes (id int primary key, word varchar(50), kind enum('${PLANTED.label}'));
      insert into store.boxes values (1, '${PLANTED.mariadb}', '${PLANTED.label}');
      create user reader identified by 'secret'; grant select on store.* to reader`);
    await cli(
      ['sources', 'add', 'mariadb', 'boxes', '--url', '-'],
      mariadb.url({ user: 'reader', password: 'secret' }),
    );
  }
  for (const { name } of (await good('GET', 'sources'))['sources'] as { name: string }[])
    await good('POST', `sources/${name}/grants`, { with: 'everyone' });
  const policy = `source: store\ntables:\n  public.parcels: { grant: [everyone], filter: "team = 'red'" }\n  public.breaking: { grant: [everyone] }\n`;
  await good('POST', 'policies:apply', { policy });
});

test('a question is answered with every kind of value, and again after it is followed up', async () => {
  const all = 'select id, word, amount, bytes, more, list, mood from public.parcels';
  const first = await ask([all]);
  expect([first.outcome, first.rows.length]).toEqual(['rows', 8]);
  for (const value of [PLANTED.word, PLANTED.number, PLANTED.member, PLANTED.element, PLANTED.label])
    expect(JSON.stringify(first.rows)).toContain(value);
  const next = await ask([`${all} where id < 3`], { question: 'only the first two', follows: first.questionId });
  expect(next.rows).toHaveLength(2);
  expect(model.requests.at(-1)?.body).toContain('from public.parcels');
});

test('an empty, a filtered and a denied answer are followed up', async () => {
  for (const sql of [
    'select word from public.parcels where id < 0',
    "select word from public.parcels where team = 'blue'",
  ]) {
    const { outcome, questionId } = await ask([sql]);
    expect(['empty', 'filtered']).toContain(outcome);
    await ask(['select count(*) from public.parcels'], { question: 'and how many?', follows: questionId });
  }
  const denied = await ask(['select * from public.nothing', 'select * from public.nothing']);
  expect(denied.code).toBe('query/denied');
});

test('what goes wrong as it runs is told to nobody, however the source words it', async () => {
  for (const sql of [
    'select word::int from public.parcels',
    'select 1 / (amount - amount) from public.parcels',
    "select (more->>'member')::numeric from public.parcels",
    'select word from public.breaking',
  ]) {
    const sent = model.requests.length;
    const failed = await ask([sql, 'select count(*) from public.parcels']);
    expect([sql, failed.code]).toEqual([sql, expect.stringMatching(/^run\//)]);
    // No second attempt: that there was an error is a bit about the rows.
    expect(model.requests.length).toBe(sent + 1);
    await ask(['select 1 as one'], { question: 'and now?', follows: failed.questionId });
  }
});

test('a refused statement is mended, with our words about it alone', async () => {
  const mended = await ask(['select word, nothing from public.parcels', 'select word from public.parcels']);
  expect(mended.rows).toHaveLength(8);
});

test('the file and the other database are asked', async () => {
  for (const { name } of (await good('GET', 'sources'))['sources'] as { name: string }[]) {
    if (name === 'store') continue;
    const { tables } = (await good('GET', `catalog?source=${name}`)) as {
      tables: { schema: string; name: string; columns: { name: string }[] }[];
    };
    const [table] = tables;
    const { rows } = await ask([`select * from "${table?.schema}"."${table?.name}"`], { source: name });
    expect(rows.length).toBeGreaterThan(0);
  }
});

test('with values held back, and a preference remembered, it is the same', async () => {
  await cli(['settings', 'hold-literals', 'on']);
  await call(server, 'POST', 'preferences', { text: 'the newest first' });
  const held = await ask(['select id, word from public.parcels where id = :v1'], {
    question: 'Which parcel has the id 3?',
  });
  expect(held.rows).toHaveLength(1);
  await ask(['select id, word from public.parcels where id = :v1'], { question: 'and 4?', follows: held.questionId });
  await cli(['settings', 'hold-literals', 'off']);
});

test('a client that is a model itself asks, with rows', async () => {
  await cli(['settings', 'mcp-rows', 'on']);
  const client = new Client({ name: 'test', version: '1' });
  const requestInit = { headers: { authorization: `Bearer ${server.adminToken ?? ''}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL('/mcp', server.url), { requestInit }));
  model.behave({ kind: 'reply', content: 'select word from public.parcels' });
  const calls = [
    ['query', { source: 'store', sql: 'select word from public.parcels' }],
    ['ask', { source: 'store', question: QUESTION }],
    ['query', { source: 'store', sql: 'select word::int from public.parcels' }],
  ] as const;
  for (const [name, given] of calls) shown.push(JSON.stringify(await client.callTool({ name, arguments: given })));
  await client.close();
  expect(shown.at(-2)).toContain(PLANTED.word);
});

test('planted tokens stop a question whose tables have them in a name or a comment, and a call of the gateway', async () => {
  const token = async (name: string) => {
    const stdout = await cli(['canaries', 'plant', name, '--json']);
    return (JSON.parse(stdout) as { token: string }).token;
  };
  const [named, commented, celled] = [await token('named'), await token('commented'), await token('celled')];
  await postgres.run(`
    create schema named; create table named.leaks (id int, "${named}" text);
    create schema commented; create table commented.leaks (id int); comment on table commented.leaks is '${commented}';
    update parcels set word = '${celled}' where id = 1;
    grant usage on schema named, commented to reader; grant select on named.leaks, commented.leaks to reader`);
  for (const schema of ['named', 'commented']) {
    const policy = `source: store\ntables:\n  ${schema}.leaks: { grant: [everyone] }\n`;
    await good('POST', 'sources/store:refresh', {});
    await good('POST', 'policies:apply', { policy });
    expect((await ask(['select 1'], { question: 'How many leaks are there?' })).code).toBe('canaries/blocked');
  }
  await good('POST', 'policies:apply', { policy: 'source: store\ntables:\n  public.parcels: { grant: [everyone] }\n' });
  expect(JSON.stringify((await ask(['select word from public.parcels'])).rows)).toContain(celled);
  const { secret } = await good('POST', 'tokens', { name: 'program', scopes: ['gateway'] });
  const say = async (content: string) => {
    const messages = [{ role: 'user', content }];
    const body = JSON.stringify({ model: 'small', messages });
    const headers = { authorization: `Bearer ${String(secret)}`, 'content-type': 'application/json' };
    return (await fetch(new URL('/v1/chat/completions', server.url), { method: 'POST', headers, body })).status;
  };
  expect([await say('Where is Ulm?'), await say(`Where is ${celled}?`)]).toEqual([200, 403]);
  const sent = Buffer.from(model.requests.map(({ body }) => body).join('\n'));
  for (const planted of [named, commented, celled])
    for (const way of waysOf(planted)) expect(sent.includes(way)).toBe(false);
  const { canaries } = (await good('GET', 'canaries')) as { canaries: { name: string; found: number }[] };
  for (const { name, found } of canaries) expect([name, found > 0]).toEqual([name, true]);
});

test('after a start anew what was asked is asked again', async () => {
  await server.stop();
  server = await start();
  const asked = await ask(['select word, amount from public.parcels']);
  expect(asked.rows.length).toBeGreaterThan(0);
});

test('no byte of a row was ever sent to the model', () => {
  const sent = model.requests.map(({ path, headers, body }) => [path, JSON.stringify(headers), body].join('\n'));
  expect(sent.length).toBeGreaterThan(20);
  const all = sent.join('\n');
  // That the names are there, and the values with those who asked: this test can fail.
  for (const name of ['public.parcels', 'amount', 'How many parcels']) expect(all).toContain(name);
  for (const value of [PLANTED.word, PLANTED.number, PLANTED.cell]) expect(shown.join('\n')).toContain(value);
  const bytes = Buffer.from(all);
  for (const [place, value] of Object.entries(PLANTED))
    for (const way of waysOf(value)) expect([place, bytes.includes(way)]).toEqual([place, false]);
  expect(all).not.toContain('planted');
});
