import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ProblemError, type SourceSchema } from '@strongroom/protocol';
import type { Asker } from '#contracts';
import { startTestRooms, type TestRooms } from '../sources/start-test-rooms.ts';
import { type Catalog, createCatalog, migrations } from './index.ts';

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
  await rooms.sources.addDatabase(owner, { name: 'shop', url: rooms.shop.url });
});
afterAll(() => rooms[Symbol.asyncDispose]());

const refusal = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ProblemError)) throw new Error('no refusal');
  return {
    code: error.code,
    status: error.status,
    message: error.message,
    members: error.members,
    internal: error.internal,
  };
};
const everything = async () =>
  rooms.database.withWorkspace(owner.workspaceId, async (transaction) => {
    const { rows } =
      await sql`select json_build_array((select json_agg(t) from catalog_tables t), (select json_agg(c) from catalog_columns c), (select json_agg(e) from catalog_entries e)) as all`.execute(
        transaction,
      );
    return JSON.stringify(rows);
  });

describe('the catalog', () => {
  test('holds names, types, keys and comments, and never a value', async () => {
    const tables = await catalog.tablesFor(owner, 'shop');
    expect(tables.map((table) => table.resource)).toEqual(['shop.public.customers', 'shop.public.orders']);
    const orders = tables[1];
    expect(orders).toMatchObject({
      comment: 'What customers bought',
      primaryKey: ['id'],
      foreignKeys: [
        { columns: ['customer_id'], references: { schema: 'public', table: 'customers', columns: ['id'] } },
      ],
    });
    expect(
      orders?.columns.map(({ name, type, kind, nullable, isKey }) => ({ name, type, kind, nullable, isKey })),
    ).toEqual([
      { name: 'id', type: 'integer', kind: 'integer', nullable: false, isKey: true },
      { name: 'customer_id', type: 'integer', kind: 'integer', nullable: false, isKey: true },
      { name: 'total', type: 'numeric(10,2)', kind: 'decimal', nullable: false, isKey: false },
      { name: 'placed_at', type: 'timestamp with time zone', kind: 'timestamp', nullable: false, isKey: false },
    ]);
    expect(await everything()).not.toMatch(/planted-value|payroll/);
  });

  test('remembers a schema for the guard until its source was read again, whoever did, and none of a source that is gone', async () => {
    const ask = async () => catalog.schemaFor(await rooms.sources.find(owner, 'changing'));
    await rooms.sources.addDatabase(owner, { name: 'changing', url: rooms.shop.url });
    const first = await ask();
    expect(await ask()).toBe(first);
    await rooms.sources.refresh(owner, 'changing');
    const second = await ask();
    expect(second).not.toBe(first);
    expect(second).toEqual(first);
    // As another server of the same database would.
    await rooms.database.withWorkspace(owner.workspaceId, async (transaction) => {
      const { id } = await rooms.sources.find(owner, 'changing');
      await sql`delete from catalog_tables where source_id = ${id} and table_name = 'orders'`.execute(transaction);
      await sql`update sources set schema_version = gen_random_uuid() where id = ${id}`.execute(transaction);
    });
    rooms.clock.advance(1_000);
    expect((await ask()).tables.map(({ name }) => name)).toEqual(['customers']);
    await rooms.sources.remove(owner, 'changing');
    expect((await refusal(ask())).code).toBe('query/denied');
  });

  test('gives the guard the schema as the source has it', async () => {
    const handle = await rooms.sources.find(owner, 'shop');
    const live: SourceSchema = await (await rooms.sources.use(handle)).introspect();
    expect(await catalog.schemaFor(handle)).toEqual(live);
  });

  test('a hidden table and a missing table get the same refusal, to see, to search and to describe', async () => {
    expect(await catalog.tablesFor(colleague)).toEqual([]);
    expect(await catalog.search(colleague, 'orders customers')).toEqual({ hits: [], terms: [] });
    expect(await refusal(catalog.tablesFor(colleague, 'shop'))).toEqual(
      await refusal(catalog.tablesFor(colleague, 'nothing')),
    );
    expect(await refusal(catalog.show(colleague, 'shop.public.orders'))).toEqual(
      await refusal(catalog.show(colleague, 'no.such.table')),
    );
    expect(await refusal(catalog.annotate(colleague, 'shop.public.orders', { description: 'x' }))).toEqual(
      await refusal(catalog.annotate(colleague, 'no.such.table', { description: 'x' })),
    );
    expect(await refusal(catalog.show(owner, 'shop.public.payroll'))).toMatchObject({
      code: 'catalog/not_found',
      status: 404,
    });
  });

  test('what people wrote survives a refresh, changes one member at a time and is found by search; an owner is kept by id', async () => {
    await catalog.annotate(owner, 'shop.public.orders.total', {
      description: 'Gross revenue in euros',
      tags: ['finance', 'finance'],
    });
    const table = await catalog.annotate(owner, 'shop.public.orders.total', { owner: 'Colleague@Example.org ' });
    const written = { description: 'Gross revenue in euros', tags: ['finance'], owner: 'colleague@example.org' };
    expect(table.columns.find((column) => column.name === 'total')).toMatchObject(written);
    const annotations = await rooms.database.withWorkspace(owner.workspaceId, (transaction) =>
      transaction.selectFrom('catalog_annotations').selectAll().execute(),
    );
    expect(annotations).toMatchObject([{ owner_id: colleague.personId }]);
    expect(JSON.stringify(annotations)).not.toMatch(/@/);
    await rooms.sources.refresh(owner, 'shop');
    expect(
      (await catalog.show(owner, 'shop.public.orders.total')).columns.find((column) => column.name === 'total'),
    ).toMatchObject(written);
    expect((await catalog.search(owner, 'revenue')).hits[0]).toMatchObject({
      resource: 'shop.public.orders.total',
      table: 'orders',
      column: 'total',
      tags: ['finance'],
    });
    const cleared = await catalog.annotate(owner, 'shop.public.orders.total', {
      description: null,
      tags: [],
      owner: null,
    });
    expect(cleared.columns.find((column) => column.name === 'total')).toMatchObject({
      description: null,
      tags: [],
      owner: null,
    });
    expect((await catalog.search(owner, 'revenue')).hits).toEqual([]);
  });

  test('an owner is a person of the workspace; anybody else changes nothing', async () => {
    const change = { description: 'Of nobody', owner: 'stranger@example.org' };
    expect(await refusal(catalog.annotate(owner, 'shop.public.orders', change))).toMatchObject({
      code: 'catalog/owner_unknown',
      status: 404,
    });
    expect(await catalog.show(owner, 'shop.public.orders')).toMatchObject({ description: null, owner: null });
  });

  test('what a policy hides has no part in a search: neither in what is found, nor in how good a hit is, nor in what counts as a slip', async () => {
    const { database, sources, directory, clock } = rooms;
    const hiding = { filter: null, denied: ['placed_at'], masks: {} };
    const policy = {
      tables: [{ schema: 'public', table: 'orders', grants: [hiding] }],
      attributes: {},
      pseudonymKey: null,
    };
    const queryable = async (asker: Asker) => (await sources.queryable(asker)).map((handle) => ({ ...handle, policy }));
    const governed = createCatalog({ database, sources: { ...sources, queryable }, directory, clock });
    const searches = async () =>
      Promise.all(
        [
          'totalz',
          'id totalz',
          'orders totalz',
          'total',
          'placedx',
          'orders placed',
          'custmers',
          'orders customers',
        ].map(async (words) => [words, (await governed.search(owner, words)).hits] as const),
      );
    const before = await searches();
    expect(new Map(before).get('totalz')?.map(({ column }) => column)).toEqual(['total']);
    expect(JSON.stringify(before)).not.toMatch(/placed_at|public\.customers/);
    // The very word, of a table and a column that are hidden: it is no slip any more, of whoever may see them.
    const text = { description: 'totalz placedx custmers', tags: ['totalz'] };
    for (const resource of ['shop.public.customers', 'shop.public.orders.placed_at'])
      await catalog.annotate(owner, resource, text);
    expect((await catalog.search(owner, 'totalz')).hits.map(({ column }) => column)).not.toContain('total');
    expect(await searches()).toEqual(before);
    for (const resource of ['shop.public.customers', 'shop.public.orders.placed_at'])
      await catalog.annotate(owner, resource, { description: null, tags: [] });
  });

  test('a search ranks the name before the mention, forgives a slip, and takes any text for words', async () => {
    expect((await catalog.search(owner, 'order')).hits[0]?.resource).toBe('shop.public.orders');
    expect((await catalog.search(owner, 'custmers')).hits[0]?.resource).toBe('shop.public.customers');
    expect((await catalog.search(owner, 'placedAt')).hits[0]?.resource).toBe('shop.public.orders.placed_at');
    for (const odd of ['', '   ', "' | & ! :* \\", '%_%', '\u{1F600}', 'x'.repeat(5000)])
      expect((await catalog.search(owner, odd)).hits).toEqual([]);
  });

  test('nothing of a source stays when it is removed', async () => {
    const name = `s-${randomUUID()}`;
    await rooms.sources.addDatabase(owner, { name, url: rooms.shop.url });
    await catalog.annotate(owner, `${name}.public.orders`, { description: 'gone-with-it' });
    await rooms.sources.remove(owner, name);
    expect(await everything()).not.toMatch(new RegExp(`${name}|gone-with-it`));
    expect(
      await rooms.database.withWorkspace(
        owner.workspaceId,
        async (transaction) =>
          (
            await transaction
              .selectFrom('catalog_annotations')
              .selectAll()
              .where('description', '=', 'gone-with-it')
              .execute()
          ).length,
      ),
    ).toBe(0);
  });
});
