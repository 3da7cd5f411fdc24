import { randomUUID } from 'node:crypto';
import { loadClusterSecret } from '@strongroom/keyring';
import { temporaryFolder, type TemporaryFolder } from '@strongroom/testkit';
import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { AuditContext, AuditEvent } from '#contracts';
import { createDatabase, type Database } from '#platform/database';
import { createLog } from '#platform/log';
import { startTestDatabase, type TestDatabase } from '../../platform/database/test-database.ts';
import { makeTestVault, testVaultMigrations } from '../vault/make-test-vault.ts';
import { appendAfter, insertEntries, type NewEntry } from './append-store.ts';
import type { Ledger } from './index.ts';

// Where an entry will stand is foretold, so that a group takes one statement: what happens when something else comes in between.
const clock = { now: () => new Date() };
let folder: TemporaryFolder;
let started: TestDatabase;
let owner: pg.Client;
let ledger: Ledger;
let other: Ledger;
let statements: number;
let workspaceId: string;

beforeAll(async () => {
  folder = await temporaryFolder('append');
  await loadClusterSecret(folder.path);
  started = await startTestDatabase(testVaultMigrations);
  const { socketFolder: host, port } = started.address;
  const options = '-c search_path=strongroom';
  owner = new pg.Client({ host, port, user: 'postgres', password: 'owner', database: 'strongroom', options });
  await owner.connect();
  const counted: Database = {
    ...started.database,
    atOnce: (name, statement) => {
      statements += 1;
      return started.database.atOnce(name, statement);
    },
  };
  const make = (database: Database) =>
    makeTestVault({ database, folder: folder.path, clock, births: 'unrecorded' }).ledger;
  [ledger, other] = [make(counted), make(started.database)];
});
afterAll(async () => {
  await Promise.all([ledger.close(), other.close()]);
  await owner.end();
  await started[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});
beforeEach(async () => {
  workspaceId = randomUUID();
  await append();
  statements = 0;
});

function append(by = ledger): Promise<unknown> {
  const context: AuditContext = {
    workspaceId,
    actor: { kind: 'person', id: 'ada', name: 'ada@example.org' },
    sessionId: null,
    address: '192.0.2.7',
    requestId: null,
  };
  const event: AuditEvent = {
    action: 'query.released',
    resource: 'aviation',
    decision: { allowed: true, reason: 'permission ask' },
    outcome: 'done',
  };
  return by.append(context, event);
}

async function positions(): Promise<number[]> {
  const text = 'select position from ledger_entries where workspace_id = $1 order by position';
  return (await owner.query<{ position: string }>(text, [workspaceId])).rows.map(({ position }) => Number(position));
}

function entry(): NewEntry {
  return {
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
  };
}

test('a group takes one statement, and those of one moment are one group', async () => {
  await append();
  await Promise.all(Array.from({ length: 20 }, () => append()));
  expect(statements).toBe(2);
  expect(await positions()).toEqual(Array.from({ length: 22 }, (_, at) => at + 1));
});

test('a position that another server took is not used again, and leaves no gap', async () => {
  await append(other);
  await append(other);
  await append();
  await append();
  expect(await positions()).toEqual([1, 2, 3, 4, 5]);
  await ledger.sequence(workspaceId);
});

test('a log that was set back, as from an older copy, goes on where it stands', async () => {
  await append();
  await owner.query('delete from ledger_entries where workspace_id = $1 and position > 1', [workspaceId]);
  await owner.query('update ledger_heads set position = 1 where workspace_id = $1', [workspaceId]);
  await append();
  expect(await positions()).toEqual([1, 2]);
});

test('a group that fails leaves no gap, and what is foretold after it is right', async () => {
  await owner.query('revoke insert on ledger_entries from strongroom_app');
  await expect(append()).rejects.toMatchObject({ code: 'ledger/unavailable', status: 503 });
  await owner.query('grant insert on ledger_entries to strongroom_app');
  await append();
  await append();
  expect(await positions()).toEqual([1, 2, 3]);
});

test('a connection that breaks under an entry refuses it, and the next one is written without a gap', async () => {
  await owner.query('begin');
  await owner.query('select from ledger_heads where workspace_id = $1 for update', [workspaceId]);
  const waiting = Promise.allSettled([append()]);
  const blocked = `select pg_terminate_backend(pid) from pg_stat_activity where usename = 'strongroom_app' and wait_event_type = 'Lock'`;
  try {
    await expect.poll(async () => (await owner.query(blocked)).rowCount, { timeout: 60_000 }).toBe(1);
  } catch (error) {
    await owner.query('rollback');
    throw error;
  }
  expect(await waiting).toMatchObject([{ status: 'rejected', reason: { status: 503 } }]);
  await owner.query('rollback');
  await append();
  await append();
  expect(await positions()).toEqual([1, 2, 3]);
});

test('two who foretell the same position at once: one is written, the other learns that it was taken', async () => {
  const both = await Promise.all([1, 2].map(() => appendAfter(started.database, workspaceId, 1, [entry(), entry()])));
  expect(both).toContain(true);
  expect(both).toContain(false);
  expect(await positions()).toEqual([1, 2, 3]);
  expect(await appendAfter(started.database, workspaceId, 7, [entry()])).toBe(false);
  expect(await appendAfter(started.database, workspaceId, 0, [entry()])).toBe(false);
});

test('inside a transaction of one workspace nothing is written to the log of another', async () => {
  const elsewhere = randomUUID();
  await expect(
    started.database.withWorkspace(elsewhere, (within) => insertEntries(within, workspaceId, [entry()])),
  ).rejects.toMatchObject({ code: '42501' });
  expect(await positions()).toEqual([1]);
});

test('the commit is flushed also where whoever runs the cluster turned that off', async () => {
  // Deferred to the commit, so that it sees how that will be done.
  await owner.query(`
    create table seen (value text not null);
    grant insert on seen to strongroom_app;
    create function see() returns trigger language plpgsql as $$ begin
      insert into strongroom.seen values (current_setting('synchronous_commit'));
      return null;
    end $$;
    create constraint trigger see after insert on ledger_entries initially deferred for each row execute function see();
    alter role strongroom_app set synchronous_commit = off;
  `);
  const { address } = started;
  const log = createLog({ level: 'silent' });
  const database = await createDatabase({ address, migrations: testVaultMigrations, log });
  try {
    const setting = await database.withWorkspace(workspaceId, (within) =>
      sql<{ value: string }>`select current_setting('synchronous_commit') as value`.execute(within),
    );
    expect(setting.rows).toEqual([{ value: 'off' }]);
    expect(await appendAfter(database, workspaceId, 1, [entry()])).toBe(true);
    expect((await owner.query('select value from seen')).rows).toEqual([{ value: 'on' }]);
  } finally {
    await database.close();
    await owner.query('drop trigger see on ledger_entries; alter role strongroom_app reset synchronous_commit');
  }
});
