import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { rootFolder, type RunningServer, startPostgres, startServer, type TestPostgres } from '@strongroom/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { call, ledgerPosition, ledgerSince } from './support/calls.ts';
import { addShop, ENDLESS, type Shop, startShop } from './support/shop.ts';

let shop: Shop;
let server: RunningServer;
/** Of the same home and database. */
let other: RunningServer;
let database: TestPostgres;

beforeAll(async () => {
  [shop, database] = await Promise.all([startShop(), startPostgres({ tcp: true })]);
  await database.run("create role operator login createrole password 'operator'");
  await database.run('create database strongroom owner operator');
  const url = database.url({ user: 'operator', password: 'operator', database: 'strongroom' });
  const env = { STRONGROOM_SAMPLE: 'off', STRONGROOM_DATABASE_URL: url };
  server = await startServer({ env });
  await addShop(server, shop.url);
  other = await startServer({ env, home: server.home });
});
afterAll(async () => {
  await other[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
  await Promise.all([shop[Symbol.asyncDispose](), database.stop()]);
});

// The later server has made `admin.token` anew.
const token = () => ({ token: other.adminToken });

async function open(): Promise<string> {
  const { status, body } = await call(server, 'POST', 'leases', undefined, token());
  expect([status, body]).toEqual([200, { lease: expect.any(String), renewedForMs: 15_000 }]);
  return String(body['lease']);
}

const lapsed = { status: 410, body: { code: 'query/lease_lapsed' } };
const ask = (lease: string, sql = ENDLESS) => call(server, 'POST', 'sources/shop/query', { sql, lease }, token());

test('what is asked with a lease ends when another server is told that nobody is there, and only the query is in the log', async () => {
  const before = await ledgerPosition(other);
  const lease = await open();
  const asked = ask(lease);
  await shop.untilRunning();
  expect(await call(other, 'PUT', `leases/${lease}`)).toEqual({
    status: 200,
    body: { renewedForMs: 15_000, drop: [] },
  });
  expect((await call(other, 'DELETE', `leases/${lease}`)).status).toBe(204);
  expect(await asked).toMatchObject(lapsed);
  await shop.untilQuiet();
  expect((await ledgerSince(other, before)).map(({ action, decision }) => [action, decision?.reason])).toEqual([
    ['query.released', 'granted'],
    ['query.completed', 'query/lease_lapsed'],
  ]);
});

test('a lease that is over opens nothing, whichever way it is asked', async () => {
  const lease = await open();
  await call(server, 'DELETE', `leases/${lease}`, undefined, token());
  for (const method of ['PUT', 'DELETE'])
    expect(await call(server, method, `leases/${lease}`, undefined, token())).toMatchObject(lapsed);
  const asked: [string, object][] = [
    ['sources/shop/query', { sql: 'select 1' }],
    ['questions', { sql: 'select 1', source: 'shop' }],
    ['ask', { question: 'How many items are there?' }],
  ];
  for (const [path, body] of asked)
    expect([path, await call(server, 'POST', path, { ...body, lease }, token())]).toEqual([
      path,
      expect.objectContaining({ status: 410, body: expect.objectContaining(lapsed.body) }),
    ]);
  const { body } = await call(server, 'GET', 'questions?limit=1', undefined, token());
  const [question] = body['questions'] as { id: string }[];
  expect(await call(server, 'POST', `questions/${question?.id}:run`, { lease }, token())).toMatchObject(lapsed);
});

test.each([
  'x',
  "'; drop table query_leases; --",
  '%00',
  '..%2f..',
  'ÿ'.repeat(40),
  '00000000-0000-0000-0000-00000000000g',
])('what can be no lease is refused as such: %s', async (lease) => {
  const reply = await call(
    server,
    'PUT',
    `leases/${lease.includes('%') ? lease : encodeURIComponent(lease)}`,
    {},
    token(),
  );
  expect(reply.status).toBeGreaterThanOrEqual(400);
  expect(reply.status).toBeLessThan(500);
});

describe('the command line', () => {
  function start(args: readonly string[]): ChildProcess {
    return spawn(process.execPath, [join(rootFolder, 'apps/cli/src/main.ts'), ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'] ?? '', STRONGROOM_URL: server.url, STRONGROOM_TOKEN: other.adminToken ?? '' },
    });
  }

  test('loses its query in the source while it is stopped, and says so when it goes on', async () => {
    const child = start(['query', ENDLESS, '--source', 'shop']);
    const said = text(child.stderr!);
    await shop.untilRunning();
    child.kill('SIGSTOP');
    await shop.untilQuiet();
    child.kill('SIGCONT');
    const [code] = (await once(child, 'close')) as [number];
    expect([code, await said]).toEqual([1, expect.stringMatching(/^query\/lease_lapsed: /)]);
  });

  test('keeps it for longer than a lease lives, and ends it with itself', async () => {
    const beats: string[] = [];
    const child = start(['query', ENDLESS, '--source', 'shop']);
    await shop.untilRunning();
    // Four heartbeats are more than one lease.
    await expect
      .poll(
        async () => {
          await using client = await database.connect({ ...database.superuser, database: 'strongroom' });
          const { rows } = await client.query<{ at: string }>(
            'select expires_at::text as at from strongroom.query_leases where expires_at > now()',
          );
          for (const { at } of rows) if (!beats.includes(at)) beats.push(at);
          return beats.length;
        },
        { timeout: 60_000, interval: 500 },
      )
      .toBeGreaterThan(4);
    expect(await shop.running()).toBe(1);
    child.kill('SIGTERM');
    await shop.untilQuiet();
  });
});
