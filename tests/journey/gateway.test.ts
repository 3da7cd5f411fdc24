import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { LedgerEntry } from '@strongroom/protocol';
import { call, ledger, ledgerPosition, ledgerSince } from './support/calls.ts';
import { type ApiKey, ask, chat, type GatewayWorld, makeKey, startGateway } from './support/gateway.ts';
import { until } from './support/until.ts';

const WELL = { kind: 'openai', content: 'Ulm is on the Danube.' } as const;

let world: GatewayWorld;
let key: ApiKey;
beforeAll(async () => {
  world = await startGateway();
  key = await makeKey(world.server);
});
afterAll(() => world[Symbol.asyncDispose]());
afterEach(() => world.model.behave(WELL));

const post = (body: unknown, headers?: Readonly<Record<string, string>>, path = 'chat/completions') =>
  ask(world, key, path, body, headers);
const limit = (id: string, body: object) => call(world.server, 'PUT', `gateway/keys/${id}`, body);

/** Entries of the gateway by this key, once the one that is waited for is there: how calls ended is written within a second. */
async function entriesOf(keyId: string, awaited: string): Promise<LedgerEntry[]> {
  let entries: LedgerEntry[] = [];
  await until(`there is ${awaited}`, async () => {
    entries = (await ledger(world.server, { session: keyId })).filter(({ action }) => action.startsWith('gateway.'));
    return entries.some(({ action }) => action === awaited);
  });
  return entries;
}

const refusedSince = async (position: number) =>
  (await ledgerSince(world.server, position)).filter(({ action }) => action === 'gateway.refused');

/** Bytes as they are, to a connection of its own; what comes back until it is closed. */
function raw(bytes: string): Promise<string> {
  const { hostname, port } = new URL(world.baseUrl);
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    socket.setEncoding('utf8').on('data', (text: string) => {
      answer += text;
      if (answer.includes('\r\n\r\n')) socket.end();
    });
    socket.once('close', () => resolve(answer)).once('error', reject);
  });
}

describe('bad input gets a clear error and an audit entry, and nothing is sent', () => {
  const deep = `{"model":"small","messages":${'['.repeat(200_000)}`;
  test.each([
    ['an unknown model', { ...chat('x'), model: 'large' }, 404, 'gateway/unknown_model'],
    ['no model', { messages: [] }, 400, 'gateway/bad_member'],
    ['half a JSON', '{"model":"small"', 400, 'gateway/bad_json'],
    ['a list', '[]', 400, 'gateway/bad_json'],
    ['nothing', '', 400, 'gateway/bad_json'],
    ['invalid UTF-8', Buffer.from('7b226d6f64656c223a22ff227d', 'hex'), 400, 'gateway/bad_utf8'],
    ['a NUL', '{"model":"small","user":"\\u0000"}', 400, 'gateway/nul'],
    ['a member twice', '{"model":"small","store":false,"store":true}', 400, 'gateway/duplicate_member'],
    ['a JSON bomb', deep, 400, 'gateway/too_deep'],
    [
      'too many members',
      `{${Array.from({ length: 100_001 }, (_, at) => `"${at}":0`).join()}}`,
      400,
      'gateway/too_many_members',
    ],
    ['a context of 65 MB', chat('x'.repeat(65 * 1024 * 1024)), 413, 'http/too_large'],
    ['a chat that is to be stored', chat('x', { store: true }), 400, 'gateway/would_persist'],
  ])('%s', async (_what, body, status, code) => {
    const [before, sent] = [await ledgerPosition(world.server), world.model.requests.length];
    const reply = await post(body);
    expect([reply.status, reply.code, world.model.requests.length]).toEqual([status, code, sent]);
    const error = (JSON.parse(reply.text) as { error: { message: string } }).error;
    expect(error.message).toMatch(/^[a-z`][^\n]{10,200}$/);
    expect(await refusedSince(before)).toMatchObject([
      { action: 'gateway.refused', resource: null, outcome: 'refused', decision: { allowed: false, reason: code } },
    ]);
  });

  test.each([
    ['a method that is another', { 'x-http-method-override': 'GET' }],
    ['a body that is compressed', { 'content-encoding': 'gzip' }],
  ])('a header that says of %s', async (_what, headers) => {
    const [before, sent] = [await ledgerPosition(world.server), world.model.requests.length];
    expect(await post(chat('x'), headers)).toMatchObject({ status: 400, code: 'gateway/bad_header' });
    expect(world.model.requests.length).toBe(sent);
    expect(await refusedSince(before)).toHaveLength(1);
  });

  const head = () =>
    `POST /v1/chat/completions HTTP/1.1\r\nHost: ${new URL(world.baseUrl).host}\r\nAuthorization: Bearer ${key.secret}\r\nContent-Type: application/json\r\n`;
  const body = '{"model":"small","messages":[]}';
  test.each([
    ['a length beside chunks', `Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n${body}`],
    ['two lengths', `Content-Length: 4\r\nContent-Length: ${body.length}\r\n\r\n${body}`],
    ['chunks of another coding', `Transfer-Encoding: xchunked\r\n\r\n${body}`],
    [
      'a header that is to be dropped',
      `Connection: close, Authorization\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    ],
    ['a second key', `Authorization: Bearer other\r\nContent-Length: ${body.length}\r\n\r\n${body}`],
    ['a space before the colon', `Content-Length : ${body.length}\r\n\r\n${body}`],
    ['a folded line', `X-A: b\r\n c\r\nContent-Length : ${body.length}\r\n\r\n${body}`],
  ])('a request that two readers read differently: %s', async (_what, rest) => {
    const sent = world.model.requests.length;
    expect(await raw(head() + rest)).toMatch(/^HTTP\/1.1 400 /);
    expect(world.model.requests.length).toBe(sent);
  });

  test.each([
    ['GET', 'responses/resp_1', 'gateway/would_persist', 400],
    ['DELETE', 'responses/resp_1', 'gateway/would_persist', 400],
    ['POST', 'responses/resp_1/cancel', 'gateway/would_persist', 400],
    ['GET', 'chat/completions', 'gateway/would_persist', 400],
    ['GET', 'chat/completions/chatcmpl_1', 'gateway/would_persist', 400],
    ['POST', 'files', 'gateway/would_persist', 400],
    ['POST', 'batches', 'gateway/would_persist', 400],
    ['POST', 'assistants', 'gateway/would_persist', 400],
    ['POST', 'threads/runs', 'gateway/would_persist', 400],
    ['GET', 'vector_stores', 'gateway/would_persist', 400],
    ['POST', 'conversations', 'gateway/would_persist', 400],
    ['POST', 'completions', 'gateway/unknown_endpoint', 404],
    ['POST', 'images/generations', 'gateway/unknown_endpoint', 404],
    ['GET', 'models/large', 'gateway/unknown_model', 404],
  ])('%s /v1/%s', async (method, path, code, status) => {
    const sent = world.model.requests.length;
    const reply = await ask(world, key, path, method === 'POST' ? {} : undefined, {}, method);
    expect([reply.status, reply.code, world.model.requests.length]).toEqual([status, code, sent]);
  });

  test('a file that is uploaded, whatever its type', async () => {
    const sent = world.model.requests.length;
    const form = new FormData();
    form.set('purpose', 'batch');
    form.set('file', new Blob(['x'.repeat(5_000_000)]), 'batch.jsonl');
    const headers = { authorization: `Bearer ${key.secret}` };
    const reply = await fetch(`${world.baseUrl}/files`, { method: 'POST', headers, body: form });
    expect([reply.status, await reply.json()]).toMatchObject([400, { error: { code: 'gateway/would_persist' } }]);
    expect(world.model.requests.length).toBe(sent);
  });

  test.each([
    ['previous_response_id', { previous_response_id: 'resp_1' }],
    ['conversation', { conversation: 'conv_1' }],
    ['background', { background: true }],
    ['store', { store: true }],
  ])('a response with %s', async (_what, members) => {
    expect(await post({ model: 'small', input: 'x', ...members }, {}, 'responses')).toMatchObject({
      status: 400,
      code: 'gateway/would_persist',
    });
  });
});

describe('an upstream that misbehaves', () => {
  test.each([
    ['refuses our key', { kind: 'status', status: 401 }, 502, 'gateway/upstream_refused'],
    [
      'rejects the request',
      { kind: 'status', status: 422, body: '{"error":{"message":"SECRET"}}' },
      400,
      'gateway/upstream_rejected',
    ],
    ['is busy', { kind: 'status', status: 429, headers: { 'retry-after': '7' } }, 429, 'gateway/upstream_busy'],
    ['fails', { kind: 'status', status: 500, body: 'SECRET' }, 502, 'gateway/upstream_failed'],
    ['redirects', { kind: 'redirect', location: 'http://169.254.169.254/' }, 502, 'gateway/upstream_redirected'],
    ['answers in HTML', { kind: 'html' }, 502, 'gateway/bad_reply'],
    ['hangs up', { kind: 'drop' }, 502, 'gateway/upstream_unavailable'],
  ] as const)('and %s is told in our words, with how it ended in the log', async (_what, behaviour, status, code) => {
    const mine = await makeKey(world.server);
    world.model.behave(behaviour);
    const reply = await ask(world, mine, 'chat/completions', chat('x'));
    expect([reply.status, reply.code]).toEqual([status, code]);
    expect(reply.text).not.toContain('SECRET');
    expect(reply.headers.get('retry-after')).toBe(status === 429 ? '7' : null);
    expect(await entriesOf(mine.id, 'gateway.completed')).toMatchObject([
      { action: 'gateway.relayed', outcome: 'begun' },
      { action: 'gateway.completed', outcome: 'failed', decision: { reason: code } },
    ]);
  });
});

describe('a client that leaves', () => {
  test('stops a stream at the upstream, and the log says that it left', async () => {
    const mine = await makeKey(world.server);
    world.model.behave({ kind: 'events', count: Infinity, eventBytes: 1_000 });
    const abandoned = world.model.nextAbandoned();
    const controller = new AbortController();
    const response = await fetch(`${world.baseUrl}/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${mine.secret}`, 'content-type': 'application/json' },
      body: JSON.stringify(chat('x', { stream: true })),
      signal: controller.signal,
    });
    await response.body?.getReader().read();
    controller.abort();
    await abandoned;
    const entries = await entriesOf(mine.id, 'gateway.completed');
    expect(entries.at(-1)).toMatchObject({ outcome: 'failed', decision: { reason: 'gateway/client_left' } });
  });

  test('stops one that has not begun to answer, and what was sent counts all the same', async () => {
    const mine = await makeKey(world.server);
    world.model.behave({ kind: 'hang' });
    const [arrived, abandoned] = [world.model.nextRequest(), world.model.nextAbandoned()];
    const controller = new AbortController();
    const asking = fetch(`${world.baseUrl}/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${mine.secret}`, 'content-type': 'application/json' },
      body: JSON.stringify(chat('x'.repeat(4_000))),
      signal: controller.signal,
    });
    await arrived;
    controller.abort();
    await expect(asking).rejects.toThrow();
    await abandoned;
    const entries = await entriesOf(mine.id, 'gateway.completed');
    expect(entries.at(-1)?.counts?.['inputTokensGuessed']).toBeGreaterThan(1_000);
    expect((await limit(mine.id, { tokensPerDay: 1_000 })).status).toBe(204);
    world.model.behave(WELL);
    expect((await ask(world, mine, 'chat/completions', chat('x'))).code).toBe('gateway/budget_spent');
  });

  test('while it does not read gets no more than fits in between', async () => {
    world.model.behave({ kind: 'events', count: 100_000, eventBytes: 10_000 });
    const [arrived, abandoned] = [world.model.nextRequest(), world.model.nextAbandoned()];
    const { hostname, port, pathname } = new URL(`${world.baseUrl}/chat/completions`);
    const request = httpRequest({
      hostname,
      port,
      path: pathname,
      method: 'POST',
      headers: { authorization: `Bearer ${key.secret}`, 'content-type': 'application/json' },
    });
    const response = await new Promise<NodeJS.ReadableStream>((resolve, reject) => {
      request
        .once('response', resolve)
        .once('error', reject)
        .end(JSON.stringify(chat('x', { stream: true })));
    });
    await arrived;
    response.pause();
    request.destroy();
    // A gigabyte would have been taken, and the upstream been done.
    await abandoned;
  });
});

describe('a key', () => {
  test('is needed: a stranger, a session and a key for something else get nothing, and nothing is sent', async () => {
    const sent = world.model.requests.length;
    const narrow = await makeKey(world.server, { scopes: ['ask'] });
    const stranger = await ask(world, { secret: `sr_${'x'.repeat(43)}` }, 'chat/completions', chat('x'));
    expect([stranger.status, stranger.code]).toEqual([401, 'identity/bad_token']);
    expect(stranger.headers.get('www-authenticate')).toBe('Bearer');
    const nobody = await fetch(`${world.baseUrl}/models`);
    expect([nobody.status, await nobody.json()]).toMatchObject([401, { error: { code: 'http/sign_in_needed' } }]);
    const other = await ask(world, narrow, 'chat/completions', chat('x'));
    expect([other.status, other.code]).toEqual([403, 'http/forbidden']);
    expect(world.model.requests.length).toBe(sent);
  });

  test('for the gateway opens nothing else', async () => {
    for (const path of ['sources', 'people', 'gateway/calls', 'ledger'])
      expect((await call(world.server, 'GET', path, undefined, { token: key.secret })).status).toBe(
        path === 'sources' ? 200 : 403,
      );
    const { status } = await call(world.server, 'POST', 'ask', { question: 'x' }, { token: key.secret });
    expect(status).toBe(403);
  });

  test('may use the models that are named for it, and no other', async () => {
    const mine = await makeKey(world.server);
    await limit(mine.id, { models: ['large', 'vendor/model:8b'] });
    expect((await ask(world, mine, 'chat/completions', { ...chat('x'), model: 'vendor/model:8b' })).status).toBe(200);
    expect(await ask(world, mine, 'chat/completions', chat('x'))).toMatchObject({ code: 'gateway/unknown_model' });
    expect(JSON.parse((await ask(world, mine, 'models')).text)).toMatchObject({
      data: [{ id: 'large' }, { id: 'vendor/model:8b' }],
    });
    expect((await ask(world, mine, `models/${encodeURIComponent('vendor/model:8b')}`)).status).toBe(200);
    await limit(mine.id, { models: null });
    expect((await ask(world, mine, 'chat/completions', chat('x'))).status).toBe(200);
  });

  test('that sends too often is told when to come again, and the log is not filled with it', async () => {
    const mine = await makeKey(world.server);
    await limit(mine.id, { requestsPerMinute: 0 });
    const reply = await ask(world, mine, 'chat/completions', chat('x'));
    expect([reply.status, reply.code]).toEqual([429, 'gateway/rate_limited']);
    expect(Number(reply.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(Number(reply.headers.get('retry-after'))).toBeLessThanOrEqual(60);
    expect(await ledger(world.server, { session: mine.id })).toEqual([]);
    // Others are not held up by it.
    expect((await post(chat('x'))).status).toBe(200);
  });

  test('counts whatever it asks, so that no refusal fills the audit log, and nothing is read of what comes too often', async () => {
    const mine = await makeKey(world.server);
    await limit(mine.id, { requestsPerMinute: 5 });
    const before = await ledgerPosition(world.server);
    const refused = async () => [
      (await ask(world, mine, 'files')).code,
      (await ask(world, mine, 'models/large')).code,
      (await ask(world, mine, 'chat/completions', chat('x'), { te: 'trailers' })).code,
      (await ask(world, mine, 'chat/completions', chat('x'), { 'content-type': 'text/plain' })).code,
      (await ask(world, mine, 'chat/completions', '{')).code,
    ];
    const told = await refused();
    expect(told).not.toContain('gateway/rate_limited');
    expect(await refused()).toEqual(Array(5).fill('gateway/rate_limited'));
    expect(await refusedSince(before)).toHaveLength(5);
    // The end of this body never comes.
    const answer = await raw(
      `POST /v1/chat/completions HTTP/1.1\r\nHost: ${new URL(world.baseUrl).host}\r\nAuthorization: Bearer ${mine.secret}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{`,
    );
    expect(answer).toMatch(/^HTTP\/1.1 429 /);
  });

  test('has a budget of tokens, and so has the person of all keys', async () => {
    const ann = 'ann@example.org';
    await call(world.server, 'POST', 'people', { email: ann });
    const [first, second] = [
      await makeKey(world.server, { person: ann }),
      await makeKey(world.server, { person: ann }),
    ];
    await limit(first.id, { tokensPerDay: 12 });
    expect((await ask(world, first, 'chat/completions', chat('x'))).status).toBe(200);
    const spent = await ask(world, first, 'chat/completions', chat('x'));
    expect([spent.status, spent.code, JSON.parse(spent.text)]).toMatchObject([
      429,
      'gateway/budget_spent',
      { error: { type: 'insufficient_quota' } },
    ]);
    expect(Number(spent.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await ask(world, second, 'chat/completions', chat('x'))).status).toBe(200);
    const { status } = await call(world.server, 'PUT', `gateway/people/${ann}`, { tokensPerMonth: 24 });
    expect(status).toBe(204);
    expect(await ask(world, second, 'chat/completions', chat('x'))).toMatchObject({
      status: 429,
      code: 'gateway/budget_spent',
    });
    await limit(first.id, { tokensPerDay: null });
    expect(await ask(world, first, 'chat/completions', chat('x'))).toMatchObject({ code: 'gateway/budget_spent' });
  });

  test('is limited by who manages tokens, and by nobody else', async () => {
    const viewer = await makeKey(world.server, { scopes: [], person: 'ann@example.org' });
    for (const [path, body] of [
      [`gateway/keys/${key.id}`, { tokensPerDay: 1 }],
      ['gateway/people/ann@example.org', { tokensPerDay: null }],
    ] as const)
      expect(await call(world.server, 'PUT', path, body, { token: viewer.secret })).toMatchObject({
        status: 403,
        body: { code: 'http/forbidden' },
      });
    for (const id of ['01900000-0000-7000-8000-000000000000'])
      expect(await limit(id, { tokensPerDay: 1 })).toMatchObject({
        status: 404,
        body: { code: 'gateway/key_not_found' },
      });
    expect(await call(world.server, 'PUT', 'gateway/people/nobody@example.org', { tokensPerDay: 1 })).toMatchObject({
      status: 404,
      body: { code: 'gateway/person_not_found' },
    });
  });

  test('goes with the person whose it is, and so do its limits and counts, also of a call that was still running', async () => {
    const eve = 'eve@example.org';
    await call(world.server, 'POST', 'people', { email: eve });
    const hers = await makeKey(world.server, { person: eve });
    await limit(hers.id, { requestsPerMinute: 100 });
    expect((await ask(world, hers, 'chat/completions', chat('x'))).status).toBe(200);
    world.model.behave({ kind: 'events', count: Infinity, eventBytes: 1_000 });
    const arrived = world.model.nextRequest();
    const asking = ask(world, hers, 'chat/completions', chat('x', { stream: true }));
    await arrived;
    expect((await call(world.server, 'DELETE', `people/${eve}`)).status).toBe(204);
    expect((await asking).text).toContain('http/session_ended');
    await entriesOf(hers.id, 'gateway.completed');
    const { body } = await call(world.server, 'GET', 'gateway');
    expect(JSON.stringify(body)).not.toContain(hers.id);
  });

  test('that is revoked stops what it streams', async () => {
    const mine = await makeKey(world.server);
    world.model.behave({ kind: 'events', count: Infinity, eventBytes: 1_000 });
    const abandoned = world.model.nextAbandoned();
    const arrived = world.model.nextRequest();
    const asking = ask(world, mine, 'chat/completions', chat('x', { stream: true }));
    await arrived;
    expect((await call(world.server, 'DELETE', `tokens/${mine.id}`)).status).toBe(204);
    await abandoned;
    const { text } = await asking;
    expect(text).toMatch(/data: \{"error":\{[^}]*"code":"http\/session_ended"/);
    expect((await ask(world, mine, 'models')).status).toBe(401);
  });
});

test('the audit log has each call before it leaves and how it ended, with counts and without a word', async () => {
  const mine = await makeKey(world.server);
  const { headers } = await ask(world, mine, 'chat/completions', chat('a word of a prompt'));
  const host = new URL(world.model.url).host;
  const entries = await entriesOf(mine.id, 'gateway.completed');
  expect(entries).toMatchObject([
    {
      id: headers.get('strongroom-receipt'),
      action: 'gateway.relayed',
      session: mine.id,
      resource: `small at ${host}`,
      outcome: 'begun',
      counts: { calls: 1 },
    },
    {
      action: 'gateway.completed',
      session: mine.id,
      resource: `small at ${host}`,
      outcome: 'done',
      counts: { calls: 1, statusClass: 2, inputTokens: 7, outputTokens: 5, durationMs: expect.any(Number) },
    },
  ]);
  expect(JSON.stringify(entries)).not.toMatch(/word|Danube/);
});
