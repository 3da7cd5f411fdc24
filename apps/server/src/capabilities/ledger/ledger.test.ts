import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadClusterSecret } from '@strongroom/keyring';
import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { AuditContext, AuditEvent } from '#contracts';
import { startTestDatabase, type TestDatabase } from '../../platform/database/test-database.ts';
import { makeTestVault, testVaultMigrations } from '../vault/make-test-vault.ts';
import type { Ledger } from './index.ts';
import { insertEntries } from './append-store.ts';

const clock = { now: () => new Date() };
const log = { error: () => {} };
let folder: string;
let started: TestDatabase;
let owner: pg.Client;
let ledger: Ledger;
let workspaceId: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'strongroom-ledger-'));
  await loadClusterSecret(folder);
  started = await startTestDatabase(testVaultMigrations);
  const { socketFolder, port } = started.address;
  owner = new pg.Client({
    host: socketFolder,
    port,
    user: 'postgres',
    password: 'owner',
    database: 'strongroom',
    options: '-c search_path=strongroom',
  });
  await owner.connect();
  const { database } = started;
  ({ ledger } = makeTestVault({ database, folder, clock, log, births: 'unrecorded' }));
});
afterAll(async () => {
  await owner.end();
  await started[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(() => {
  workspaceId = randomUUID();
});

const personId = '0197a000-0000-7000-8000-00000000aaaa';
const context = (over: Partial<AuditContext> = {}): AuditContext => ({
  workspaceId,
  actor: { kind: 'person', id: personId, name: 'ada@example.org' },
  sessionId: 'session-1',
  address: '192.0.2.7',
  requestId: 'request-1',
  ...over,
});
const event = (over: Partial<AuditEvent> = {}): AuditEvent => ({
  action: 'query.released',
  resource: 'aviation.public.flights',
  decision: { allowed: true, reason: 'granted to team pilots' },
  outcome: 'done',
  counts: { rows: 5 },
  ...over,
});
const positions = async (filter: Partial<Parameters<Ledger['list']>[1]> = {}): Promise<number[]> =>
  (await ledger.list(workspaceId, { limit: 500, ...filter })).entries.map((entry) => entry.position);

describe('append', () => {
  test('what was appended is there, whole, for whoever holds the receipt', async () => {
    const { entryId, at } = await ledger.append(context(), event());
    expect(await ledger.show(workspaceId, entryId)).toEqual({
      id: entryId,
      position: 1,
      state: 'open',
      at,
      actor: { kind: 'person', id: personId, name: 'ada@example.org' },
      session: 'session-1',
      address: '192.0.2.7',
      requestId: 'request-1',
      action: 'query.released',
      resource: 'aviation.public.flights',
      decision: { allowed: true, reason: 'granted to team pilots' },
      outcome: 'done',
      counts: { rows: 5 },
    });
  });

  test('an entry is committed when append resolves', async () => {
    const { entryId } = await ledger.append(context(), event());
    expect((await owner.query('select 1 from ledger_entries where id = $1', [entryId])).rowCount).toBe(1);
  });

  test('an act that was begun and never ended is found as begun', async () => {
    await ledger.append(context(), event({ action: 'sources.removed', outcome: 'begun' }));
    await ledger.append(context({ requestId: 'request-2' }), event({ action: 'sources.removed', outcome: 'begun' }));
    await ledger.append(context({ requestId: 'request-2' }), event({ action: 'sources.removed', outcome: 'done' }));
    expect(await positions({ outcome: 'begun' })).toEqual([2, 1]);
    expect(await positions({ outcome: 'begun', resource: 'aviation' })).toEqual([2, 1]);
  });

  test('entries appended together share few transactions and stand without a gap, in the order they came', async () => {
    const receipts = await Promise.all(Array.from({ length: 2500 }, () => ledger.append(context(), event())));
    const { rows } = await owner.query<{ id: string; position: string; writer: string }>(
      'select id, position, xmin::text as writer from ledger_entries where workspace_id = $1 order by position',
      [workspaceId],
    );
    expect(rows.map((row) => Number(row.position))).toEqual(receipts.map((_, index) => index + 1));
    expect(rows.map((row) => row.id)).toEqual(receipts.map((receipt) => receipt.entryId));
    expect(new Set(rows.map((row) => row.writer)).size).toBeLessThanOrEqual(6);
  });

  test('two servers on one database never use a position twice', async () => {
    const { database } = started;
    const { ledger: other } = makeTestVault({ database, folder, clock, log, births: 'unrecorded' });
    for (let round = 0; round < 5; round += 1) {
      await Promise.all(
        [ledger, other].flatMap((one) => Array.from({ length: 10 }, () => one.append(context(), event()))),
      );
    }
    expect(await positions()).toEqual(Array.from({ length: 100 }, (_, index) => 100 - index));
  });

  test('each workspace counts for itself', async () => {
    await ledger.append(context(), event());
    const second = randomUUID();
    const { entryId } = await ledger.append(context({ workspaceId: second }), event());
    expect((await ledger.show(second, entryId)).position).toBe(1);
  });

  test('when the entry can not be written append refuses, and what comes later leaves no gap', async () => {
    await ledger.append(context(), event());
    await owner.query('revoke insert on ledger_entries from strongroom_app');
    const refused = await Promise.allSettled([ledger.append(context(), event()), ledger.append(context(), event())]);
    await owner.query('grant insert on ledger_entries to strongroom_app');
    for (const result of refused)
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'ledger/unavailable', status: 503 } });
    await ledger.append(context(), event());
    expect(await positions()).toEqual([2, 1]);
  });

  test('a position is not used again when entries were cut off the end', async () => {
    for (let count = 0; count < 3; count += 1) await ledger.append(context(), event());
    await owner.query('delete from ledger_entries where workspace_id = $1 and position > 1', [workspaceId]);
    await ledger.append(context(), event());
    expect(await positions()).toEqual([4, 1]);
  });

  test('control characters, reordering marks and broken text of a request come out harmless', async () => {
    const hostile = 'x\u0000\u001b[2J\r\nfake entry\u202e\u2028\ud800';
    const { entryId } = await ledger.append(
      context({ actor: { kind: 'anonymous', id: null, name: hostile }, requestId: hostile, address: hostile }),
      event({
        resource: hostile.repeat(1000),
        decision: { allowed: false, reason: hostile },
        outcome: 'refused',
        counts: { rows: Number.NaN, [hostile]: 1 },
      }),
    );
    const entry = await ledger.show(workspaceId, entryId);
    expect(JSON.stringify(entry)).not.toMatch(/\\u|\\r|\\n|\p{Cc}|\p{Bidi_Control}|\u2028/u);
    expect(entry.actor?.name).toBe('x\ufffd\ufffd[2J\ufffd\ufffdfake entry\ufffd\ufffd\ufffd');
    expect(entry.resource).toHaveLength(1000);
    expect(Object.values(entry.counts ?? {})).toEqual([1]);
  });
});

describe('the database', () => {
  test.each([
    ['update', sql`update ledger_entries set outcome = 'done'`],
    ['delete', sql`delete from ledger_entries`],
    ['truncate', sql`truncate ledger_entries`],
  ])('our own role can not %s entries', async (_, statement) => {
    await ledger.append(context(), event());
    await expect(
      started.database.withWorkspace(workspaceId, (transaction) => statement.execute(transaction)),
    ).rejects.toMatchObject({ code: '42501' });
    expect(await positions()).toEqual([1]);
  });

  test('a cluster that does not flush commits does so for entries', async () => {
    const setting = await started.database.withWorkspace(workspaceId, async (transaction) => {
      await sql`set local synchronous_commit = off`.execute(transaction);
      await insertEntries(transaction, workspaceId, [
        {
          id: randomUUID(),
          at: new Date().toISOString(),
          action: 'query.released',
          outcome: 'done',
          sealed: Buffer.of(1),
          wrappedKey: Buffer.alloc(40),
          subjects: [],
          commitment: Buffer.alloc(32),
          terms: [],
          fieldsHash: Buffer.alloc(32),
          leafHash: Buffer.alloc(32),
          macAt: () => Buffer.alloc(16),
        },
      ]);
      return (await sql<{ value: string }>`select current_setting('synchronous_commit') as value`.execute(transaction))
        .rows;
    });
    expect(setting).toEqual([{ value: 'on' }]);
  });

  test('holds nothing of an entry in clear but action, outcome and time', async () => {
    const words = [
      'plantedname',
      'plantedsession',
      'plantedaddress',
      'plantedrequest',
      'plantedresource',
      'plantedreason',
      'plantedcount',
    ];
    await ledger.append(
      context({
        actor: { kind: 'person', id: 'plantedname', name: 'plantedname' },
        sessionId: 'plantedsession',
        address: 'plantedaddress',
        requestId: 'plantedrequest',
      }),
      event({
        resource: 'plantedresource',
        decision: { allowed: true, reason: 'plantedreason' },
        counts: { plantedcount: 1 },
      }),
    );
    const { rows } = await owner.query<{ text: string }>(
      'select ledger_entries::text from ledger_entries where workspace_id = $1',
      [workspaceId],
    );
    const text = JSON.stringify(rows).toLowerCase();
    for (const word of words) {
      expect(text).not.toContain(word);
      expect(text).not.toContain(Buffer.from(word).toString('hex'));
    }
  });

  test('the sealed part of one entry does not pass for that of another', async () => {
    const { entryId } = await ledger.append(context(), event());
    await ledger.append(context(), event());
    await owner.query(
      `update ledger_entries one set sealed = two.sealed, wrapped_key = two.wrapped_key, commitment = two.commitment
       from ledger_entries two where one.workspace_id = $1 and two.workspace_id = $1 and one.position = 1 and two.position = 2`,
      [workspaceId],
    );
    expect(await ledger.show(workspaceId, entryId)).toMatchObject({ state: 'altered', actor: null });
  });

  test('no workspace finds entries of another, not even their positions', async () => {
    const { entryId } = await ledger.append(context(), event());
    const { rows } = await owner.query<{ terms: Buffer[] }>('select terms from ledger_entries where id = $1', [
      entryId,
    ]);
    const find = (workspace: string) =>
      started.database.withWorkspace(
        workspace,
        async (transaction) =>
          (
            await sql`select found from strongroom.ledger_find(${rows[0]?.terms}::bytea[], null, null, null, null, null, 0, 10, false, 10)`.execute(
              transaction,
            )
          ).rows,
      );
    expect(await find(workspaceId)).toEqual([{ found: '1' }]);
    expect(await find(randomUUID())).toEqual([]);
    await expect(ledger.show(randomUUID(), entryId)).rejects.toMatchObject({ code: 'ledger/not_found', status: 404 });
  });
});

describe('list', () => {
  beforeEach(async () => {
    const bob = { kind: 'person', id: randomUUID(), name: 'Bob@Example.org' } as const;
    await ledger.append(context(), event());
    await ledger.append(context({ actor: bob }), event({ resource: 'aviation' }));
    await ledger.append(
      context({ actor: bob }),
      event({ action: 'sources.added', resource: 'payroll', outcome: 'refused' }),
    );
    await ledger.append(context(), event({ action: 'query.completed', resource: 'aviation.public.flights' }));
  });

  test('entries are found by actor (id or name, however written), resource and all below it, action or noun, outcome, and any of these together', async () => {
    expect(await positions()).toEqual([4, 3, 2, 1]);
    expect(await positions({ actor: personId })).toEqual([4, 1]);
    expect(await positions({ actor: 'bob@example.ORG' })).toEqual([3, 2]);
    expect(await positions({ resource: 'aviation' })).toEqual([4, 2, 1]);
    expect(await positions({ resource: 'aviation.public' })).toEqual([4, 1]);
    expect(await positions({ resource: 'avia' })).toEqual([]);
    expect(await positions({ action: 'query.released' })).toEqual([2, 1]);
    expect(await positions({ action: 'query' })).toEqual([4, 2, 1]);
    expect(await positions({ outcome: 'refused' })).toEqual([3]);
    expect(await positions({ actor: 'bob@example.org', resource: 'aviation' })).toEqual([2]);
    expect(await positions({ actor: personId, action: 'query', outcome: 'done', before: 4 })).toEqual([1]);
    expect(await positions({ actor: personId, action: 'query.completed', outcome: 'done' })).toEqual([4]);
  });

  test('what a token did that somebody else made is found by both of them', async () => {
    await ledger.append(
      context({ actor: { kind: 'person', id: personId, name: 'carl@x.org (by dora@x.org)' } }),
      event(),
    );
    expect(await positions({ actor: 'carl@x.org' })).toEqual([5]);
    expect(await positions({ actor: 'dora@x.org' })).toEqual([5]);
  });

  test.each(['\u0000', `x'; drop table ledger_entries; --`, '%', 'query.%', '..'])(
    'hostile text %j as a filter finds nothing and breaks nothing',
    async (text) => {
      expect(await positions({ actor: text })).toEqual([]);
      expect(await positions({ resource: text })).toEqual([]);
    },
  );
});
