import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadClusterSecret } from '@strongroom/keyring';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startTestDatabase, type TestDatabase } from '../../platform/database/test-database.ts';
import type { Vault } from './index.ts';
import { makeTestVault, testVaultMigrations } from './make-test-vault.ts';

let nowMs = Date.parse('2026-01-01');
const clock = { now: () => new Date(nowMs) };
let folder: string;
let started: TestDatabase;
let owner: pg.Client;
let vault: Vault;
let workspaceId: string;
let objectId: string;

const anotherServer = (): Vault => makeTestVault({ database: started.database, folder, clock }).vault;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'strongroom-vault-'));
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
  vault = anotherServer();
});
afterAll(async () => {
  await owner.end();
  await started[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(() => {
  workspaceId = randomUUID();
  objectId = randomUUID();
});

const secret = Buffer.from('postgres://reader:planted-password@db.example.org/main');

async function* inPieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let offset = 0; offset < bytes.length; offset += 50_000) yield bytes.subarray(offset, offset + 50_000);
}
async function collect(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
}

describe('seal and open', () => {
  test('what is sealed opens again, also on another server', async () => {
    const sealed = await vault.seal(workspaceId, objectId, secret);
    expect(Buffer.from(sealed).includes('planted')).toBe(false);
    expect(await vault.open(workspaceId, objectId, sealed)).toEqual(secret);
    expect(await anotherServer().open(workspaceId, objectId, sealed)).toEqual(secret);
  });

  test('sealing an object again keeps what was sealed before readable', async () => {
    const first = await vault.seal(workspaceId, objectId, Buffer.from('one'));
    const second = await vault.seal(workspaceId, objectId, Buffer.from('two'));
    expect(String(await vault.open(workspaceId, objectId, first))).toBe('one');
    expect(String(await vault.open(workspaceId, objectId, second))).toBe('two');
  });

  test('many first uses at once, on two servers, end with one workspace key', async () => {
    const objects = Array.from({ length: 12 }, () => randomUUID());
    const other = anotherServer();
    const sealed = await Promise.all(
      objects.map((object, index) => (index % 2 === 0 ? vault : other).seal(workspaceId, object, secret)),
    );
    const reader = anotherServer();
    for (const [index, object] of objects.entries())
      expect(await reader.open(workspaceId, object, sealed[index]!)).toEqual(secret);
    expect(
      (await owner.query('select 1 from vault_workspace_keys where workspace_id = $1', [workspaceId])).rowCount,
    ).toBe(1);
  });

  test('sealed bytes moved to another object or workspace, or altered, do not open', async () => {
    const sealed = await vault.seal(workspaceId, objectId, secret);
    const [other, elsewhere] = [randomUUID(), randomUUID()];
    await vault.seal(workspaceId, other, secret);
    await vault.seal(elsewhere, objectId, secret);
    const altered = Buffer.from(sealed);
    altered.writeUInt8(altered.readUInt8(20) ^ 1, 20);
    const unreadable = { code: 'vault/unreadable', status: 500 };
    await expect(vault.open(workspaceId, other, sealed)).rejects.toMatchObject(unreadable);
    await expect(vault.open(elsewhere, objectId, sealed)).rejects.toMatchObject(unreadable);
    await expect(vault.open(workspaceId, objectId, altered)).rejects.toMatchObject(unreadable);
  });

  test('object and key moved together to another id do not open', async () => {
    const sealed = await vault.seal(workspaceId, objectId, secret);
    const other = randomUUID();
    await owner.query('update vault_object_keys set object_id = $2 where object_id = $1', [objectId, other]);
    await expect(vault.open(workspaceId, other, sealed)).rejects.toMatchObject({ code: 'vault/unreadable' });
  });

  test.each(['wrapped_key', 'commitment'])('an altered %s is noticed', async (column) => {
    const sealed = await vault.seal(workspaceId, objectId, secret);
    await owner.query(
      `update vault_object_keys set ${column} = set_byte(${column}, 3, get_byte(${column}, 3) # 1) where object_id = $1`,
      [objectId],
    );
    await expect(vault.open(workspaceId, objectId, sealed)).rejects.toMatchObject({ code: 'vault/unreadable' });
  });
});

describe('files', () => {
  test('a file sealed as a stream opens to the same bytes', async () => {
    const bytes = randomBytes(300_000);
    const sealed = await collect(vault.sealFile(workspaceId, objectId, inPieces(bytes)));
    expect((await collect(vault.openFile(workspaceId, objectId, inPieces(sealed)))).equals(bytes)).toBe(true);
  });

  test('a sealed file that was cut, or belongs to another object, is refused', async () => {
    const other = randomUUID();
    const sealed = await collect(vault.sealFile(workspaceId, objectId, inPieces(randomBytes(200_000))));
    await vault.seal(workspaceId, other, secret);
    await expect(
      collect(vault.openFile(workspaceId, objectId, inPieces(sealed.subarray(0, 33 + 65_552)))),
    ).rejects.toMatchObject({ code: 'vault/unreadable' });
    await expect(collect(vault.openFile(workspaceId, other, inPieces(sealed)))).rejects.toMatchObject({
      code: 'vault/unreadable',
    });
  });
});

describe('destroy', () => {
  test('an object whose key was destroyed gets no other: neither at once, nor while it is destroyed, nor on another server', async () => {
    await vault.seal(workspaceId, objectId, secret);
    const other = anotherServer();
    await other.seal(workspaceId, objectId, secret);
    await Promise.all([
      vault.destroy(workspaceId, [objectId]),
      ...Array.from({ length: 8 }, () => other.seal(workspaceId, objectId, secret).catch(() => null)),
    ]);
    for (const server of [vault, other])
      await expect(server.seal(workspaceId, objectId, secret)).rejects.toMatchObject({ code: 'vault/key_destroyed' });
    const { rowCount } = await owner.query('select from vault_object_keys where object_id = $1', [objectId]);
    expect(rowCount).toBe(0);
  });

  test('what was sealed under a destroyed key does not open any more, and the rest does', async () => {
    const kept = randomUUID();
    const [sealed, other] = [
      await vault.seal(workspaceId, objectId, secret),
      await vault.seal(workspaceId, kept, secret),
    ];
    await vault.destroy(workspaceId, [objectId]);
    await expect(vault.open(workspaceId, objectId, sealed)).rejects.toMatchObject({
      code: 'vault/key_destroyed',
      status: 410,
    });
    await expect(collect(vault.openFile(workspaceId, objectId, inPieces(sealed)))).rejects.toMatchObject({
      code: 'vault/key_destroyed',
    });
    expect(await vault.open(workspaceId, kept, other)).toEqual(secret);
  });

  test('another workspace can not destroy a key', async () => {
    const sealed = await vault.seal(workspaceId, objectId, secret);
    await vault.destroy(randomUUID(), [objectId]);
    expect(await vault.open(workspaceId, objectId, sealed)).toEqual(secret);
  });
});

describe('the root key', () => {
  test('taken away, nothing opens or seals 5 seconds later; put back, all does without a restart', async () => {
    const sealed = await vault.seal(workspaceId, objectId, secret);
    const file = join(folder, 'root.key');
    await rename(file, `${file}.away`);
    nowMs += 5_000;
    const unavailable = { code: 'vault/key_unavailable', status: 503 };
    await expect(vault.open(workspaceId, objectId, sealed)).rejects.toMatchObject(unavailable);
    await expect(vault.seal(workspaceId, randomUUID(), secret)).rejects.toMatchObject(unavailable);
    await expect(vault.ledgerKeys.forWorkspace(workspaceId)).rejects.toMatchObject(unavailable);
    await rename(`${file}.away`, file);
    expect(await vault.open(workspaceId, objectId, sealed)).toEqual(secret);
  });

  test('a clock set back does not keep a key longer', async () => {
    const sealed = await vault.seal(workspaceId, objectId, secret);
    const file = join(folder, 'root.key');
    await rename(file, `${file}.away`);
    nowMs -= 60_000;
    await expect(vault.open(workspaceId, objectId, sealed)).rejects.toMatchObject({ code: 'vault/key_unavailable' });
    await rename(`${file}.away`, file);
  });

  test('reading what never had a key makes none', async () => {
    await expect(vault.open(workspaceId, objectId, secret)).rejects.toMatchObject({ code: 'vault/key_destroyed' });
    expect(
      (await owner.query('select 1 from vault_workspace_keys where workspace_id = $1', [workspaceId])).rowCount,
    ).toBe(0);
  });
});
