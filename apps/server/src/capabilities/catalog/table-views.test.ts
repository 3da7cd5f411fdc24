import type { CatalogTable } from '@strongroom/protocol';
import type { AskerPolicy } from '@strongroom/sql-guard';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Asker } from '#contracts';
import type { SourceHandle } from '#sources';
import { startTestRooms, type TestRooms } from '../sources/start-test-rooms.ts';
import { type Catalog, createCatalog, migrations } from './index.ts';
import { createTableViews } from './table-views.ts';

let rooms: TestRooms;
let catalog: Catalog;
let owner: Asker;
let colleague: Asker;
beforeAll(async () => {
  rooms = await startTestRooms({ migrations });
  const { database, sources, directory, clock } = rooms;
  catalog = createCatalog({ database, sources, directory, clock });
  owner = await rooms.person('admin', 'owner@example.org');
  colleague = await rooms.person('editor', 'colleague@example.org');
  await sources.addDatabase(owner, { name: 'shop', url: rooms.shop.url });
  await sources.addDatabase(owner, { name: 'other', url: rooms.shop.url });
});
afterAll(() => rooms[Symbol.asyncDispose]());

const seen = async (name?: string) => catalog.tablesBySource(owner, name);

describe('what a translator is told of', () => {
  test('comes by source, in order, as the catalog lists it, but without owners', async () => {
    await catalog.annotate(owner, 'shop.public.orders', { tags: ['sales'], owner: owner.email });
    await catalog.annotate(owner, 'shop.public.orders.total', { owner: owner.email });
    const views = await seen();
    expect(views.map((tables) => tables[0]?.source)).toEqual(['other', 'shop']);
    expect(JSON.stringify(views)).not.toContain(owner.email);
    const listed = await catalog.tablesFor(owner, 'shop');
    const ownerless = listed.map((table) => ({
      ...table,
      owner: null,
      columns: table.columns.map((column) => ({ ...column, owner: null })),
    }));
    expect(views[1]).toEqual(ownerless);
    expect(await seen('shop')).toEqual([ownerless]);
  });

  test('is the same object until something in it is another, by whichever server, and then only that of its source', async () => {
    const [other, shop] = await seen();
    expect(await seen()).toEqual([other, shop]);
    expect((await seen())[1]).toBe(shop);
    await catalog.annotate(owner, 'shop.public.orders', { description: 'What was bought' });
    const [, written] = await seen();
    expect(written?.find(({ name }) => name === 'orders')?.description).toBe('What was bought');
    // As another server of the same database would, by whatever statement.
    const { id } = await rooms.sources.find(owner, 'shop');
    await rooms.database.withWorkspace(owner.workspaceId, (transaction) =>
      sql`update catalog_annotations set description = 'Theirs' where source_id = ${id}`.execute(transaction),
    );
    expect((await seen())[1]?.find(({ name }) => name === 'orders')?.description).toBe('Theirs');
    await rooms.database.withWorkspace(owner.workspaceId, (transaction) =>
      sql`delete from catalog_annotations where source_id = ${id}`.execute(transaction),
    );
    expect((await seen())[1]?.find(({ name }) => name === 'orders')?.description).toBeNull();
    const beforeRefresh = (await seen())[1];
    await rooms.sources.refresh(owner, 'shop');
    expect((await seen())[1]).not.toBe(beforeRefresh);
    expect((await seen())[1]).toEqual(beforeRefresh);
    expect((await seen())[0]).toBe(other);
  });

  test('is nothing for whom nothing is shared with, and a named source is refused to them', async () => {
    expect(await catalog.tablesBySource(colleague)).toEqual([]);
    await expect(catalog.tablesBySource(colleague, 'shop')).rejects.toMatchObject({ code: 'query/denied' });
  });

  test('leaves nothing behind of a source that is removed', async () => {
    await rooms.sources.addDatabase(owner, { name: 'brief', url: rooms.shop.url });
    await catalog.annotate(owner, 'brief.public.orders', { description: 'x' });
    expect(await seen()).toHaveLength(3);
    await rooms.sources.remove(owner, 'brief');
    expect(await seen()).toHaveLength(2);
    const { rows } = await rooms.database.withWorkspace(owner.workspaceId, (transaction) =>
      sql`select from catalog_versions v where not exists (select from sources s where s.id = v.source_id)`.execute(
        transaction,
      ),
    );
    expect(rows).toEqual([]);
  });
});

describe('the memory of views', () => {
  const policyOf = (table: string, denied: string[] = []): AskerPolicy => ({
    tables: [{ schema: 'public', table, grants: [{ filter: null, denied, masks: {} }] }],
    attributes: {},
    pseudonymKey: null,
  });
  const handle = (id: string, policy: AskerPolicy | null = null, view = ''): SourceHandle => ({
    workspaceId: 'w',
    id,
    name: id,
    kind: 'postgres',
    dialect: 'postgres',
    schemaVersion: '1',
    policy,
    view,
    runSql: true,
  });
  const wide = (columns: number): CatalogTable[] => [
    { columns: Array.from({ length: columns }, () => ({})) } as CatalogTable,
  ];

  test('people with equal grants see by one view; a grant more, less or to one of them makes another', async () => {
    const read: string[] = [];
    const views = createTableViews(async ({ policy }) => {
      read.push(JSON.stringify(policy?.tables ?? null));
      return [];
    });
    const get = (asker: Asker, policy: AskerPolicy | null, view: string) =>
      views.get(asker, handle('s', policy, view), '1');
    const all = await get(owner, null, '');
    const one = await get(owner, policyOf('orders'), 'v1');
    expect(await get(colleague, policyOf('orders'), 'v1')).toBe(one);
    expect(one).not.toBe(all);
    // The same policy and the same teams, and yet a grant to one of the two.
    const theirs = await get({ ...colleague, personId: 'third' }, policyOf('orders', ['total']), 'v1');
    expect(theirs).not.toBe(one);
    expect(await get(owner, policyOf('customers'), 'v2')).not.toBe(one);
    expect(await get(owner, policyOf('orders'), 'v1')).toBe(one);
    expect(read).toHaveLength(4);
  });

  test('is bounded by columns: what was not asked for longest goes first, and what is larger than the bound is still given', async () => {
    let reads = 0;
    const views = createTableViews(async ({ id }) => {
      reads += 1;
      return wide(id === 'huge' ? 5_000 : 400);
    }, 1_000);
    const get = (id: string) => views.get(owner, handle(id), '1');
    const first = await get('a');
    await get('b');
    expect(await get('a')).toBe(first);
    await get('c');
    expect(await get('a')).toBe(first);
    expect(reads).toBe(3);
    await get('b');
    expect(reads).toBe(4);
    const huge = await get('huge');
    expect(await get('huge')).toBe(huge);
    expect(await get('a')).not.toBe(first);
  });

  test('a read that failed is not remembered', async () => {
    let fails = true;
    const views = createTableViews(async () => {
      if (fails) throw new Error('away');
      return [];
    });
    await expect(views.get(owner, handle('s'), '1')).rejects.toThrow('away');
    fails = false;
    expect(await views.get(owner, handle('s'), '1')).toEqual([]);
  });
});
