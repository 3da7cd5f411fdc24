import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Asker } from '#contracts';
import { startTestRooms, type TestRooms } from '../sources/start-test-rooms.ts';
import { type Catalog, createCatalog, migrations } from './index.ts';
import { hideFrom } from './test-policy.ts';

let rooms: TestRooms;
let catalog: Catalog;
let owner: Asker;
let colleague: Asker;
const uncounted: unknown[] = [];
const DAY_MS = 24 * 60 * 60_000;
beforeAll(async () => {
  rooms = await startTestRooms({ migrations });
  const { database, directory, clock } = rooms;
  owner = await rooms.person('admin', 'owner@example.org');
  colleague = await rooms.person('viewer', 'colleague@example.org');
  const sources = hideFrom(rooms.sources, owner, { customers: ['region'] });
  catalog = createCatalog({ database, sources, directory, clock, onUncounted: (error) => uncounted.push(error) });
  await rooms.sources.addDatabase(owner, { name: 'shop', url: rooms.shop.url });
  await rooms.sources.share(owner, 'shop', 'everyone');
});
afterAll(() => rooms[Symbol.asyncDispose]());

const relation = (table: string, ...columns: string[]) => ({ schema: 'public', table, columns });
const handle = () => rooms.sources.find(owner, 'shop');
const levels = async (asker: Asker) =>
  Object.fromEntries(
    (await catalog.tablesFor(asker)).flatMap(({ name, popularity, columns }) => [
      [name, popularity],
      ...columns.map((column) => [`${name}.${column.name}`, column.popularity] as const),
    ]),
  );
const kept = async () =>
  rooms.database.withWorkspace(
    owner.workspaceId,
    async (transaction) => (await sql`select * from catalog_popularity`.execute(transaction)).rows,
  );

test('queries are counted by table, column and day, without who and what; a query waits for no commit', async () => {
  const shop = await handle();
  for (let query = 0; query < 20; query += 1) catalog.countQuery(shop, [relation('customers', 'name')]);
  catalog.countQuery(shop, [relation('orders', 'id', 'total'), relation('customers', 'region')]);
  expect(await kept()).toEqual([]);
  await catalog.writeCounts();
  expect(await levels(owner)).toMatchObject({
    customers: 2,
    'customers.name': 2,
    'customers.id': 0,
    'customers.region': 1,
    orders: 1,
    'orders.total': 1,
  });
  const rows = await kept();
  expect(Object.keys(rows[0] as object).toSorted()).toEqual([
    'column_name',
    'day',
    'queries',
    'schema_name',
    'source_id',
    'table_name',
    'workspace_id',
  ]);
  expect(JSON.stringify(rows)).not.toContain(owner.personId);
});

test('what somebody may not see has no part in what they are told of how often things are queried', async () => {
  const before = JSON.stringify([
    await catalog.tablesFor(colleague),
    await catalog.search(colleague, 'customers orders name'),
  ]);
  const shop = await handle();
  for (let query = 0; query < 100; query += 1) catalog.countQuery(shop, [relation('orders', 'total')]);
  await catalog.writeCounts();
  expect((await levels(owner))['orders']).toBe(3);
  expect(
    JSON.stringify([await catalog.tablesFor(colleague), await catalog.search(colleague, 'customers orders name')]),
  ).toBe(before);
});

test('of things that fit alike the one that is queried more is found first', async () => {
  const found = (await catalog.search(owner, 'id')).hits.map(({ resource, popularity }) => [resource, popularity]);
  expect(found.slice(0, 2)).toEqual([
    ['shop.public.orders.id', 1],
    ['shop.public.customers.id', 0],
  ]);
});

test('what a translator is told of a source is another when a level is, and the same when a count alone is', async () => {
  const told = async () => (await catalog.tablesBySource(owner, 'shop'))[0];
  const count = async (queries: number): Promise<void> => {
    const shop = await handle();
    for (let query = 0; query < queries; query += 1) catalog.countQuery(shop, [relation('customers', 'id')]);
    await catalog.writeCounts();
  };
  await count(1);
  const before = await told();
  await count(1);
  expect(await told()).toBe(before);
  await count(20);
  expect((await told())?.find(({ name }) => name === 'customers')?.columns[0]).toMatchObject({
    name: 'id',
    popularity: 2,
  });
});

test('it fades day by day, and after 30 days nothing of it is kept', async () => {
  const pass = async (days: number): Promise<void> => {
    rooms.clock.advance(days * DAY_MS);
    catalog.countQuery(await handle(), [relation('elsewhere')]);
    await catalog.writeCounts();
  };
  await pass(15);
  expect(await levels(owner)).toMatchObject({ customers: 2, orders: 3 });
  await pass(14);
  expect(await levels(owner)).toMatchObject({ customers: 1, orders: 1 });
  await pass(1);
  expect(await levels(owner)).toMatchObject({ customers: 0, orders: 0 });
  expect(JSON.stringify(await kept())).not.toMatch(/customers|orders/);
});

test('counts of a source that was removed meanwhile are dropped, and the others are written', async () => {
  await rooms.sources.addDatabase(owner, { name: 'leaving', url: rooms.shop.url });
  const leaving = await rooms.sources.find(owner, 'leaving');
  catalog.countQuery(leaving, [relation('customers')]);
  catalog.countQuery(await handle(), [relation('customers')]);
  await rooms.sources.remove(owner, 'leaving');
  await catalog.close();
  expect((await kept()).filter((row) => JSON.stringify(row).includes('customers'))).toMatchObject([{ queries: 1 }]);
  expect(uncounted).toEqual([]);
});

test('a query that reads of a table only what somebody may not see has no part in how often the table is queried for them', async () => {
  const told = async () => [
    await levels(colleague),
    (await catalog.search(colleague, 'customers')).hits.map(({ resource, popularity, score }) => [
      resource,
      popularity,
      score,
    ]),
  ];
  const before = JSON.stringify(await told());
  const shop = await handle();
  for (let query = 0; query < 300; query += 1) catalog.countQuery(shop, [relation('customers', 'region')]);
  await catalog.writeCounts();
  expect((await levels(owner))['customers']).toBe(4);
  expect((await catalog.search(owner, 'customers')).hits[0]).toMatchObject({ column: null, popularity: 4 });
  expect(JSON.stringify(await told())).toBe(before);
});

test('a query that reads no column counts for the table', async () => {
  const before = (await levels(colleague))['customers'] ?? 0;
  const shop = await handle();
  for (let query = 0; query < 60; query += 1) catalog.countQuery(shop, [relation('customers')]);
  await catalog.writeCounts();
  expect([before, (await levels(colleague))['customers']]).toEqual([1, 3]);
});
