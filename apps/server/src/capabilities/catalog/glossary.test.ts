import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ProblemError } from '@strongroom/protocol';
import type { Asker } from '#contracts';
import { startTestRooms, type TestRooms } from '../sources/start-test-rooms.ts';
import { type Catalog, createCatalog, migrations } from './index.ts';
import { hideFrom } from './test-policy.ts';

let rooms: TestRooms;
let catalog: Catalog;
let owner: Asker;
/** Sees customers without `region`, and no orders. */
let colleague: Asker;
beforeAll(async () => {
  rooms = await startTestRooms({ migrations });
  const { database, directory, clock } = rooms;
  owner = await rooms.person('admin', 'owner@example.org');
  colleague = await rooms.person('editor', 'colleague@example.org');
  const sources = hideFrom(rooms.sources, owner, { customers: ['region'] });
  catalog = createCatalog({ database, sources, directory, clock });
  await rooms.sources.addDatabase(owner, { name: 'shop', url: rooms.shop.url });
  await rooms.sources.share(owner, 'shop', 'everyone');
});
afterAll(() => rooms[Symbol.asyncDispose]());

const term = (name: string, links: string[] = [], more: { definition?: string; synonyms?: string[] } = {}) => ({
  name,
  definition: `what ${name} means`,
  synonyms: [],
  links,
  ...more,
});
const names = async (asker: Asker) => (await catalog.glossary.list(asker)).map(({ name }) => name);
const refusal = async (work: Promise<unknown>) => {
  const error = await work.catch((reason: unknown) => reason);
  if (!(error instanceof ProblemError)) throw new Error('no refusal');
  const { code, status, message, members } = error;
  return { code, status, message, members };
};
/** All that the catalog tells somebody. */
const told = async (asker: Asker) =>
  JSON.stringify([
    await catalog.glossary.list(asker),
    await catalog.tablesFor(asker),
    await catalog.export(asker, 'shop'),
    ...(await Promise.all(
      ['turnover', 'turnoverz', 'churn', 'revenue customers', 'patron', 'area'].map((words) =>
        catalog.search(asker, words),
      ),
    )),
  ]);

test('a term without links is everybody’s; one with links is theirs who see one of what it is linked to, and names them no other', async () => {
  await catalog.glossary.add(owner, term('Fiscal year'));
  const patron = await catalog.glossary.add(
    owner,
    term('Patron', ['shop.public.customers', 'shop.public.orders', 'shop.public.customers.region'], {
      synonyms: ['regular', 'regular'],
    }),
  );
  expect(patron).toMatchObject({
    synonyms: ['regular'],
    links: ['shop.public.customers', 'shop.public.customers.region', 'shop.public.orders'],
  });
  const seen = await catalog.glossary.list(colleague);
  expect(seen.map(({ name, links }) => [name, links])).toEqual([
    ['Fiscal year', []],
    ['Patron', ['shop.public.customers']],
  ]);
  expect((await catalog.show(colleague, 'shop.public.customers')).glossary).toEqual([
    { name: 'Patron', synonyms: ['regular'], definition: 'what Patron means' },
  ]);
  expect((await catalog.search(colleague, 'regulars')).hits.map(({ resource }) => resource)).toEqual([
    'shop.public.customers',
  ]);
  expect((await catalog.search(colleague, 'regulars')).terms).toMatchObject([{ name: 'Patron' }]);
});

test('a term of what is hidden changes nothing that anybody else is told: no list, table, search, file or error', async () => {
  const before = await told(colleague);
  const turnover = await catalog.glossary.add(
    owner,
    term('Turnover', ['shop.public.orders.total'], { synonyms: ['turnoverz', 'patron'] }),
  );
  const area = await catalog.glossary.add(owner, term('Area', ['shop.public.customers.region']));
  expect(await told(colleague)).toBe(before);
  expect(await told(owner)).toContain('turnoverz');
  const unknown = '01900000-0000-7000-8000-000000000000';
  for (const { id } of [turnover, area]) {
    expect(await refusal(catalog.glossary.change(colleague, id, { name: 'x' }))).toEqual(
      await refusal(catalog.glossary.change(colleague, unknown, { name: 'x' })),
    );
    expect(await refusal(catalog.glossary.remove(colleague, id))).toEqual(
      await refusal(catalog.glossary.remove(colleague, unknown)),
    );
  }
  for (const hidden of ['shop.public.orders', 'shop.public.customers.region'])
    expect(await refusal(catalog.glossary.add(colleague, term('New', [hidden])))).toEqual(
      await refusal(catalog.glossary.add(colleague, term('New', ['shop.public.nothing']))),
    );
  // A name that is taken by what they don't see is free for them.
  const own = await catalog.glossary.add(colleague, term('turnover'));
  expect(await names(owner)).toEqual(['Area', 'Fiscal year', 'Patron', 'Turnover', 'turnover']);
  for (const id of [turnover.id, area.id, own.id]) await catalog.glossary.remove(owner, id);
  expect(await told(owner)).not.toMatch(/turnover/i);
});

test('a name that the asker sees already is refused, to add and to change; the same name in another case is no other', async () => {
  expect(await refusal(catalog.glossary.add(colleague, term('fiscal YEAR')))).toMatchObject({
    code: 'catalog/term_exists',
    status: 409,
  });
  const [year] = await catalog.glossary.list(owner);
  expect(await refusal(catalog.glossary.change(owner, year?.id ?? '', { name: 'patron' }))).toMatchObject({
    code: 'catalog/term_exists',
  });
  expect(await catalog.glossary.change(owner, year?.id ?? '', { name: 'Fiscal Year' })).toMatchObject({
    name: 'Fiscal Year',
    definition: 'what Fiscal year means',
  });
});

test('whoever changes links changes those they see; a term that some saw never becomes one that all see', async () => {
  const linked = await catalog.glossary.add(owner, term('Churn', ['shop.public.customers', 'shop.public.orders']));
  expect(await refusal(catalog.glossary.change(colleague, linked.id, { links: [] }))).toMatchObject({
    code: 'catalog/term_needs_link',
    status: 422,
  });
  await catalog.glossary.change(colleague, linked.id, { links: ['shop.public.customers.name'] });
  expect((await catalog.glossary.list(owner)).find(({ id }) => id === linked.id)?.links).toEqual([
    'shop.public.customers.name',
    'shop.public.orders',
  ]);
  expect((await catalog.search(owner, 'churn')).hits.map(({ resource }) => resource).toSorted()).toEqual([
    'shop.public.customers.name',
    'shop.public.orders',
  ]);
  await catalog.glossary.remove(owner, linked.id);
  expect((await catalog.search(owner, 'churn')).hits).toEqual([]);
});

test('a term that is linked to a source alone goes with it, and until then stays with who saw it, also while its table is away', async () => {
  await rooms.sources.addDatabase(owner, { name: 'leaving', url: rooms.shop.url });
  const lasting = await catalog.glossary.add(owner, term('Lasting', ['leaving.public.orders', 'shop.public.orders']));
  await catalog.glossary.add(owner, term('Leaving', ['leaving.public.orders']));
  await rooms.sources.refresh(owner, 'leaving');
  expect(await names(owner)).toEqual(expect.arrayContaining(['Lasting', 'Leaving']));
  const deleteOrders = (name: string) =>
    rooms.database.withWorkspace(owner.workspaceId, (transaction) =>
      sql`delete from catalog_tables using sources s where s.id = source_id and s.name = ${name} and table_name = 'orders'`.execute(
        transaction,
      ),
    );
  await deleteOrders('leaving');
  expect(await names(owner)).not.toContain('Leaving');
  expect(await names(colleague)).not.toContain('Leaving');
  await rooms.sources.remove(owner, 'leaving');
  const { rows } = await rooms.database.withWorkspace(owner.workspaceId, (transaction) =>
    sql<{ name: string }>`select name from catalog_terms order by name`.execute(transaction),
  );
  expect(rows.map(({ name }) => name)).toEqual(['Fiscal Year', 'Lasting', 'Patron']);
  await catalog.glossary.remove(owner, lasting.id);
});

test('what a translator is told of a source is another when a term of it is, and the same when another source’s is', async () => {
  await rooms.sources.addDatabase(owner, { name: 'other', url: rooms.shop.url });
  const told = async () => (await catalog.tablesBySource(owner, 'shop'))[0];
  const terms = async () => (await told())?.flatMap(({ glossary }) => glossary?.map(({ name }) => name) ?? []);
  const before = await told();
  await catalog.glossary.add(owner, term('Elsewhere', ['other.public.orders']));
  expect(await told()).toBe(before);
  const added = await catalog.glossary.add(owner, term('Told', ['shop.public.orders', 'other.public.orders']));
  expect(await terms()).toContain('Told');
  await catalog.glossary.change(owner, added.id, { name: 'Retold' });
  expect(await terms()).toContain('Retold');
  await catalog.glossary.change(owner, added.id, { links: ['other.public.orders'] });
  expect(await terms()).not.toContain('Retold');
  await rooms.sources.remove(owner, 'other');
});

test('a search finds what somebody owns by their name, and knows no owner of what is hidden', async () => {
  await catalog.annotate(owner, 'shop.public.customers', { owner: 'colleague@example.org' });
  await catalog.annotate(owner, 'shop.public.orders', { owner: 'owner@example.org' });
  expect((await catalog.search(colleague, 'colleague')).hits).toMatchObject([
    { resource: 'shop.public.customers', owner: 'colleague@example.org' },
  ]);
  expect((await catalog.search(owner, 'owner@example.org')).hits).toMatchObject([{ resource: 'shop.public.orders' }]);
  const before = JSON.stringify(await catalog.search(colleague, 'owner'));
  await catalog.annotate(owner, 'shop.public.orders', { owner: null });
  expect(JSON.stringify(await catalog.search(colleague, 'owner'))).toBe(before);
});
