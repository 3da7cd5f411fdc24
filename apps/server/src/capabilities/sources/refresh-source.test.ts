import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SourceSchema } from '@strongroom/protocol';
import type { Asker } from '#contracts';
import { startTestRooms, type TestRooms } from './start-test-rooms.ts';

let rooms: TestRooms;
let admin: Asker;
const seen: SourceSchema[] = [];
beforeAll(async () => {
  rooms = await startTestRooms();
  admin = await rooms.person('admin', 'admin@example.org');
  rooms.sources.onIntrospected(async (_transaction, _source, schema) => void seen.push(schema));
  await rooms.sources.addDatabase(admin, { name: 'shop', url: rooms.shop.url });
});
afterAll(() => rooms[Symbol.asyncDispose]());

test('a refresh finds new tables, and hands on names alone: never a value', async () => {
  await rooms.shop.query(
    'create table returns (id integer primary key, reason text); grant select on returns to reader',
  );
  expect(await rooms.sources.refresh(admin, 'shop')).toMatchObject({ tables: 3, status: 'ready' });
  expect(
    seen
      .at(-1)
      ?.tables.map((table) => table.name)
      .sort(),
  ).toEqual(['customers', 'orders', 'returns']);
  expect(JSON.stringify(seen)).not.toContain('planted-value');
});

test('a source that went away is marked unavailable and comes back with a refresh', async () => {
  await rooms.shop.query('alter role reader nologin');
  await rooms.shop.query(`select pg_terminate_backend(pid) from pg_stat_activity where usename = 'reader'`);
  await expect(rooms.sources.refresh(admin, 'shop')).rejects.toMatchObject({
    code: expect.stringMatching(/^sources\/(unavailable|credentials_refused)$/),
  });
  expect(await rooms.sources.show(admin, 'shop')).toMatchObject({ status: 'unavailable', tables: 3 });
  await rooms.shop.query('alter role reader login');
  expect(await rooms.sources.refresh(admin, 'shop')).toMatchObject({ status: 'ready' });
});
