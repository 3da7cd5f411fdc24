import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCli, temporaryFolder, type TemporaryFolder } from '@strongroom/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { call, ledger } from './support/calls.ts';
import { type ApiKey, ask, chat, type GatewayWorld, makeKey, startGateway } from './support/gateway.ts';
import { scanFolder } from './support/scan-folder.ts';
import { until } from './support/until.ts';

/** Planted where a caller or an upstream can say something; none may be found anywhere afterwards. */
const CANARIES = {
  prompt: 'canary-prompt-4b1e',
  reply: 'canary-reply-9c2d',
  model: 'canary-model-77aa',
  request: 'canary-request-31f0',
  metadata: 'canary-metadata-c4c4',
  user: 'canary-user-1d1d',
  tool: 'canary-tool-2b2b',
  header: 'canary-header-5e5e',
  error: 'canary-error-8f8f',
  path: 'canary-path-6a6a',
  member: 'canary-member-0d0d',
} as const;
const ALL = Object.values(CANARIES);

let folder: TemporaryFolder;
let home: string;
let world: GatewayWorld;
let key: ApiKey;

beforeAll(async () => {
  folder = await temporaryFolder('gateway');
  home = join(folder.path, 'home');
  const temp = join(folder.path, 'temp');
  await Promise.all([mkdir(home), mkdir(temp)]);
  world = await startGateway({ STRONGROOM_LOG: 'debug', TMPDIR: temp }, home);
  key = await makeKey(world.server);
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

const HEADERS = {
  'x-request-id': CANARIES.request,
  'x-client-request-id': CANARIES.request,
  'openai-organization': CANARIES.header,
  'user-agent': CANARIES.header,
  'idempotency-key': CANARIES.header,
};
const BODY = chat(CANARIES.prompt, {
  metadata: { topic: CANARIES.metadata },
  user: CANARIES.user,
  tools: [{ type: 'function', function: { name: CANARIES.tool } }],
});

/** Every way by which a word of a caller or an upstream could come to stay. */
async function sayAll(): Promise<void> {
  const post = (path: string, body: unknown) => ask(world, key, path, body, HEADERS);
  world.model.behave({ kind: 'openai', content: CANARIES.reply });
  for (const stream of [false, true]) {
    expect((await post('chat/completions', { ...BODY, stream })).status).toBe(200);
    const said = await post('chat/completions', { ...chat(CANARIES.prompt), stream });
    expect(said.text.replaceAll(/"[^"]*"content":"/g, '')).toContain('canary-');
    expect(
      (await post('responses', { model: 'small', input: CANARIES.prompt, instructions: CANARIES.tool, stream })).status,
    ).toBe(200);
  }
  expect((await post('embeddings', { model: 'small', input: CANARIES.prompt, user: CANARIES.user })).status).toBe(200);

  const refused = [
    await post('chat/completions', { ...BODY, model: CANARIES.model }),
    await post('chat/completions', { ...BODY, store: true }),
    await post('chat/completions', `{"${CANARIES.member}":1,"${CANARIES.member}":2}`),
    await post('chat/completions', `{"${CANARIES.member}":`),
    await post('responses', { model: 'small', input: 'x', previous_response_id: CANARIES.member }),
    await post(`files/${CANARIES.path}`, BODY),
    await ask(world, key, `models/${CANARIES.model}`),
    await ask(world, key, `responses/${CANARIES.path}?include=${CANARIES.path}`),
    await ask(world, key, CANARIES.path),
    await ask(world, { secret: CANARIES.header }, 'models'),
  ];
  for (const behaviour of [
    {
      kind: 'status',
      status: 400,
      body: JSON.stringify({ error: { message: `${CANARIES.error} ${CANARIES.prompt}` } }),
    },
    { kind: 'status', status: 429, headers: { 'retry-after': CANARIES.error, 'x-ratelimit-reset': CANARIES.error } },
    { kind: 'status', status: 500, body: CANARIES.error },
    { kind: 'redirect', location: `http://127.0.0.1:1/${CANARIES.error}` },
    { kind: 'raw', contentType: `text/${CANARIES.error}`, body: CANARIES.error },
  ] as const) {
    world.model.behave(behaviour);
    refused.push(await post('chat/completions', BODY));
  }
  for (const { status, text, headers } of refused) {
    expect(status).toBeGreaterThanOrEqual(400);
    const seen = text + JSON.stringify([...headers]);
    for (const canary of ALL) expect(seen).not.toContain(canary);
  }
  for (const ending of ['drop', 'hang'] as const) {
    world.model.behave({
      kind: 'broken-events',
      events: [`data: ${CANARIES.reply}\n\n`, `data: ${CANARIES.reply}`],
      ending,
    });
    if (ending === 'drop') await post('chat/completions', { ...BODY, stream: true });
    else await leave();
  }
}

/** Reads the first bytes of a stream, and goes. */
async function leave(): Promise<void> {
  const controller = new AbortController();
  const abandoned = world.model.nextAbandoned();
  const response = await fetch(`${world.baseUrl}/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key.secret}`, 'content-type': 'application/json', ...HEADERS },
    body: JSON.stringify({ ...BODY, stream: true }),
    signal: controller.signal,
  });
  await response.body?.getReader().read();
  controller.abort();
  await abandoned;
}

async function found(): Promise<string[]> {
  const { stdout, stderr } = world.server.output();
  return [
    ...(await scanFolder(home, ALL)),
    ...(await scanFolder(join(folder.path, 'temp'), ALL)),
    ...ALL.filter((canary) => (stdout + stderr).includes(canary)).map((canary) => `${canary} in the log`),
  ];
}

test('of prompts, replies and whatever else a caller or an upstream says nothing is on a disk, in a log, a metric or an error', async () => {
  await sayAll();
  const metrics = await (await fetch(`${world.server.url}/metrics`)).text();
  expect(metrics).toContain('gateway.relay-chat');
  // How calls ended is written once a second.
  await until('the last call is in the audit log', async () =>
    (await ledger(world.server)).some(({ action }) => action === 'gateway.completed'),
  );
  const exported = await (await world.server.call('GET', 'ledger/export')).text();
  const plain = await (await world.server.call('GET', 'ledger/export-plain')).text();
  expect(plain).toContain('gateway.completed');
  const view = await (await world.server.call('GET', 'gateway')).text();
  for (const canary of ALL)
    for (const [where, text] of Object.entries({ metrics, exported, plain, view }))
      expect([where, canary, text.includes(canary)]).toEqual([where, canary, false]);
  // What is on its way to the disk is there when it has stopped.
  await world.server.stop();
  expect(await found()).toEqual([]);
  // Where there is one it is found.
  await writeFile(join(folder.path, 'temp', 'planted'), CANARIES.prompt);
  expect(await found()).toEqual([`${CANARIES.prompt} in planted`]);
  await world[Symbol.asyncDispose]();
  world = await startGateway({}, home);
});

describe('keeping, which the holder of a key turned on', () => {
  const keep = (id: string, days: number | null, token?: string) =>
    call(world.server, 'PUT', `gateway/keys/${id}/retention`, { days }, token === undefined ? {} : { token });
  const calls = async (token?: string) =>
    (await call(world.server, 'GET', 'gateway/calls', undefined, token === undefined ? {} : { token })).body[
      'calls'
    ] as {
      id: string;
      request: string;
      reply: string;
    }[];
  let mine: ApiKey;
  beforeAll(async () => {
    mine = await makeKey(world.server);
    world.model.behave({ kind: 'openai', content: 'a reply that is kept' });
  });

  test('is off, and each reply says so', async () => {
    const { headers } = await ask(world, mine, 'chat/completions', chat('not kept'));
    expect(headers.get('strongroom-retention')).toBe('none');
    expect(await calls()).toEqual([]);
  });

  test('is announced to everybody who uses the key, also in a refusal and a list', async () => {
    expect((await keep(mine.id, 7)).status).toBe(204);
    for (const reply of [
      await ask(world, mine, 'models'),
      await ask(world, mine, 'chat/completions', '{'),
      await ask(world, mine, 'chat/completions', chat('this is kept')),
    ])
      expect(reply.headers.get('strongroom-retention')).toBe('7 days');
  });

  test('lies sealed, opens for the holder and goes when they delete it', async () => {
    await ask(world, mine, 'chat/completions', chat('and so is this', { stream: true }));
    await until('both are kept', async () => (await calls()).length === 2);
    const [streamed, whole] = await calls();
    expect([streamed?.request, whole?.request]).toEqual([
      JSON.stringify(chat('and so is this', { stream: true })),
      JSON.stringify(chat('this is kept')),
    ]);
    expect(streamed?.reply).toContain('"content":"kept"');
    expect(JSON.parse(whole?.reply ?? '')).toMatchObject({
      choices: [{ message: { content: 'a reply that is kept' } }],
    });
    await world.server.call('GET', 'ledger/export');
    expect(await scanFolder(home, ['this is kept', 'a reply that is kept'])).toEqual([]);

    expect((await call(world.server, 'DELETE', `gateway/calls/${whole?.id}`)).status).toBe(204);
    expect((await call(world.server, 'GET', `gateway/calls/${whole?.id}`)).body).toMatchObject({
      code: 'gateway/call_not_found',
    });
    expect((await call(world.server, 'DELETE', 'gateway/calls')).body).toEqual({ removed: 1 });
    expect(await calls()).toEqual([]);
    const entries = await ledger(world.server, { action: 'gateway.calls_deleted' });
    expect(entries.map(({ outcome, counts }) => [outcome, counts])).toEqual([
      ['begun', { calls: 1 }],
      ['done', { calls: 1 }],
      ['begun', { calls: 1 }],
      ['done', { calls: 1 }],
    ]);
  });

  test('stops when it is turned off', async () => {
    await keep(mine.id, null);
    const { headers } = await ask(world, mine, 'chat/completions', chat('not kept any more'));
    expect(headers.get('strongroom-retention')).toBe('none');
    expect(await calls()).toEqual([]);
  });

  test('is nobody else’s to turn on, read or delete, an admin’s neither', async () => {
    await call(world.server, 'POST', 'people', { email: 'ann@example.org' });
    const access = await makeKey(world.server, { person: 'ann@example.org', scopes: [] });
    const hers = await makeKey(world.server, { person: 'ann@example.org' });
    expect(await keep(hers.id, 7)).toMatchObject({ status: 404, body: { code: 'gateway/key_not_found' } });
    // Made for her by somebody else, it opens nothing that is hers alone.
    expect(await keep(hers.id, 7, access.secret)).toMatchObject({ status: 403 });
    expect(await call(world.server, 'GET', 'gateway/calls', undefined, { token: access.secret })).toMatchObject({
      status: 403,
    });
    expect(await keep('01900000-0000-7000-8000-000000000000', 7)).toMatchObject({
      status: 404,
      body: { code: 'gateway/key_not_found' },
    });
  });
});

test('a scripter sees limits and use, sets them, and turns keeping on and off', async () => {
  const strongroom = async (...args: string[]) => {
    const { code, stdout, stderr } = await runCli(['gateway', ...args], { env: { STRONGROOM_HOME: home } });
    expect({ args, code, stderr }).toEqual({ args, code: 0, stderr: expect.any(String) });
    return stdout;
  };
  const mine = await makeKey(world.server);
  await strongroom(
    'limit',
    mine.id,
    '--model',
    'small',
    '--model',
    'large',
    '--per-minute',
    '100',
    '--tokens-per-day',
    '5000',
  );
  await strongroom('limit-person', 'admin@localhost', '--tokens-per-month', '1000000');
  await strongroom('keep', mine.id, '--days', '3');
  await ask(world, mine, 'chat/completions', chat('kept for a scripter'));
  await until('it is kept', async () => (await strongroom('calls', 'list', '--json')).includes('kept for a scripter'));
  const shown = JSON.parse(await strongroom('show', '--json')) as { limits: object[]; usage: object[] };
  expect(shown.limits).toContainEqual(
    expect.objectContaining({
      id: mine.id,
      models: ['small', 'large'],
      requestsPerMinute: 100,
      tokensPerDay: 5000,
      keepDays: 3,
    }),
  );
  expect(shown.usage).toContainEqual(
    expect.objectContaining({ key: mine.id, requests: 1, inputTokens: 7, outputTokens: 5 }),
  );
  expect(await strongroom('show')).toContain(mine.id);
  await strongroom('keep', mine.id, '--off');
  await strongroom('limit', mine.id, '--default-model', '--per-minute', 'none', '--tokens-per-day', 'none');
  await strongroom('calls', 'forget', '--all');
  expect(JSON.parse(await strongroom('calls', 'list', '--json'))).toEqual({ calls: [] });
});
