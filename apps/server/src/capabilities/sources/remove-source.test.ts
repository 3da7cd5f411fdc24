import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Asker } from '#contracts';
import { startTestRooms, type TestRooms } from './start-test-rooms.ts';

let rooms: TestRooms;
let admin: Asker;
beforeAll(async () => {
  rooms = await startTestRooms();
  admin = await rooms.person('admin', 'admin@example.org');
});
afterAll(() => rooms[Symbol.asyncDispose]());

test('a removed source is gone: its key destroyed, its connector closed, its name free, its handle worth nothing', async () => {
  const told: string[] = [];
  rooms.sources.onRemoved((id) => told.push(id));
  const { id } = await rooms.sources.addDatabase(admin, { name: 'shop', url: rooms.shop.url });
  const handle = await rooms.sources.find(admin, 'shop');
  const sealed = await rooms.database.withWorkspace(
    admin.workspaceId,
    async (transaction) =>
      (await transaction.selectFrom('sources').select('sealed_address').executeTakeFirst())?.sealed_address,
  );
  const connector = await rooms.sources.use(handle);
  await connector.introspect();

  await rooms.sources.remove(admin, 'shop');

  expect(told).toContain(id);
  await expect(rooms.vault.open(admin.workspaceId, id, sealed ?? Buffer.alloc(0))).rejects.toMatchObject({
    code: 'vault/key_destroyed',
  });
  await expect(rooms.sources.use(handle)).rejects.toMatchObject({ code: 'query/denied' });
  await expect(connector.introspect()).rejects.toThrow();
  await expect(rooms.sources.remove(admin, 'shop')).rejects.toMatchObject({ code: 'sources/not_found', status: 404 });
  const left = await rooms.database.withWorkspace(
    admin.workspaceId,
    async (transaction) => (await sql`select 1 from sources`.execute(transaction)).rows,
  );
  expect(left).toEqual([]);
  await rooms.sources.addDatabase(admin, { name: 'shop', url: rooms.shop.url });
});

test('a removal never leaves the source without its policy, open to its owner', async () => {
  const { id } = await rooms.sources.addDatabase(admin, { name: 'governed', url: rooms.shop.url });
  const order: boolean[] = [];
  const remove = rooms.access.policies.remove;
  const watched = vi.spyOn(rooms.access.policies, 'remove').mockImplementation(async (...given) => {
    const asked = rooms.sources.find(admin, 'governed');
    order.push(
      await asked.then(
        () => true,
        () => false,
      ),
    );
    return remove(...given);
  });
  await rooms.sources.remove(admin, 'governed');
  watched.mockRestore();
  expect(order).toEqual([false]);
  expect(await rooms.access.policies.objectOf(admin.workspaceId, id)).toBeNull();
});
