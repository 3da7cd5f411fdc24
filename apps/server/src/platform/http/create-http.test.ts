import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { verb } from '#contracts';
import type { Asker, AuditContext, AuditEvent } from '#contracts';
import { Secret } from '#config';
import { createLog } from '#platform/log';
import { ProblemError } from '@strongroom/protocol';
import { createHttp } from './create-http.ts';
import type { Http, HttpOptions } from './create-http.ts';
import type { EndedAccess } from './running-calls.ts';

const WORKSPACE = '0197a000-0000-7000-8000-00000000000a';
const asker = (sessionId: string | null): Asker => ({
  workspaceId: WORKSPACE,
  personId: 'p',
  email: 'ada@example.com',
  name: 'Ada',
  role: 'viewer',
  teams: [],
  sessionId,
  tokenId: sessionId === null ? 't' : null,
  own: true,
  address: null,
  requestId: 'r',
});

let entries: { context: AuditContext; event: AuditEvent }[] = [];
/** How many more entries the audit log takes. */
let auditRoom = Infinity;
let endSession: (ended: EndedAccess) => void = () => {};
let handled = 0;
let entriesBeforeAct = 0;
let seenSignal: AbortSignal | null = null;
const waiting = Promise.withResolvers<void>();

const verbs = [
  verb({
    name: 'notes.read',
    method: 'GET',
    path: '/notes/{id}',
    summary: 'read',
    permission: 'signed-in',
    audit: null,
    input: z.object({ params: z.object({ id: z.string() }) }),
    output: z.object({ id: z.string() }),
    resource: (input) => input.params.id,
    handle: async ({ input }) => {
      if (input.params.id === 'hidden') throw new ProblemError('notes/not_found', 404, 'there is no such note');
      if (input.params.id === 'altered')
        throw new ProblemError('vault/unreadable', 500, 'the sealed bytes were altered');
      if (input.params.id === 'old') throw new ProblemError('notes/too_old', 409, 'the note is too old');
      return { id: input.params.id, hidden: 'never' };
    },
  }),
  verb({
    name: 'notes.search',
    method: 'POST',
    path: '/notes:search',
    summary: 'search',
    permission: 'ask',
    audit: null,
    auditsItself: true,
    input: z.object({}),
    output: null,
    handle: async ({ reply }) => reply.code(403).send({ code: 'notes/denied' }),
  }),
  verb({
    name: 'notes.refresh',
    method: 'POST',
    path: '/notes/{id}:refresh',
    summary: 'refresh',
    permission: 'ask',
    audit: 'notes.refreshed',
    input: z.object({ params: z.object({ id: z.string() }) }),
    output: z.object({ id: z.string() }),
    resource: (input) => input.params.id,
    handle: async ({ input }) => {
      handled += 1;
      entriesBeforeAct = entries.length;
      if (input.params.id === 'taken') throw new ProblemError('notes/taken', 409, 'somebody refreshes it already');
      return { id: input.params.id };
    },
  }),
  verb({
    name: 'notes.add',
    method: 'POST',
    path: '/notes',
    summary: 'add',
    permission: 'ask',
    audit: 'notes.added',
    input: z.object({ body: z.object({ text: z.string().max(10) }) }),
    output: z.object({ text: z.string() }),
    handle: async ({ input }) => {
      handled += 1;
      return input.body;
    },
  }),
  verb({
    name: 'notes.fail',
    method: 'POST',
    path: '/fail',
    summary: 'fail',
    permission: 'ask',
    audit: 'notes.failed',
    input: z.object({}),
    output: null,
    handle: async () => {
      throw new Error('a row value: Timbuktu');
    },
  }),
  verb({
    name: 'notes.manage',
    method: 'POST',
    path: '/manage',
    summary: 'manage',
    permission: 'workspace.manage',
    audit: 'notes.managed',
    input: z.object({}),
    output: null,
    handle: async () => {
      handled += 1;
    },
  }),
  verb({
    name: 'notes.wait',
    method: 'GET',
    path: '/wait',
    summary: 'wait',
    permission: 'signed-in',
    audit: null,
    input: z.object({}),
    output: null,
    handle: ({ signal }) => {
      seenSignal = signal;
      waiting.resolve();
      return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('stopped'))));
    },
  }),
  verb({
    name: 'notes.upload',
    method: 'POST',
    path: '/upload',
    summary: 'upload',
    permission: 'ask',
    audit: 'notes.uploaded',
    takesBytes: { headers: {} },
    bodyBytesMax: 1000,
    input: z.object({}),
    output: z.object({ sizeBytes: z.int() }),
    handle: async ({ request }) => {
      let sizeBytes = 0;
      for await (const chunk of request.body as AsyncIterable<Buffer>) sizeBytes += chunk.length;
      return { sizeBytes };
    },
  }),
  verb({
    name: 'notes.guess',
    method: 'POST',
    path: '/guess',
    summary: 'guess',
    permission: 'public',
    audit: null,
    ratePerMinuteMax: 3,
    input: z.object({}),
    output: z.object({}),
    handle: async () => ({}),
  }),
];

const lines: string[] = [];
const options = (webFolder: string): HttpOptions => ({
  config: { host: '127.0.0.1', port: 0, publicUrl: null, tls: null, issuer: null },
  tlsKey: null,
  identity: {
    workspaceId: WORKSPACE,
    authenticate: async (request) => {
      if (request.headers.authorization === 'Bearer good') return asker(null);
      if (request.headers.authorization === 'Bearer of somebody else') return { ...asker(null), personId: 'q' };
      if (request.headers.authorization !== undefined)
        throw new ProblemError('identity/bad_token', 401, 'the token is not valid');
      return request.cookies['strongroom'] === 'good' ? asker('s1') : null;
    },
    onSessionEnded: (listener) => {
      endSession = listener;
    },
  },
  access: { allows: (_asker, permission) => permission !== 'workspace.manage' },
  audit: {
    append: async (context, event) => {
      if (entries.length >= auditRoom)
        throw new ProblemError('ledger/unavailable', 503, 'the audit log can not be written');
      entries.push({ context, event });
      return { entryId: 'e', at: '' };
    },
  },
  log: createLog({ level: 'info', stream: { write: (line) => void lines.push(line) } }),
  verbs,
  rootVerbs: [],
  mounts: [],
  readiness: { database: async () => {} },
  webFolder,
  version: '0',
});

let folder: string;
let http: Http;
let origin: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'strongroom-http-'));
  await mkdir(path.join(folder, 'assets'));
  await writeFile(path.join(folder, 'index.html'), '<style nonce="__CSP_NONCE__"></style>');
  await writeFile(path.join(folder, 'assets', 'a-1234.js'), 'x'.repeat(2000));
  await writeFile(path.join(folder, 'assets', 'a-1234.js.br'), 'compressed');
  http = await createHttp(options(folder));
  origin = await http.listen();
});
afterAll(async () => {
  await http.stop();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(() => {
  entries = [];
  handled = 0;
  auditRoom = Infinity;
});

const bearer = { authorization: 'Bearer good' };
const call = async (address: string, init: RequestInit = {}) => {
  const response = await fetch(origin + address, init);
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text.startsWith('{') ? JSON.parse(text) : text };
};
const raw = (headers: Record<string, string>, method = 'GET', address = '/api/v1/notes/1') =>
  new Promise<number>((resolve, reject) => {
    const url = new URL(origin + address);
    httpRequest({ host: url.hostname, port: url.port, path: url.pathname, method, headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });

describe('the gate', () => {
  test('a stranger gets 401 and nothing runs', async () => {
    const { status, body } = await call('/api/v1/notes', { method: 'POST', body: '{' });
    expect([status, body.code, handled]).toEqual([401, 'http/sign_in_needed', 0]);
  });

  test('a wrong token is refused and written to the audit log', async () => {
    const { status } = await call('/api/v1/notes/1', { headers: { authorization: 'Bearer bad' } });
    expect(status).toBe(401);
    expect(entries.map(({ context, event }) => [context.actor.kind, event.action, event.decision.reason])).toEqual([
      ['anonymous', 'notes.refused', 'identity/bad_token'],
    ]);
  });

  test('what the role does not grant is refused, audited and does not run', async () => {
    const { status, body } = await call('/api/v1/manage', { method: 'POST', headers: bearer });
    expect([status, body.code, body.permission, handled]).toEqual([403, 'http/forbidden', 'workspace.manage', 0]);
    expect(entries.map(({ event }) => [event.action, event.outcome, event.decision.allowed])).toEqual([
      ['notes.managed', 'refused', false],
    ]);
  });

  test('an action that can not be audited does not happen', async () => {
    auditRoom = 0;
    const { status, body } = await call('/api/v1/notes/7:refresh', { method: 'POST', headers: bearer });
    expect([status, body.code, handled]).toEqual([503, 'ledger/unavailable', 0]);
  });

  const told = () => entries.map(({ event }) => [event.action, event.resource, event.decision.reason, event.outcome]);

  test('an act is in the audit log as begun before it happens, and as done only after', async () => {
    const { body } = await call('/api/v1/notes/7:refresh', { method: 'POST', headers: bearer });
    expect(body).toEqual({ id: '7' });
    expect(entriesBeforeAct).toBe(1);
    expect(told()).toEqual([
      ['notes.refreshed', '7', 'permission ask', 'begun'],
      ['notes.refreshed', '7', 'permission ask', 'done'],
    ]);
  });

  test('an act that fails is nowhere said to be done, and its entries name what it was tried on', async () => {
    expect((await call('/api/v1/notes/taken:refresh', { method: 'POST', headers: bearer })).status).toBe(409);
    expect(told()).toEqual([
      ['notes.refreshed', 'taken', 'permission ask', 'begun'],
      ['notes.refreshed', 'taken', 'notes/taken', 'refused'],
    ]);
  });

  test('an act that was done stays answered as done when its second entry can not be written', async () => {
    auditRoom = 1;
    const { status } = await call('/api/v1/notes/7:refresh', { method: 'POST', headers: bearer });
    expect([status, entries.map(({ event }) => event.outcome)]).toEqual([200, ['begun']]);
  });

  test('every entry of a token names the token as its session', async () => {
    await call('/api/v1/notes/7:refresh', { method: 'POST', headers: bearer });
    await call('/api/v1/manage', { method: 'POST', headers: bearer });
    expect(entries.map(({ context }) => context.sessionId)).toEqual(['t', 't', 't']);
  });

  test('a read that is refused leaves an entry; one that merely fails does not', async () => {
    expect((await call('/api/v1/notes/hidden', { headers: bearer })).status).toBe(404);
    expect((await call('/api/v1/notes/old', { headers: bearer })).status).toBe(409);
    expect(told()).toEqual([['notes.refused', 'hidden', 'notes/not_found', 'refused']]);
  });

  test('a read that comes upon sealed bytes that were altered leaves an entry', async () => {
    expect((await call('/api/v1/notes/altered', { headers: bearer })).status).toBe(500);
    expect(told()).toEqual([['notes.refused', 'altered', 'vault/unreadable', 'failed']]);
  });

  test('a verb that writes its own entries gets no second one for what it refused itself', async () => {
    expect((await call('/api/v1/notes:search', { method: 'POST', headers: bearer })).status).toBe(403);
    expect(entries).toEqual([]);
  });

  test('an answer says no more than its schema', async () => {
    expect((await call('/api/v1/notes/a.b%3Ac', { headers: bearer })).body).toEqual({ id: 'a.b:c' });
  });

  test('an unexpected failure is audited, and neither answered nor logged with its text', async () => {
    const { status, body } = await call('/api/v1/fail', { method: 'POST', headers: bearer });
    expect([status, body.code]).toEqual([500, 'http/internal']);
    expect(entries.map(({ event }) => event.outcome)).toEqual(['begun', 'failed']);
    expect(lines.join('')).not.toContain('Timbuktu');
    expect(JSON.stringify(body)).not.toContain('Timbuktu');
  });

  test('signing out stops what the session runs', async () => {
    const answer = fetch(`${origin}/api/v1/wait`, { headers: { cookie: 'strongroom=good' } });
    await waiting.promise;
    endSession({ sessionId: 'other' });
    expect(seenSignal?.aborted).toBe(false);
    endSession({ sessionId: 's1' });
    expect((await answer).status).toBe(401);
  });

  test('a client that leaves stops what it runs', async () => {
    seenSignal = null;
    const leaving = new AbortController();
    const answer = fetch(`${origin}/api/v1/wait`, { headers: bearer, signal: leaving.signal }).catch(() => 'left');
    await expect.poll(() => seenSignal).not.toBeNull();
    leaving.abort();
    expect(await answer).toBe('left');
    await expect.poll(() => seenSignal?.aborted).toBe(true);
  });

  test.each([
    ['its token is over', { authenticate: async () => null }, {}],
    ['its role is taken away', {}, { allows: () => false }],
  ])('a call that goes on ends once %s, without anybody saying so', async (_, identity, access) => {
    const own = options(folder);
    seenSignal = null;
    const changed = () => seenSignal !== null;
    await using stack = new AsyncDisposableStack();
    const other = await createHttp({
      ...own,
      lookAgainMs: 10,
      identity: {
        ...own.identity,
        onSessionEnded: () => {},
        authenticate: (request) => (changed() ? { ...own.identity, ...identity } : own.identity).authenticate(request),
      },
      access: { allows: (...asked) => (changed() ? { ...own.access, ...access } : own.access).allows(...asked) },
    });
    stack.defer(() => other.stop());
    const answer = await fetch(`${await other.listen()}/api/v1/wait`, { headers: bearer });
    expect([answer.status, await answer.json()]).toEqual([
      401,
      expect.objectContaining({ code: 'http/session_ended' }),
    ]);
  });
});

describe('bad input', () => {
  const post = (body: string | Uint8Array<ArrayBuffer>, type = 'application/json') =>
    call('/api/v1/notes', { method: 'POST', headers: { ...bearer, 'content-type': type }, body });
  test.each([
    ['broken JSON', '{"text":', 'http/bad_json', 400],
    ['broken UTF-8', new Uint8Array([0x22, 0xff, 0x22]), 'http/bad_utf8', 400],
    ['a NUL byte', '{"text":"a\\u0000b"}', 'http/bad_input', 400],
    ['a wrong member', '{"text":1}', 'http/bad_input', 400],
    ['no body', '', 'http/bad_input', 400],
    ['too much', JSON.stringify({ text: 'x'.repeat(300_000) }), 'http/too_large', 413],
  ])('%s gets a 4xx with a code, an audit entry, and changes nothing', async (_what, body, code, status) => {
    const answer = await post(body);
    expect([answer.status, answer.body.code, handled]).toEqual([status, code, 0]);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(entries.map(({ event }) => [event.action, event.outcome, event.decision.reason])).toEqual([
      ['notes.added', 'refused', code],
    ]);
  });

  test('another kind of content gets 415', async () => {
    expect((await post('text', 'text/plain')).body.code).toBe('http/unsupported_media_type');
  });

  test('a stream longer than the verb takes is cut, with or without a length', async () => {
    const upload = (body: string | ReadableStream) =>
      call('/api/v1/upload', {
        method: 'POST',
        headers: { ...bearer, 'content-type': 'application/octet-stream' },
        body,
        duplex: 'half',
      });
    expect((await upload('x'.repeat(900))).body).toEqual({ sizeBytes: 900 });
    expect(
      (
        await call('/api/v1/upload', {
          method: 'POST',
          headers: { ...bearer, 'content-type': 'application/json' },
          body: 'not JSON',
        })
      ).body,
    ).toEqual({ sizeBytes: 8 });
    expect((await upload('x'.repeat(2000))).body.code).toBe('http/too_large');
    expect((await upload(new Blob(['x'.repeat(2000)]).stream())).body.code).toBe('http/too_large');
  });

  test('an unknown address gets a problem document', async () => {
    expect((await call('/api/v1/nothing', { headers: bearer })).body).toMatchObject({
      code: 'http/not_found',
      status: 404,
    });
    expect((await call('/assets/none.js')).status).toBe(404);
  });

  test('what is not HTTP gets 400', async () => {
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(Number(new URL(origin).port), '127.0.0.1', () =>
        socket.write('\u0016\u0003nonsense\r\n\r\n'),
      );
      socket.once('data', (data) => resolve(data.toString()));
    });
    expect(answer).toMatch(/^HTTP\/1.1 400/);
  });

  test('who signed in is slowed down by who they are, from whatever address', async () => {
    const base = options(folder);
    const slow = await createHttp({
      ...base,
      config: { ...base.config, publicUrl: 'http://127.0.0.1' },
      ratePerMinuteMax: 3,
    });
    const read = async (remoteAddress: string, token: string) => {
      const headers = { authorization: `Bearer ${token}`, host: '127.0.0.1' };
      const { statusCode, body } = await slow.app.inject({ url: '/api/v1/notes/1', remoteAddress, headers });
      return statusCode === 200 ? 200 : (JSON.parse(body) as { code: string }).code;
    };
    const codes = [];
    for (const address of ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4']) codes.push(await read(address, 'good'));
    expect(codes).toEqual([200, 200, 200, 'http/too_many_requests']);
    expect(await read('10.0.0.5', 'of somebody else')).toBe(200);
    expect(entries).toEqual([]);
    await slow.stop();
  });

  test('guessing is slowed down', async () => {
    const statuses = [];
    for (let time = 0; time < 4; time += 1) statuses.push((await call('/api/v1/guess', { method: 'POST' })).status);
    expect(statuses).toEqual([200, 200, 200, 429]);
  });
});

describe('other sites', () => {
  const cookie = 'strongroom=good';
  const host = () => new URL(origin).host;
  test.each([
    ['without our header', { 'sec-fetch-site': 'same-origin' }, 403],
    ['from another site', { 'sec-fetch-site': 'cross-site', 'x-strongroom': '1' }, 403],
    ['from another port of this machine', { 'sec-fetch-site': 'same-site', 'x-strongroom': '1' }, 403],
    ['of another origin', { origin: 'http://127.0.0.1:1', 'x-strongroom': '1' }, 403],
    ['without any origin', { 'x-strongroom': '1' }, 403],
    ['of our own page', { 'sec-fetch-site': 'same-origin', 'x-strongroom': '1' }, 200],
  ])('a change signed by a cookie %s gets %s', async (_what, headers, status) => {
    expect(await raw({ host: host(), cookie, ...headers }, 'POST', '/api/v1/notes/7:refresh')).toBe(status);
    expect(handled).toBe(status === 200 ? 1 : 0);
  });

  test('reading across sites with a cookie is refused', async () => {
    expect(await raw({ host: host(), cookie, 'sec-fetch-site': 'same-site' })).toBe(403);
  });

  test('another host name is refused, so that no foreign name can be pointed at us', async () => {
    expect(await raw({ host: 'evil.example', ...bearer })).toBe(421);
    expect(await raw({ host: host(), ...bearer })).toBe(200);
  });
});

describe('pages', () => {
  test('each page has its own nonce, and no inline script may run', async () => {
    const [first, second] = await Promise.all([call('/ask'), call('/')]);
    const nonce = /nonce-([^']+)'/.exec(first.headers.get('content-security-policy') ?? '')?.[1];
    expect(first.body).toBe(`<style nonce="${nonce}"></style>`);
    expect(second.body).not.toBe(first.body);
    expect(first.headers.get('content-security-policy')).toContain("script-src 'self';");
    expect(first.headers.get('cross-origin-opener-policy')).toBe('same-origin');
  });

  test('files with a hash in the name are kept for ever and sent compressed', async () => {
    const response = await fetch(`${origin}/assets/a-1234.js`, { headers: { 'accept-encoding': 'identity' } });
    expect(response.headers.get('cache-control')).toContain('immutable');
    const size = await new Promise((resolve) =>
      httpRequest(`${origin}/assets/a-1234.js`, { headers: { 'accept-encoding': 'br' } }, (answer) =>
        resolve(answer.headers['content-encoding']),
      ).end(),
    );
    expect(size).toBe('br');
  });

  test('figures are for this machine: under another name or passed on by a proxy they need a sign-in', async () => {
    const host = new URL(origin).host;
    expect(await raw({ host: 'evil.example' }, 'GET', '/metrics')).toBe(421);
    expect(await raw({ host, 'x-forwarded-for': '203.0.113.9' }, 'GET', '/metrics')).toBe(401);
    expect(await raw({ host: '10.0.0.1' }, 'GET', '/healthz')).toBe(200);
    expect(await raw({ host }, 'GET', '/metrics')).toBe(200);
  });

  test('health, readiness, metrics and the OpenAPI document answer without signing in', async () => {
    expect((await call('/healthz')).body).toEqual({ status: 'ok' });
    expect((await call('/readyz')).body).toEqual({ status: 'ready', failing: [] });
    expect((await call('/metrics')).body).toContain('strongroom_http_request_duration_seconds');
    const { paths } = (await call('/api/v1/openapi.json')).body;
    expect(Object.keys(paths)).toContain('/api/v1/notes/{id}:refresh');
  });
});

test('with TLS: HSTS, nothing older than 1.2, and plain HTTP on the same port is redirected', async () => {
  const key = path.join(folder, 'key.pem');
  const certificate = path.join(folder, 'cert.pem');
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-keyout',
      key,
      '-out',
      certificate,
      '-subj',
      '/CN=localhost',
      '-days',
      '1',
    ],
    { stdio: 'ignore' },
  );
  const base = options(folder);
  const secure = await createHttp({
    ...base,
    config: { ...base.config, tls: { certificate: await readFile(certificate, 'utf8') } },
    tlsKey: new Secret(await readFile(key, 'utf8')),
  });
  const address = new URL(await secure.listen());
  const get = (maxVersion?: 'TLSv1.1') =>
    new Promise<{ hsts: string | string[] | undefined }>((resolve, reject) => {
      const tls = maxVersion === undefined ? {} : { maxVersion, minVersion: maxVersion };
      httpsRequest(
        { host: '127.0.0.1', port: address.port, path: '/healthz', rejectUnauthorized: false, agent: false, ...tls },
        (response) => {
          response.resume();
          resolve({ hsts: response.headers['strict-transport-security'] });
        },
      )
        .on('error', reject)
        .end();
    });
  expect((await get()).hsts).toContain('max-age=31536000');
  await expect(get('TLSv1.1')).rejects.toThrow();
  const redirect = await fetch(`http://127.0.0.1:${address.port}/ask`, { redirect: 'manual' });
  expect([redirect.status, redirect.headers.get('location')]).toEqual([308, `${address.origin}/ask`]);
  await secure.stop();
});

test('a taken port is one line that says which', async () => {
  const base = options(folder);
  const second = await createHttp({ ...base, config: { ...base.config, port: Number(new URL(origin).port) } });
  await expect(second.listen()).rejects.toMatchObject({ code: 'http/port_taken' });
  await second.stop();
});
