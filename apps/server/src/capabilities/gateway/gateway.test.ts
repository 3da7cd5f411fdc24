import { mkdtemp, rm } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadClusterSecret } from '@strongroom/keyring';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Asker, AuditContext, AuditEvent } from '#contracts';
import type { Vault } from '#vault';
import { startTestDatabase, type TestDatabase } from '../../platform/database/test-database.ts';
import { makeTestVault, testVaultMigrations } from '../vault/make-test-vault.ts';
import { gatewayHolder } from './data-holder.ts';
import { type CallKeeper, createCallKeeper } from './keep-call.ts';
import { createKeys, type Key, type Keys } from './keys.ts';
import { migrations } from './migrations.ts';
import { saveLimits, selectUsageOf } from './store.ts';
import { createUsageCounter, type UsageCounter } from './usage.ts';

let nowMs = Date.parse('2026-03-30T23:59:00Z');
const clock = { now: () => new Date(nowMs) };
let folder: string;
let started: TestDatabase;
let vault: Vault;
let asker: Asker & { tokenId: string };
let appended: { context: AuditContext; event: AuditEvent }[] = [];
const audit = {
  append: async (context: AuditContext, event: AuditEvent) => {
    appended.push({ context, event });
    return { entryId: 'e', at: '' };
  },
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'strongroom-gateway-'));
  await loadClusterSecret(folder);
  started = await startTestDatabase([...testVaultMigrations, ...migrations]);
  ({ vault } = makeTestVault({ database: started.database, folder, clock }));
});
afterAll(async () => {
  await started[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(() => {
  appended = [];
  nowMs = Date.parse('2026-03-30T23:59:00Z');
  asker = {
    workspaceId: randomUUID(),
    personId: randomUUID(),
    email: 'ada@example.org',
    name: 'Ada',
    role: 'viewer',
    teams: [],
    sessionId: null,
    tokenId: randomUUID(),
    own: true,
    address: null,
    requestId: 'r',
  };
});

/** One server of perhaps several on the database. */
function startServer(): { keys: Keys; usage: UsageCounter; find(): Promise<Key> } {
  const { database } = started;
  const keys = createKeys({ database, clock, model: 'small' });
  const needs = { database, audit, clock, upstream: () => 'host', flushed: keys.forget };
  const usage = createUsageCounter({
    ...needs,
    onUnwritten: (error) => {
      throw error;
    },
  });
  const find = () => keys.find(asker.workspaceId, { keyId: asker.tokenId, personId: asker.personId });
  return { keys, usage, find };
}

const END = { model: 'small', guessed: false, durationMs: 5, statusClass: 2, reason: null } as const;
const limit = (kind: 'key' | 'person', limits: Parameters<typeof saveLimits>[3]) =>
  started.database.withWorkspace(asker.workspaceId, (within) =>
    saveLimits(within, asker.workspaceId, { kind, id: kind === 'key' ? asker.tokenId : asker.personId }, limits),
  );

describe('budgets', () => {
  test('count what this server used at once, what others used soon, and what was used before a start', async () => {
    await limit('key', { tokensPerDay: 100 });
    const [one, other] = [startServer(), startServer()];
    one.usage.add(asker, await one.find(), { ...END, input: 60, output: 30 });
    one.usage.refuseSpent(await one.find());
    one.usage.add(asker, await one.find(), { ...END, input: 5, output: 5 });
    const spent = await one.find();
    expect(() => one.usage.refuseSpent(spent)).toThrow(expect.objectContaining({ code: 'gateway/budget_spent' }));
    await one.usage.close();
    nowMs += 1_000;
    const key = await other.find();
    expect(key.spent.key).toEqual({ day: 100, month: 100 });
    expect(() => other.usage.refuseSpent(key)).toThrow(
      expect.objectContaining({ status: 429, members: { retryAfterSeconds: 59 } }),
    );
    await other.usage.close();
    const restarted = startServer();
    const found = await restarted.find();
    expect(() => restarted.usage.refuseSpent(found)).toThrow();
    // The next day is another, the month is the same.
    nowMs += 60_000;
    restarted.usage.refuseSpent(await restarted.find());
    await limit('person', { tokensPerMonth: 100 });
    nowMs += 2_000;
    const nextDay = await restarted.find();
    expect(() => restarted.usage.refuseSpent(nextDay)).toThrow('tokens of this person for the month');
    await restarted.usage.close();
  });

  test('are of a key and its person, and of nobody else', async () => {
    const { usage, find } = startServer();
    usage.add(asker, await find(), { ...END, input: 1_000, output: 0 });
    await usage.flush();
    asker = { ...asker, personId: randomUUID(), tokenId: randomUUID() };
    await limit('key', { tokensPerDay: 1 });
    await limit('person', { tokensPerDay: 1 });
    usage.refuseSpent(await find());
    await usage.close();
  });
});

test('of who is removed nothing is counted any more: not what was still to be written, nor a call that ends later', async () => {
  const { usage, find } = startServer();
  const key = await find();
  usage.add(asker, key, { ...END, input: 1, output: 1 });
  await usage.forgetPerson(asker.personId);
  usage.add(asker, key, { ...END, input: 2, output: 2 });
  await usage.close();
  expect(
    await started.database.withWorkspace(asker.workspaceId, (within) => selectUsageOf(within, asker.personId)),
  ).toEqual([]);
  // That it was is in the audit log all the same.
  expect(appended.map(({ event }) => event.counts?.['calls'])).toEqual([2]);
});

test('how calls ended is one entry for those that ended alike, with sums; of one alone it names the request', async () => {
  const { usage, find } = startServer();
  const key = await find();
  for (const input of [1, 2]) usage.add(asker, key, { ...END, input, output: 10 });
  usage.add(asker, key, { ...END, input: 0, output: 0, statusClass: 5, reason: 'gateway/upstream_failed' });
  await usage.close();
  expect(
    appended.map(({ context, event }) => [context.requestId, event.outcome, event.decision.reason, event.counts]),
  ).toEqual([
    [
      null,
      'done',
      'permission gateway',
      { calls: 2, statusClass: 2, inputTokens: 3, outputTokens: 20, durationMs: 10 },
    ],
    [
      'r',
      'failed',
      'gateway/upstream_failed',
      { calls: 1, statusClass: 5, inputTokens: 0, outputTokens: 0, durationMs: 5 },
    ],
  ]);
  const [row] = await started.database.withWorkspace(asker.workspaceId, (within) =>
    selectUsageOf(within, asker.personId),
  );
  expect(row).toMatchObject({ model: 'small', day: '2026-03-30', requests: '3', failures: '1', inputTokens: '3' });
});

describe('a kept call', () => {
  const reply = { bytes: Buffer.from('said'), whole: true };
  const request = Buffer.from('asked');
  let keeper: CallKeeper;
  beforeEach(() => {
    keeper = createCallKeeper({ database: started.database, sealer: vault, audit, clock });
    // Expiry is by the clock of the database too.
    nowMs = Date.now();
  });
  const keep = async (keepDays: number | null, size = 1) => {
    const key = { ...(await startServer().find()), keepDays };
    for (let at = 0; at < size; at += 1)
      await keeper.keep(asker, key, { path: 'chat/completions', model: 'small', request, reply });
  };

  test('is kept only where keeping is on', async () => {
    await keep(null);
    expect(await keeper.list(asker, 10)).toEqual([]);
  });

  test('opens for its person, and is not there for another', async () => {
    await keep(1);
    const [call] = await keeper.list(asker, 10);
    expect(call).toMatchObject({ request: 'asked', reply: 'said', whole: true, key: asker.tokenId });
    const other = { ...asker, personId: randomUUID() };
    expect(await keeper.list(other, 10)).toEqual([]);
    for (const work of [keeper.show, keeper.remove])
      await expect(work(other, call?.id ?? '')).rejects.toMatchObject({ code: 'gateway/call_not_found' });
  });

  test('that is too long is cut, and says so', async () => {
    const key = { ...(await startServer().find()), keepDays: 1 };
    const long = Buffer.alloc(2 * 1024 * 1024, 'x');
    await keeper.keep(asker, key, { path: 'chat/completions', model: 'small', request: long, reply });
    const [call] = await keeper.list(asker, 10);
    expect([call?.whole, call?.request.length]).toEqual([false, 1024 * 1024]);
  });

  test('is exported with its person, each of them, and those of nobody else', async () => {
    await keep(1, 3);
    const holder = gatewayHolder({ database: started.database, keeper, forgetPerson: async () => {} });
    const [gone] = await keeper.idsOf(asker);
    const exported = async () => {
      const table = holder.exportPerson?.(asker).find(({ name }) => name === 'gateway-calls');
      const rows: unknown[] = [];
      for await (const row of table?.rows() ?? []) rows.push(row);
      return rows;
    };
    expect(await exported()).toEqual(Array(3).fill(expect.objectContaining({ request: 'asked', reply: 'said' })));
    await vault.destroy(asker.workspaceId, [gone ?? '']);
    expect(await exported()).toHaveLength(2);
    asker = { ...asker, personId: randomUUID() };
    expect(await exported()).toEqual([]);
  });

  test('is gone when its days are over: key first, then the row, of everybody', async () => {
    nowMs -= 2 * 86_400_000;
    await keep(1, 2);
    const ids = await keeper.idsOf(asker);
    expect(ids).toHaveLength(2);
    nowMs = Date.now();
    expect(await keeper.list(asker, 10)).toEqual([]);
    await keeper.sweep(asker.workspaceId);
    expect(await keeper.idsOf(asker)).toEqual([]);
    await expect(vault.open(asker.workspaceId, ids[0] ?? '', new Uint8Array(100))).rejects.toMatchObject({
      code: 'vault/key_destroyed',
    });
  });

  test('of somebody who is removed goes, also one that was just being kept', async () => {
    await keep(1, 2);
    await keeper.forgetPerson(asker);
    expect(await keeper.idsOf(asker)).toEqual([]);
    await keep(1);
    expect(await keeper.idsOf(asker)).toEqual([]);
    expect(appended.map(({ event }) => [event.action, event.counts])).toContainEqual([
      'gateway.calls_deleted',
      { calls: 2 },
    ]);
  });
});
