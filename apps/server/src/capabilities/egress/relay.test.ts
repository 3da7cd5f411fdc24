import { type FakeModelBehaviour, startFakeModel } from '@strongroom/testkit';
import type { EgressSettings } from '@strongroom/protocol';
import { afterEach, describe, expect, test } from 'vitest';
import { Secret } from '#config';
import type { Asker, AuditEvent, OutboundScan } from '#contracts';
import { nothingPlanted } from '../../contracts/test-outbound-scan.ts';
import { createRelay, type Relay, RELAY_LIMITS, type RelayCall, type RelayEnd, type RelayLimits } from './relay.ts';

const asker: Asker = {
  workspaceId: 'w',
  personId: 'p',
  email: 'ada@example.org',
  name: 'Ada',
  role: 'viewer',
  teams: [],
  sessionId: null,
  tokenId: 't',
  own: true,
  address: null,
  requestId: 'r',
};

let relay: Relay | null = null;
let entries: AuditEvent[] = [];
let appended: Promise<void> = Promise.resolve();
afterEach(async () => {
  await relay?.close();
  relay = null;
  entries = [];
  appended = Promise.resolve();
});

type Members = {
  readonly pass?: OutboundScan['pass'];
  readonly networks?: readonly string[];
  readonly wanted?: Pick<EgressSettings, 'useModel' | 'region'>;
  readonly region?: string;
};
const ANY: Pick<EgressSettings, 'useModel' | 'region'> = { useModel: true, region: null };

function open(
  url: string,
  limits: Partial<RelayLimits> = {},
  { pass, networks = [], wanted = ANY, region }: Members = {},
): Relay {
  relay = createRelay({
    endpoint: { url, model: 'small', key: new Secret('our key'), region: region ?? null, networks },
    settings: { get: async () => wanted },
    clock: { now: () => new Date() },
    scan: { ...nothingPlanted, ...(pass === undefined ? {} : { pass }) },
    audit: {
      append: async (_context, event) => {
        await appended;
        entries.push(event);
        return { entryId: 'e', at: '' };
      },
    },
    limits: { ...RELAY_LIMITS, ...limits },
  });
  return relay;
}

const call = (members: Partial<RelayCall> = {}): RelayCall => ({
  path: 'chat/completions',
  model: 'small',
  body: Buffer.from('{"model":"small"}'),
  streamed: false,
  signal: new AbortController().signal,
  ...members,
});

type Seen = { readonly end: RelayEnd; readonly kind: string | null; readonly text: string };

async function send(through: Relay, members: Partial<RelayCall> = {}, onData?: () => void): Promise<Seen> {
  const relayed = await through.open(asker, call(members));
  let kind: string | null = null;
  let text = '';
  const end = await relayed.send({
    begin: (reply) => (kind = reply.kind),
    data: (chunk) => {
      text += chunk.toString();
      onData?.();
      return true;
    },
  });
  return { end, kind, text };
}

describe('a call', () => {
  test('leaves as the bytes it is, with our key and no header of anybody’s, and comes back as it came', async () => {
    await using model = await startFakeModel({ kind: 'openai', content: 'hello' });
    const { end, kind, text } = await send(open(model.url));
    expect([end, kind, JSON.parse(text)]).toEqual([
      { kind: 'done', status: 200 },
      'json',
      expect.objectContaining({ object: 'chat.completion' }),
    ]);
    expect(model.requests).toEqual([
      { path: '/v1/chat/completions', authorization: 'Bearer our key', body: '{"model":"small"}' },
    ]);
    expect(Object.keys(model.requests[0]?.headers ?? {}).toSorted()).toEqual(
      ['accept', 'authorization', 'connection', 'content-length', 'content-type', 'host', 'user-agent'].toSorted(),
    );
  });

  test('leaves only once its audit entry is durable, and not at all when there is none', async () => {
    await using model = await startFakeModel({ kind: 'openai', content: 'hello' });
    const { promise, reject } = Promise.withResolvers<void>();
    appended = promise;
    const opening = open(model.url).open(asker, call());
    reject(new Error('no ledger'));
    await expect(opening).rejects.toThrow('no ledger');
    expect(model.requests).toEqual([]);
  });

  test('that holds what must not leave does not leave, and is not in the log as sent', async () => {
    await using model = await startFakeModel({ kind: 'openai', content: 'hello' });
    const scanned: string[] = [];
    const pass: OutboundScan['pass'] = async (_context, door, bytes) => {
      scanned.push(`${door} ${Buffer.from(bytes).toString()}`);
      throw new Error('a canary');
    };
    const through = open(model.url, {}, { pass });
    await expect(through.open(asker, call())).rejects.toThrow('a canary');
    expect([scanned, entries, model.requests]).toEqual([['gateway {"model":"small"}'], [], []]);
  });

  test.each([
    ['egress/region_refused', { useModel: true, region: 'eu' }, 'us'],
    ['egress/region_refused', { useModel: true, region: 'eu' }, undefined],
    ['egress/no_endpoint', { useModel: false, region: null }, 'eu'],
  ] as const)(
    'of a workspace that does not want it there is refused before a byte leaves: %s',
    async (code, wanted, region) => {
      await using model = await startFakeModel({ kind: 'openai', content: 'hello' });
      const through = open(model.url, {}, { wanted, ...(region === undefined ? {} : { region }) });
      await expect(through.open(asker, call())).rejects.toMatchObject({ code });
      expect([entries, model.requests]).toEqual([[], []]);
    },
  );

  test('is named in the log by its model and upstream alone', async () => {
    await using model = await startFakeModel({ kind: 'openai', content: 'hello' });
    await send(open(model.url));
    expect(entries).toEqual([
      {
        action: 'gateway.relayed',
        resource: `small at ${new URL(model.url).host}`,
        decision: { allowed: true, reason: 'permission gateway' },
        outcome: 'begun',
        counts: { calls: 1 },
      },
    ]);
  });
});

describe('an upstream that misbehaves is classified and not quoted', () => {
  const cases: [string, FakeModelBehaviour, object][] = [
    [
      'refuses',
      { kind: 'status', status: 400, body: '{"error":{"message":"SECRET"}}' },
      { kind: 'status', status: 400 },
    ],
    [
      'is busy',
      { kind: 'status', status: 429, headers: { 'retry-after': '17' } },
      { kind: 'status', status: 429, retryAfterSeconds: 17 },
    ],
    [
      'is busy until a day of its own words',
      { kind: 'status', status: 429, headers: { 'retry-after': 'SECRET' } },
      { kind: 'status', status: 429, retryAfterSeconds: null },
    ],
    ['redirects', { kind: 'redirect', location: 'http://127.0.0.1:1/' }, { kind: 'redirect', status: 307 }],
    ['answers in HTML', { kind: 'html' }, { kind: 'bad-reply', why: 'not JSON' }],
    ['accepts for later', { kind: 'status', status: 202 }, { kind: 'bad-reply', why: 'status 202' }],
    [
      'compresses, which nobody asked for',
      { kind: 'status', status: 200, headers: { 'content-encoding': 'gzip' } },
      { kind: 'bad-reply', why: 'encoded' },
    ],
    [
      'streams, which nobody asked for',
      { kind: 'events', count: 2, eventBytes: 9 },
      { kind: 'bad-reply', why: 'a stream' },
    ],
    ['answers at too great length', { kind: 'huge', bytes: 20_000 }, { kind: 'too-large', bytesMax: 10_000 }],
    ['hangs up', { kind: 'drop' }, { kind: 'unavailable' }],
    ['says nothing', { kind: 'hang' }, { kind: 'late', which: 'beginMs' }],
  ];
  test.each(cases)('that %s', async (_what, behaviour, end) => {
    await using model = await startFakeModel(behaviour);
    const seen = await send(
      open(model.url, { jsonBytesMax: 10_000, ...(behaviour.kind === 'hang' ? { beginMs: 100 } : {}) }),
    );
    expect(seen.end).toMatchObject(end);
    expect(JSON.stringify(seen.end)).not.toContain('SECRET');
    expect(model.requests).toHaveLength(1);
  });

  test('that is not there', async () => {
    const gone = await startFakeModel();
    await gone.stop();
    expect((await send(open(gone.url))).end).toEqual({ kind: 'unavailable', status: 0, why: 'ECONNREFUSED' });
  });

  test('that begins and then says nothing more', async () => {
    await using model = await startFakeModel({ kind: 'broken-events', events: ['data: 1\n\n'], ending: 'hang' });
    const seen = await send(open(model.url, { idleMs: 100 }), { streamed: true });
    expect(seen).toMatchObject({ end: { kind: 'late', which: 'idleMs' }, text: 'data: 1\n\n' });
  });

  test('that begins and then hangs up', async () => {
    await using model = await startFakeModel({ kind: 'broken-events', events: ['data: 1\n\n'], ending: 'drop' });
    expect(await send(open(model.url), { streamed: true })).toMatchObject({
      end: { kind: 'unavailable' },
      kind: 'events',
    });
  });

  test.each([
    ['bytes', { eventBytesMax: 1_000_000 }, { kind: 'too-large', bytesMax: 1_000_000 }],
    ['time', { totalMs: 300 }, { kind: 'late', which: 'totalMs' }],
  ])('that never ends is ended by its %s, and knows', async (_what, limits, end) => {
    await using model = await startFakeModel({ kind: 'events', count: Infinity, eventBytes: 1_000 });
    const abandoned = model.nextAbandoned();
    expect((await send(open(model.url, limits), { streamed: true })).end).toMatchObject(end);
    await abandoned;
  });
});

describe('a caller', () => {
  test('that leaves stops the call at the upstream', async () => {
    await using model = await startFakeModel({ kind: 'events', count: Infinity, eventBytes: 1_000 });
    const controller = new AbortController();
    const abandoned = model.nextAbandoned();
    const { end } = await send(open(model.url), { streamed: true, signal: controller.signal }, () =>
      controller.abort(),
    );
    expect(end).toEqual({ kind: 'aborted', status: 200 });
    await abandoned;
  });

  test('waits for no other, however many the upstream leaves without an answer', async () => {
    await using model = await startFakeModel({ kind: 'hang' });
    const [through, controller] = [open(model.url), new AbortController()];
    const calls = Array.from({ length: 300 }, () => send(through, { signal: controller.signal }));
    while (model.requests.length < calls.length) await model.nextRequest();
    controller.abort();
    expect((await Promise.all(calls)).every(({ end }) => end.kind === 'aborted')).toBe(true);
  });

  test('that has left before is not sent for', async () => {
    await using model = await startFakeModel({ kind: 'openai', content: '' });
    expect((await send(open(model.url), { signal: AbortSignal.abort() })).end).toEqual({ kind: 'aborted', status: 0 });
    expect(model.requests).toEqual([]);
  });

  test('that does not read gets no more sent, and after a time nothing', async () => {
    await using model = await startFakeModel({ kind: 'events', count: Infinity, eventBytes: 1_000 });
    const relayed = await open(model.url, { unreadMs: 200 }).open(asker, call({ streamed: true }));
    let chunks = 0;
    const end = await relayed.send({ begin: () => {}, data: () => (chunks += 1) < 0 });
    expect(end).toMatchObject({ kind: 'late', which: 'unreadMs' });
    // What had arrived with the first.
    expect(chunks).toBeLessThan(5);
  });
});

describe('where an upstream may be', () => {
  test.each([
    'http://8.8.8.8/v1',
    'https://169.254.169.254/v1',
    'https://[fe80::1]/v1',
    'https://0.0.0.0/v1',
    'https://[::ffff:169.254.169.254]/v1',
    'https://[64:ff9b::169.254.169.254]/v1',
    'https://[2002:a9fe:a9fe::1]/v1',
    'https://10.1.2.3@169.254.169.254/v1',
  ])('%s is refused', (url) => {
    expect(() => open(url)).toThrow(expect.objectContaining({ code: 'egress/bad_endpoint' }));
  });

  test('a public name of a place that nobody named is refused when it is looked up', async () => {
    // `localhost` stands for any name that leads inward.
    const { end } = await send(open('https://localhost:1/v1'));
    expect(end).toMatchObject({ kind: 'unavailable', why: 'EREFUSEDADDRESS' });
  });

  test('one that the operator named is not', async () => {
    const { end } = await send(open('https://localhost:1/v1', {}, { networks: ['127.0.0.0/8', '::1/128'] }));
    expect(end).toMatchObject({ kind: 'unavailable', why: 'ECONNREFUSED' });
  });
});
