import { mkdtemp, rm } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadClusterSecret } from '@strongroom/keyring';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Asker, type AuditEvent, auditContext } from '#contracts';
import type { Vault } from '#vault';
import { startTestDatabase, type TestDatabase } from '../../platform/database/test-database.ts';
import { makeTestVault, testVaultMigrations } from '../vault/make-test-vault.ts';
import { type Canaries, createCanaries, migrations } from './index.ts';

let nowMs = Date.parse('2026-01-01T00:00:00Z');
const clock = { now: () => new Date(nowMs) };
let folder: string;
let started: TestDatabase;
let vault: Vault;
let asker: Asker;
let canaries: Canaries;
let events: AuditEvent[];
let keysAreAway = false;
let logged: object[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'strongroom-canaries-'));
  await loadClusterSecret(folder);
  started = await startTestDatabase([...testVaultMigrations, ...migrations]);
  ({ vault } = makeTestVault({ database: started.database, folder, clock, births: 'unrecorded' }));
});
afterAll(async () => {
  await started[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(() => {
  asker = { workspaceId: randomUUID(), personId: randomUUID(), email: 'ada@example.org' } as Asker;
  [events, logged, keysAreAway] = [[], [], false];
  canaries = newServer();
});

/** One more server of the same database. */
function newServer(): Canaries {
  return createCanaries({
    database: started.database,
    sealer: {
      ...vault,
      openMany: (...asked) => (keysAreAway ? Promise.reject(new Error('away')) : vault.openMany(...asked)),
    },
    audit: {
      append: async (_, event) => {
        events.push(event);
        return { entryId: '', at: '' };
      },
    },
    clock,
    log: { error: (details) => void logged.push(details) },
  });
}

const pass = (bytes: string, at: Canaries = canaries) => at.scan.pass(auditContext(asker), 'model', bytes);
const refusal = { code: 'canaries/blocked', status: 403 };

describe('what leaves', () => {
  test('is stopped when it holds a planted token, told in the audit log and the server’s, and counted', async () => {
    const { token } = await canaries.plant(asker, 'payroll');
    await pass('nothing of the kind');
    expect(events).toEqual([]);
    const error = await pass(`select '${token}'`).catch((reason: unknown) => reason);
    expect(error).toMatchObject(refusal);
    expect(events).toEqual([
      {
        action: 'canaries.found',
        resource: 'payroll',
        decision: { allowed: false, reason: 'door model' },
        outcome: 'refused',
      },
    ]);
    expect(await canaries.list(asker.workspaceId)).toMatchObject([
      { name: 'payroll', found: 1, foundAt: clock.now().toISOString() },
    ]);
    // Nobody learns the token, or which it was, from a refusal; nor does a log keep what was on its way.
    expect(JSON.stringify([error, logged, events])).not.toContain(token);
    expect(String(error)).not.toContain('payroll');
  });

  test('has given away no part of a token when it is stopped in the middle of a stream', async () => {
    const { token } = await canaries.plant(asker, 'log');
    const lines = Array.from({ length: 2_000 }, (_, at) => `entry ${at}\n`);
    async function* leaving() {
      yield* lines;
      for (const digit of token) yield digit;
      yield* lines;
    }
    let left = '';
    const read = async () => {
      for await (const chunk of canaries.scan.stream(auditContext(asker), 'log export', leaving()))
        left += Buffer.from(chunk).toString();
    };
    await expect(read()).rejects.toMatchObject(refusal);
    expect(left.length).toBeGreaterThan(1_000);
    expect(lines.join('')).toContain(left);
    expect(events.at(-1)).toMatchObject({ decision: { reason: 'door log export' } });
  });

  test('leaves whole and unchanged when nothing is in it', async () => {
    await canaries.plant(asker, 'quiet');
    const lines = Array.from({ length: 3_000 }, (_, at) => `entry ${at} ü\n`);
    async function* leaving() {
      yield* lines;
    }
    const left: Uint8Array[] = [];
    for await (const chunk of canaries.scan.stream(auditContext(asker), 'log export', leaving())) left.push(chunk);
    expect(Buffer.concat(left).toString()).toBe(lines.join(''));
  });

  test('is not compared with what another workspace has planted', async () => {
    const { token } = await canaries.plant(asker, 'theirs');
    asker = { ...asker, workspaceId: randomUUID() };
    await pass(token);
  });

  test('stays when nobody knows what is planted', async () => {
    await canaries.plant(asker, 'payroll');
    keysAreAway = true;
    await expect(pass('anything')).rejects.toThrow('away');
    keysAreAway = false;
    await pass('anything');
  });
});

describe('a canary', () => {
  test('is looked for at once on this server, and within a second on another; not when it was removed', async () => {
    const other = newServer();
    await pass('', other);
    const { token } = await canaries.plant(asker, 'payroll');
    await expect(pass(token)).rejects.toMatchObject(refusal);
    nowMs += 1_000;
    await expect(pass(token, other)).rejects.toMatchObject(refusal);
    await canaries.remove(asker, 'payroll');
    await pass(token);
    expect(await canaries.list(asker.workspaceId)).toEqual([]);
    await expect(canaries.remove(asker, 'payroll')).rejects.toMatchObject({ code: 'canaries/not_found' });
  });

  test('has a name of its own, and there are no more than a hundred', async () => {
    await canaries.plant(asker, 'one');
    await expect(canaries.plant(asker, 'one')).rejects.toMatchObject({ code: 'canaries/name_taken' });
    for (let at = 1; at < 100; at += 1) await canaries.plant(asker, `more-${at}`);
    await expect(canaries.plant(asker, 'last')).rejects.toMatchObject({ code: 'canaries/too_many' });
  });

  test('lies sealed: its token is in no column', async () => {
    const { token } = await canaries.plant(asker, 'payroll');
    const rows = await started.database.withWorkspace(asker.workspaceId, (within) =>
      within.selectFrom('canaries').selectAll().execute(),
    );
    const stored = Buffer.concat(rows.map(({ sealed }) => sealed)).toString('latin1') + JSON.stringify(rows);
    expect(stored).not.toContain(token);
    expect(stored).not.toContain(Buffer.from(token, 'hex').toString('latin1'));
  });
});
