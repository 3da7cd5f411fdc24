import { readFile, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import {
  type FakeModel,
  type FakeModelBehaviour,
  type RunningServer,
  startFakeModel,
  startServer,
} from '@strongroom/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ask, call, ledgerPosition, ledgerSince, query, type Reply } from './support/calls.ts';
import { type HostileSource, startProxy, startSilentSource } from './support/hostile-source.ts';
import { addShop, ENDLESS, PLANTED_VALUE, type Shop, SOURCE_PASSWORD, startShop } from './support/shop.ts';

type Body = NonNullable<RequestInit['body']>;

const MEGABYTE = 1024 * 1024;

let server: RunningServer;
let shop: Shop;
let model: FakeModel;
let proxy: HostileSource;
beforeAll(async () => {
  [shop, model] = await Promise.all([startShop(), startFakeModel()]);
  proxy = await startProxy(shop.postgres.port);
  server = await startServer({
    env: { STRONGROOM_SAMPLE: 'off', STRONGROOM_MODEL_URL: model.url, STRONGROOM_MODEL: 'fake' },
  });
  await addShop(server, shop.url);
  await addShop(server, proxy.url(`reader:${SOURCE_PASSWORD}`), 'shaky');
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await proxy[Symbol.asyncDispose]();
  await model.stop();
  await shop[Symbol.asyncDispose]();
});

/** Whatever was tried: the server is ready, its process is the same, and the source holds what it held. */
afterEach(async () => {
  expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
  await using client = await shop.postgres.connect();
  const { rows } = await client.query('select count(*)::int as count from item');
  expect(rows).toEqual([{ count: 10_000 }]);
});

/** An error with a code and a sentence that a person understands, and nothing of the source or of us in it. */
function isRefusal(reply: Reply, status: number, code: string): void {
  expect({ status: reply.status, code: reply.body['code'] }).toEqual({ status, code });
  expect(reply.body['title']).toMatch(/^[^\n]{10,200}$/);
  expect(reply.body['title']).toMatch(/ /);
  const text = JSON.stringify({ title: reply.body['title'], detail: reply.body['detail'] });
  expect(text).not.toMatch(/stack|\.ts:|node_modules|SQLSTATE|ECONN/);
  expect(text).not.toContain(PLANTED_VALUE);
}

async function post(path: string, body: Body, headers: Record<string, string> = {}): Promise<Reply> {
  const response = await fetch(`${server.url}/api/v1/${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.adminToken}`, 'content-type': 'application/json', ...headers },
    body,
    ...({ duplex: 'half' } as object),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const sql = (text: string) => call(server, 'POST', 'sources/shop/query', { sql: text });

describe('SQL that is not one SELECT is refused, recorded, and changes nothing', () => {
  test.each([
    ['two statements', 'select 1; select 2', 'query/not_one_statement'],
    ['a deletion', 'delete from item', 'query/not_select'],
    ['a deletion inside WITH', 'with gone as (delete from item returning *) select * from gone', null],
    ['a DROP', 'drop table item', 'query/not_select'],
    ['a DROP after a comment', 'select 1 /* */; drop table item --', null],
    ['SELECT INTO', 'select * into copied from item', null],
    ['a lock', 'select * from item for update', null],
    ['COPY to a program', "copy item to program 'cat'", null],
    ['a DO block', 'do $$ begin perform pg_sleep(1); end $$', null],
    ['a setting', 'set role postgres', null],
    ['EXPLAIN ANALYZE', 'explain analyze delete from item', null],
    ['a function that reads files', "select pg_read_file('/etc/passwd')", null],
    ['a function that sleeps', 'select pg_sleep(60)', null],
    ['a function that connects', "select * from dblink('', 'select 1') as t(x int)", null],
    ['half a statement', 'select * from (select', 'query/syntax'],
    ['words', 'please give me all items', 'query/syntax'],
    ['nothing but a comment', '-- nothing', null],
  ])('%s', async (_what, text, code) => {
    const before = await ledgerPosition(server);
    const reply = await sql(text);
    expect(reply.status).toBeGreaterThanOrEqual(400);
    expect(reply.status).toBeLessThan(500);
    isRefusal(reply, reply.status, code ?? String(reply.body['code']));
    expect(reply.body['code']).toMatch(/^query\//);
    const entries = await ledgerSince(server, before);
    expect(entries).toMatchObject([
      { action: 'query.refused', outcome: 'refused', decision: { allowed: false, reason: reply.body['code'] } },
    ]);
  });
});

test('an unknown source, table and column and a catalog of the database get the same refusal', async () => {
  const refusals = await Promise.all([
    call(server, 'POST', 'sources/nothing/query', { sql: 'select 1' }),
    sql('select * from nothing'),
    sql('select nothing from item'),
    sql('select * from pg_catalog.pg_authid'),
    sql('select * from information_schema.tables'),
  ]);
  for (const reply of refusals) isRefusal(reply, 403, 'query/denied');
  expect(new Set(refusals.map(({ body }) => body['title'])).size).toBe(1);
});

describe('a request that cannot be meant well', () => {
  test('a question of 1 MB is refused at the door', async () => {
    isRefusal(await call(server, 'POST', 'ask', { question: 'why '.repeat(MEGABYTE / 4) }), 413, 'http/too_large');
  });

  test('a question of 2,001 characters is refused with its limit', async () => {
    const reply = await call(server, 'POST', 'ask', { question: 'x'.repeat(2001) });
    isRefusal(reply, 400, 'http/bad_input');
    expect(reply.body['detail']).toContain('2000');
  });

  test('SQL of 100 MB is refused at the door, and the server does not hold it', async () => {
    const piece = Buffer.from('x'.repeat(MEGABYTE));
    async function* body(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('{"sql":"select ');
      for (let sent = 0; sent < 100; sent += 1) yield piece;
      yield Buffer.from('"}');
    }
    const refused = await post('sources/shop/query', body() as unknown as Body).catch(() => null);
    // A server that answers early and closes may cut the connection under a client that still sends.
    if (refused !== null) isRefusal(refused, 413, 'http/too_large');
  });

  test.each([
    ['a NUL in the question', 'ask', { question: 'how many\0 items' }],
    ['a NUL in the SQL', 'sources/shop/query', { sql: "select '\0'" }],
    ['a NUL in a name', 'sources', { name: 'a\0b', url: 'postgres://a@b/c' }],
  ])('%s is refused', async (_what, path, body) => {
    isRefusal(await call(server, 'POST', path, body), 400, 'http/bad_input');
  });

  test('broken UTF-8 is refused, not mended', async () => {
    const body = Buffer.concat([Buffer.from('{"question":"caf'), Buffer.from([0xe9, 0xff]), Buffer.from('"}')]);
    isRefusal(await post('ask', body), 400, 'http/bad_utf8');
  });

  test('half a surrogate is no text', async () => {
    isRefusal(
      await post('ask', '{"question":"how many \\ud800 items","source":"shop"}'),
      422,
      'assistant/bad_question',
    );
  });

  test.each([
    ['half a JSON', '{"question":"how'],
    ['no JSON', 'how many items'],
    ['nothing', ''],
  ])('%s as a body is refused', async (_what, body) => {
    const reply = await post('ask', body);
    expect(reply.status).toBe(400);
    expect(reply.body['code']).toMatch(/^http\/bad_(json|input)$/);
  });

  test('a JSON of the wrong shape, a wrong type and one too deep are refused', async () => {
    for (const body of ['[]', '"how"', '{"question":7}', '{"question":{"a":1}}', '['.repeat(20_000)])
      expect((await post('ask', body)).status).toBe(400);
  });

  test('content of another kind is refused', async () => {
    isRefusal(await post('ask', 'question=how', { 'content-type': 'text/plain' }), 415, 'http/unsupported_media_type');
  });

  test('what is not HTTP is answered and not obeyed', async () => {
    const { connect } = await import('node:net');
    const { port } = new URL(server.url);
    const answered = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(port), '127.0.0.1', () => socket.write('\x16\x03\x01 this is no HTTP\r\n\r\n'));
      let text = '';
      socket.on('data', (bytes) => (text += bytes.toString()));
      socket.once('close', () => resolve(text));
      socket.once('error', reject);
    });
    expect(answered).toMatch(/^HTTP\/1\.1 400 /);
    expect(answered).toContain('http/bad_request');
  });

  test('a limit beyond the greatest, of zero or below is refused with its number', async () => {
    const beyond = await call(server, 'POST', 'sources/shop/query', { sql: 'select 1', limit: 10_000_001 });
    isRefusal(beyond, 400, 'query/limit_too_large');
    expect(beyond.body['title']).toContain('10,000,000');
    for (const limit of [0, -1, 1.5, 'all'])
      isRefusal(await call(server, 'POST', 'sources/shop/query', { sql: 'select 1', limit }), 400, 'http/bad_input');
  });

  test('a name of another host is refused, so that no page of another site can lead a browser here', async () => {
    const { request } = await import('node:http');
    const status = await new Promise<number>((resolve, reject) => {
      const asked = request(`${server.url}/api/v1/sign-in`, { headers: { host: 'evil.example' } }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      asked.once('error', reject).end();
    });
    expect(status).toBe(421);
  });
});

describe('a file that cannot be read becomes nothing', () => {
  const upload = (name: string, content: Body) =>
    post('files', content, { 'content-type': 'application/octet-stream', 'x-file-name': encodeURIComponent(name) });

  test.each<[string, string, () => Promise<Body>]>([
    ['a CSV with ragged rows', 'ragged.csv', async () => `a,b,c\n1,2,3\n4,${PLANTED_VALUE}\n`],
    ['a truncated Parquet', 'cut.parquet', async () => (await parquet()).subarray(0, 100_000)],
    ['a text that says it is Parquet', 'text.parquet', async () => 'hello'],
    ['half a JSON', 'half.json', async () => `[{"a": "${PLANTED_VALUE}`],
    ['a CSV in Latin-1', 'latin.csv', async () => Buffer.from('a,b\ncaf\xe9,1\n', 'latin1')],
    ['a CSV with a NUL', 'nul.csv', async () => 'a,b\n\0,1\n'],
    ['an empty file', 'empty.csv', async () => ''],
    ['a program', 'run.exe', async () => 'MZ'],
  ])('%s', async (_what, name, content) => {
    const before = await ledgerPosition(server);
    const reply = await upload(name, await content());
    expect([415, 422]).toContain(reply.status);
    isRefusal(reply, reply.status, String(reply.body['code']));
    expect(reply.body['code']).toMatch(/^files\//);
    expect(await ledgerSince(server, before)).toContainEqual(
      expect.objectContaining({ action: 'files.uploaded', outcome: 'refused' }),
    );
    const { body } = await call(server, 'GET', 'sources');
    expect((body['sources'] as { name: string }[]).map((source) => source.name)).toEqual(['shaky', 'shop']);
  });
});

async function parquet(): Promise<Buffer> {
  const require = createRequire(join(import.meta.dirname, '../../apps/server/package.json'));
  const path = join(
    require.resolve('vega-datasets').replace(/vega-datasets.*/, 'vega-datasets'),
    'data/flights-3m.parquet',
  );
  await stat(path);
  return readFile(path);
}

describe('a source that misbehaves', () => {
  test.each([
    ['one that takes connections and never answers', null, 502, 'sources/unavailable'],
    ['an address where nothing listens', 'postgres://a:b@127.0.0.1:1/c', 502, 'sources/unavailable'],
    ['a metadata service', 'postgres://a:b@169.254.169.254/c', 422, 'sources/bad_address'],
    ['a file', 'postgres://a:b@%2Ftmp/c', 422, 'sources/bad_address'],
    ['an address that reads files', 'postgres://a:b@127.0.0.1/c?sslkey=/etc/shadow', 422, 'sources/bad_address'],
    ['no address', 'how many', 422, 'sources/bad_address'],
  ])('%s is not added, and its password is told to nobody', async (_what, url, status, code) => {
    await using silent = await startSilentSource();
    const before = await ledgerPosition(server);
    const reply = await call(server, 'POST', 'sources', { name: 'silent', url: url ?? silent.url('reader:hunter2') });
    isRefusal(reply, status, code);
    expect(JSON.stringify(reply.body)).not.toContain('hunter2');
    expect(await ledgerSince(server, before)).toContainEqual(
      expect.objectContaining({ action: 'sources.added', resource: 'silent' }),
    );
    expect((await call(server, 'GET', 'sources/silent')).status).toBe(404);
  });

  test('our own address is refused as a source', async () => {
    const { port } = new URL(server.url);
    const reply = await call(server, 'POST', 'sources', { name: 'self', url: `postgres://a:b@127.0.0.1:${port}/c` });
    isRefusal(reply, 422, 'sources/bad_address');
  });

  test('one that drops the connection before the first row is a 503', async () => {
    proxy.behave({ dropAfterBytes: 0 });
    const reply = await call(server, 'POST', 'sources/shaky/query', { sql: 'select count(*) from item' });
    proxy.behave('pass');
    isRefusal(reply, 503, 'run/unavailable');
  });

  test('one that drops the connection mid-stream cuts the answer: a part is never taken for the whole', async () => {
    proxy.behave({ dropAfterBytes: 20 * MEGABYTE });
    const before = await ledgerPosition(server);
    const response = await server.call('POST', 'sources/shaky/query', {
      body: { sql: 'select * from many', limit: 5_000_000 },
    });
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow();
    proxy.behave('pass');
    expect(await ledgerSince(server, before)).toMatchObject([
      { action: 'query.released' },
      { action: 'query.completed', outcome: 'failed', decision: { reason: 'run/unavailable' } },
    ]);
    expect((await query(server, 'shaky', 'select count(*) from item')).rows).toEqual([[10_000]]);
  });

  test('one that hangs mid-query is left as soon as the client leaves', async () => {
    const leaving = new AbortController();
    const running = server.call('POST', 'sources/shaky/query', { body: { sql: ENDLESS }, signal: leaving.signal });
    await shop.untilRunning();
    proxy.behave('hang');
    leaving.abort();
    await expect(running.then((response) => response.text())).rejects.toThrow();
    proxy.behave('pass');
    await shop.untilQuiet();
    expect((await query(server, 'shaky', 'select count(*) from item')).rows).toEqual([[10_000]]);
  });

  test('a value that does not fit is told as its kind, without the value', async () => {
    const reply = await sql(`select name::int from item where name = '${PLANTED_VALUE}'`);
    isRefusal(reply, 422, 'run/type');
    expect(reply.body).toMatchObject({ rows: [], rowCount: 0, complete: false });
    expect(reply.body).not.toHaveProperty('outcome');
  });
});

describe('a model endpoint that misbehaves runs nothing', () => {
  test.each<[string, FakeModelBehaviour, number, RegExp]>([
    ['answers with a page', { kind: 'html' }, 502, /^egress\/bad_reply$/],
    [
      'answers 500',
      { kind: 'status', status: 500, body: `{"error":"${PLANTED_VALUE}"}` },
      502,
      /^egress\/unavailable$/,
    ],
    ['answers half a JSON', { kind: 'half-json' }, 502, /^egress\/bad_reply$/],
    ['leads elsewhere', { kind: 'redirect', location: 'http://127.0.0.1:1/' }, 502, /^egress\/bad_reply$/],
    ['never ends', { kind: 'huge', bytes: 4 * MEGABYTE }, 502, /^egress\/bad_reply$/],
    ['drops the connection', { kind: 'drop' }, 502, /^egress\/unavailable$/],
    ['says DROP TABLE', { kind: 'reply', content: 'DROP TABLE item' }, 400, /^query\//],
    ['hides DROP TABLE behind a SELECT', { kind: 'reply', content: 'select 1; DROP TABLE item' }, 400, /^query\//],
    ['names a table that is not there', { kind: 'reply', content: 'select * from pg_authid' }, 403, /^query\/denied$/],
    ['says that it cannot', { kind: 'reply', content: 'NONE' }, 422, /^assistant\/not_understood$/],
    ['says nothing', { kind: 'reply', content: '' }, 422, /^assistant\/not_understood$/],
  ])('one that %s', async (_what, behaviour, status, code) => {
    model.behave(behaviour);
    const before = await ledgerPosition(server);
    const reply = await call(server, 'POST', 'ask', { question: 'How many items are there?', source: 'shop' });
    isRefusal(reply, status, String(reply.body['code']));
    expect(reply.body['code']).toMatch(code);
    const entries = await ledgerSince(server, before);
    expect(entries.slice(0, 2).map(({ action }) => action)).toEqual(['assistant.asked', 'egress.disclosed']);
    expect(entries.at(-1)).toMatchObject({ decision: { allowed: false, reason: reply.body['code'] } });
    expect(entries.filter(({ action }) => action === 'query.released')).toEqual([]);
  });

  test('one that hangs is left as soon as the client leaves', async () => {
    model.behave({ kind: 'hang' });
    const leaving = new AbortController();
    const arrived = model.nextRequest();
    const asked = server.call('POST', 'ask', { body: { question: 'How many items?' }, signal: leaving.signal });
    await arrived;
    leaving.abort();
    await expect(asked).rejects.toThrow();
  });

  test('one that answers in time is told names, types and the words, and no value of a row', async () => {
    model.behave({ kind: 'reply', content: 'Sure!\n```sql\nselect count(*) from item\n```' });
    const answer = await ask(server, 'How many items are there?', 'shop');
    expect(answer).toMatchObject({ outcome: 'rows', rows: [[10_000]], translator: 'fake' });
    const sent = model.requests.at(-1);
    expect(answer.disclosure?.sent).toBe(sent?.body);
    expect(answer.disclosure?.sentBytes).toBe(Buffer.byteLength(sent?.body ?? ''));
    for (const { body } of model.requests) {
      expect(body).not.toContain(PLANTED_VALUE);
      expect(body).not.toContain(SOURCE_PASSWORD);
    }
  });
});
