import { randomUUID } from 'node:crypto';
import { type KeyWrapper, loadClusterSecret, localKeyWrapper } from '@strongroom/keyring';
import { temporaryFolder, type TemporaryFolder } from '@strongroom/testkit';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { installationId } from '#contracts';
import type { Ledger } from '#ledger';
import { startTestDatabase, type TestDatabase } from '../../platform/database/test-database.ts';
import type { Vault } from './index.ts';
import { makeTestVault, testVaultMigrations } from './make-test-vault.ts';

let nowMs = Date.parse('2026-01-01');
const clock = { now: () => new Date(nowMs) };
const secret = Buffer.from('postgres://reader:planted-password@db.example.org/main');
let folder: TemporaryFolder;
let started: TestDatabase;
let owner: pg.Client;
let vault: Vault;
let ledger: Ledger;
let workspaceId: string;

const holder = (): KeyWrapper => localKeyWrapper(folder.path);
const anotherServer = (wrapper = holder()) =>
  makeTestVault({ database: started.database, folder: folder.path, clock, wrapper });

beforeAll(async () => {
  folder = await temporaryFolder('epochs');
  await loadClusterSecret(folder.path);
  started = await startTestDatabase(testVaultMigrations);
  const { socketFolder: host, port } = started.address;
  const options = '-c search_path=strongroom';
  owner = new pg.Client({ host, port, user: 'postgres', password: 'owner', database: 'strongroom', options });
  await owner.connect();
  ({ vault, ledger } = anotherServer());
});
afterAll(async () => {
  await ledger.close();
  await owner.end();
  await started[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});
beforeEach(() => {
  workspaceId = randomUUID();
});

async function sealed(count: number): Promise<{ id: string; bytes: Uint8Array }[]> {
  const ids = Array.from({ length: count }, () => randomUUID());
  return Promise.all(ids.map(async (id) => ({ id, bytes: await vault.seal(workspaceId, id, secret) })));
}

async function keyTables(): Promise<Record<string, Record<string, unknown>[]>> {
  const tables = ['vault_workspace_keys', 'vault_places', 'vault_object_keys'];
  const all: Record<string, Record<string, unknown>[]> = {};
  for (const table of tables)
    all[table] = (await owner.query(`select * from ${table} where workspace_id = $1`, [workspaceId])).rows;
  return all;
}

/** What whoever keeps an old copy of the database has: exactly those rows. */
async function putBack(tables: Record<string, Record<string, unknown>[]>): Promise<void> {
  for (const [table, rows] of Object.entries(tables)) {
    await owner.query(`delete from ${table} where workspace_id = $1`, [workspaceId]);
    for (const row of rows) {
      const names = Object.keys(row);
      await owner.query(
        `insert into ${table} (${names.join()}) values (${names.map((_, at) => `$${at + 1}`).join()})`,
        Object.values(row),
      );
    }
  }
}

const entries = async (action: string) => (await ledger.list(workspaceId, { action, limit: 500 })).entries.toReversed();

describe('destroying a key', () => {
  test('is in the log, as its birth is, with the same commitment', async () => {
    const [object] = await sealed(1);
    const { rows } = await owner.query<{ commitment: string }>(
      `select encode(commitment, 'hex') as commitment from vault_object_keys where object_id = $1`,
      [object!.id],
    );
    const resource = `${object!.id}.${rows[0]!.commitment}`;
    await vault.destroy(workspaceId, [object!.id]);
    expect(await entries('vault.key_created')).toMatchObject([{ resource, outcome: 'done' }]);
    expect(await entries('vault.key_destroyed')).toMatchObject([{ resource, outcome: 'done', counts: { epoch: 1 } }]);
    const [destruction] = await vault.destructions(workspaceId, [object!.id]);
    expect(destruction).toMatchObject({ objectId: object!.id, epoch: 1, finalAt: null });
    expect(destruction?.birthEntry).toBe((await entries('vault.key_created'))[0]?.id);
    expect(destruction?.destructionEntry).toBe((await entries('vault.key_destroyed'))[0]?.id);
  });

  test('is undone by an old copy of the database while it is pending, and by none once it is final', async () => {
    const [object, living] = await sealed(2);
    const copy = await keyTables();
    await vault.destroy(workspaceId, [object!.id]);
    expect(await vault.showStatus(workspaceId)).toMatchObject({ epoch: 1, pending: { count: 1 } });
    const present = await keyTables();
    await putBack(copy);
    // Why pending is said: the wrapped key in an old page is enough as long as its epoch lives.
    expect(await anotherServer().vault.open(workspaceId, object!.id, object!.bytes)).toEqual(secret);
    await putBack(present);

    expect(await vault.endEpochs(workspaceId)).toEqual({ final: 1 });
    expect(await vault.showStatus(workspaceId)).toMatchObject({ epoch: 2, pending: { count: 0, since: null } });
    expect(await vault.open(workspaceId, living!.id, living!.bytes)).toEqual(secret);
    expect(await anotherServer().vault.open(workspaceId, living!.id, living!.bytes)).toEqual(secret);
    expect(await entries('vault.epochs_destroyed')).toMatchObject([{ counts: { before: 2 } }]);
    expect((await vault.destructions(workspaceId, [object!.id]))[0]?.finalAt).toEqual(clock.now());
    const after = await keyTables();
    await putBack(copy);
    for (const { id, bytes } of [object!, living!])
      await expect(anotherServer().vault.open(workspaceId, id, bytes)).rejects.toMatchObject({
        code: 'vault/database_outdated',
      });
    // Also beside today's other rows, by whoever picks the one row out of an old page.
    await putBack({ ...after, vault_object_keys: copy['vault_object_keys']! });
    await expect(anotherServer().vault.open(workspaceId, object!.id, object!.bytes)).rejects.toMatchObject({
      code: 'vault/key_destroyed',
    });
    await putBack(after);
  });

  test('waits for a day unless somebody asks, and does nothing when nothing waits', async () => {
    expect(await vault.endEpochs(workspaceId)).toEqual({ final: 0 });
    const [object] = await sealed(1);
    await vault.destroy(workspaceId, [object!.id]);
    const day = 24 * 3_600_000;
    expect(await vault.endEpochs(workspaceId, { waitedMs: day })).toEqual({ final: 0 });
    nowMs += day;
    expect(await vault.endEpochs(workspaceId, { waitedMs: day })).toEqual({ final: 1 });
  });

  test('cut short in the key holder is finished by the next try, without another epoch', async () => {
    const [object, living] = await sealed(2);
    await vault.destroy(workspaceId, [object!.id]);
    const failing = anotherServer({
      ...holder(),
      destroyEpochsBefore: () => Promise.reject(new Error('the holder is away')),
    });
    await expect(failing.vault.endEpochs(workspaceId)).rejects.toThrow('the holder is away');
    expect((await vault.destructions(workspaceId, [object!.id]))[0]?.finalAt).toBeNull();
    expect(await vault.endEpochs(workspaceId)).toEqual({ final: 1 });
    expect(await vault.showStatus(workspaceId)).toMatchObject({ epoch: 2 });
    expect(await anotherServer().vault.open(workspaceId, living!.id, living!.bytes)).toEqual(secret);
    await failing.ledger.close();
  });

  test('while others seal, open and destroy, loses no living key', async () => {
    const before = await sealed(20);
    const other = anotherServer();
    const [dying, born] = [before.slice(0, 10), [] as { id: string; bytes: Uint8Array }[]];
    await Promise.all([
      ...dying.map(async ({ id }) => {
        await other.vault.destroy(workspaceId, [id]);
        await vault.endEpochs(workspaceId);
      }),
      ...Array.from({ length: 10 }, async () => {
        const id = randomUUID();
        born.push({ id, bytes: await other.vault.seal(workspaceId, id, secret) });
      }),
      ...before.slice(10).map(({ id, bytes }) => other.vault.open(workspaceId, id, bytes)),
    ]);
    await vault.endEpochs(workspaceId);
    const reader = anotherServer().vault;
    for (const { id, bytes } of [...before.slice(10), ...born])
      expect(await reader.open(workspaceId, id, bytes)).toEqual(secret);
    for (const { id, bytes } of dying)
      await expect(reader.open(workspaceId, id, bytes)).rejects.toMatchObject({ code: 'vault/key_destroyed' });
    expect(await reader.showStatus(workspaceId)).toMatchObject({ pending: { count: 0 } });
    await other.ledger.close();
  });

  test('a key that was altered holds up no erasure, and is counted in the log', async () => {
    const [object, altered] = await sealed(2);
    await owner.query(
      'update vault_object_keys set wrapped_key = set_byte(wrapped_key, 3, get_byte(wrapped_key, 3) # 1) where object_id = $1',
      [altered!.id],
    );
    await vault.destroy(workspaceId, [object!.id]);
    expect(await vault.endEpochs(workspaceId)).toEqual({ final: 1 });
    expect(await entries('vault.keys_damaged')).toMatchObject([{ outcome: 'failed', counts: { keys: 1 } }]);
  });
});

describe('rotation', () => {
  test('of the workspace key: everything opens under the new one, and the old one is gone', async () => {
    const objects = await sealed(30);
    const { entryId } = await ledger.append(
      {
        workspaceId,
        actor: { kind: 'person', id: 'p', name: 'ada@example.org' },
        sessionId: null,
        address: null,
        requestId: null,
      },
      { action: 'sources.added', resource: null, decision: { allowed: true, reason: 'r' }, outcome: 'done' },
    );
    const other = anotherServer();
    await other.vault.open(workspaceId, objects[0]!.id, objects[0]!.bytes);
    expect(await vault.rotateKey(workspaceId)).toEqual({ keyVersion: 2 });
    expect((await keyTables())['vault_workspace_keys']!.map((row) => row['version'])).toEqual([2]);
    for (const { id, bytes } of objects) {
      expect(await vault.open(workspaceId, id, bytes)).toEqual(secret);
      // A server whose memory is of before.
      expect(await other.vault.open(workspaceId, id, bytes)).toEqual(secret);
    }
    expect(await anotherServer().ledger.show(workspaceId, entryId)).toMatchObject({ action: 'sources.added' });
    await other.ledger.close();
  });

  test('of the root key: every workspace opens under the new one, and the old one unwraps nothing', async () => {
    const [object] = await sealed(1);
    const [second, elsewhere] = [randomUUID(), randomUUID()];
    const there = await vault.seal(second, elsewhere, secret);
    const wrappedBefore = (await keyTables())['vault_workspace_keys']![0]!['wrapped_key'] as Buffer;
    const actor = { kind: 'person', id: 'p', name: 'ada@example.org' } as const;
    const by = { workspaceId, actor, sessionId: 's', address: '192.0.2.7', requestId: 'r' };
    const { workspaces } = await vault.rotateRoot(by);
    expect(workspaces).toBeGreaterThanOrEqual(2);
    const installation = (await ledger.list(installationId, { limit: 10, action: 'vault.root_rotated' })).entries;
    expect(installation).toMatchObject([
      { outcome: 'done', actor: { name: 'p' }, address: null },
      { outcome: 'begun' },
    ]);
    const reader = anotherServer().vault;
    expect(await reader.open(workspaceId, object!.id, object!.bytes)).toEqual(secret);
    expect(await reader.open(second, elsewhere, there)).toEqual(secret);
    await expect(holder().unwrap(workspaceId, wrappedBefore)).rejects.toMatchObject({ code: 'vault/key_unavailable' });
  });

  test('is rehearsed on a shadow, which names what does not open and changes nothing', async () => {
    const objects = await sealed(5);
    const before = await keyTables();
    const whole = await vault.drill(workspaceId);
    expect(whole.damaged).toEqual([]);
    expect(whole.objects).toBeGreaterThanOrEqual(5);
    expect(await keyTables()).toEqual(before);
    await owner.query('update vault_object_keys set commitment = $2 where object_id = $1', [
      objects[2]!.id,
      Buffer.alloc(32),
    ]);
    expect(await vault.drill(workspaceId)).toMatchObject({ objects: whole.objects - 1, damaged: [objects[2]!.id] });
  });
});
