import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
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
beforeEach(async () => {
  for (const { id } of await catalog.glossary.list(owner)) await catalog.glossary.remove(owner, id);
  for (const { resource, columns } of await catalog.tablesFor(owner))
    for (const one of [resource, ...columns.map(({ name }) => `${resource}.${name}`)])
      await catalog.annotate(owner, one, { description: null, tags: [], owner: null });
});

const FILE = `source: shop
tables:
  public.customers:
    description: Who buys
    tags:
      - people
    owner: colleague@example.org
    columns:
      region:
        description: North or south
  public.orders:
    columns:
      total:
        description: "Gross: in euros"
        tags:
          - money
          - finance
glossary:
  - term: Fiscal year
    definition: From April to March
  - term: Turnover
    definition: All totals of a fiscal year
    synonyms:
      - sales
    links:
      - public.orders.total
`;
const text = (...lines: string[]) => lines.join('\n');
const refusal = async (work: Promise<unknown>) => {
  const error = await work.catch((reason: unknown) => reason);
  if (!(error instanceof ProblemError)) throw new Error('no refusal');
  const { code, status, message, members } = error;
  return { code, status, message, members };
};

test('a file says what is written, is written by what it says, and again changes nothing', async () => {
  const { changes } = await catalog.import(owner, FILE, false);
  expect(changes).toEqual(
    expect.arrayContaining([
      { on: 'shop.public.customers', member: 'owner', before: null, after: 'colleague@example.org' },
      { on: 'shop.public.orders.total', member: 'tags', before: null, after: 'money, finance' },
      { on: 'Turnover', member: 'links', before: null, after: 'shop.public.orders.total' },
    ]),
  );
  expect(changes).toHaveLength(10);
  expect(await catalog.export(owner, 'shop')).toBe(FILE);
  expect((await catalog.import(owner, FILE, false)).changes).toEqual([]);
  expect((await catalog.search(owner, 'gross sales')).hits[0]).toMatchObject({ resource: 'shop.public.orders.total' });
});

test('what a file does not mention stays, and null or nothing clears', async () => {
  await catalog.import(owner, FILE, false);
  const { changes } = await catalog.import(
    owner,
    text(
      'source: shop',
      'tables:',
      '  public.customers: { owner: null, tags: [] }',
      'glossary:',
      '  - { term: TURNOVER, definition: Less, links: [public.orders] }',
    ),
    false,
  );
  expect(changes).toEqual([
    { on: 'shop.public.customers', member: 'tags', before: 'people', after: null },
    { on: 'shop.public.customers', member: 'owner', before: 'colleague@example.org', after: null },
    { on: 'Turnover', member: 'definition', before: 'All totals of a fiscal year', after: 'Less' },
    { on: 'Turnover', member: 'links', before: 'shop.public.orders.total', after: 'shop.public.orders' },
  ]);
  expect(await catalog.show(owner, 'shop.public.customers')).toMatchObject({ description: 'Who buys', owner: null });
});

test('a dry run says what would change, and changes nothing', async () => {
  const before = await catalog.export(owner, 'shop');
  const dry = await catalog.import(owner, FILE, true);
  expect(dry).toMatchObject({ source: 'shop', dryRun: true });
  expect(await catalog.export(owner, 'shop')).toBe(before);
  expect((await catalog.import(owner, FILE, false)).changes).toEqual(dry.changes);
});

test.each([
  ['no YAML', text('source: shop', 'tables: {'), 2],
  ['an unknown word', text('source: shop', 'tables:', '  public.customers:', '    descriptions: x'), 4],
  ['a table without its schema', text('source: shop', 'tables:', '  customers: {}'), 3],
  ['an unknown table', text('source: shop', 'tables:', '  public.customers: {}', '  public.nothing: {}'), 4],
  ['an unknown column', text('source: shop', 'tables:', '  public.customers:', '    columns:', '      no: {}'), 5],
  ['an unknown source', text('source: nothing'), 1],
  ['an unknown owner', text('source: shop', 'tables:', '  public.customers:', '    owner: no@example.org'), 4],
  [
    'a term twice',
    text('source: shop', 'glossary:', '  - { term: a, definition: b }', '  - { term: A, definition: b }'),
    4,
  ],
  [
    'a link to nowhere',
    text('source: shop', 'glossary:', '  - term: a', '    definition: b', '    links: [public.no]'),
    5,
  ],
  ['a term without a definition', text('source: shop', 'glossary:', '  - term: a'), 3],
  ['a NUL', text('source: shop', 'tables:', '  public.customers:', '    description: "a\\0b"'), 4],
  ['an alias', text('source: shop', 'tables:', '  public.customers: { description: &a x, tags: [*a] }'), 1],
  ['too much', `source: shop\n#${'x'.repeat(600_000)}`, 1],
])('%s is refused with its line, and nothing before it is written', async (_, wrong, line) => {
  const mixed = wrong.replace('tables:\n', 'tables:\n  public.orders: { description: first }\n');
  const moved = mixed === wrong ? line : line + (line > 2 ? 1 : 0);
  expect(await refusal(catalog.import(owner, mixed, false))).toMatchObject({
    code: 'catalog/bad_file',
    status: 422,
    members: { line: moved },
  });
  expect(await catalog.export(owner, 'shop')).toBe('source: shop\n');
});

test('what is hidden from somebody is in no file of theirs, and in a file it is refused as what never was', async () => {
  await catalog.import(owner, FILE, false);
  const file = await catalog.export(colleague, 'shop');
  expect(file).toContain('Who buys');
  expect(file).not.toMatch(/orders|region|Turnover|money/);
  const about = (table: string, column: string) =>
    text('source: shop', 'tables:', `  ${table}: { columns: { ${column}: { description: x } } }`);
  expect(await refusal(catalog.import(colleague, about('public.orders', 'total'), false))).toEqual(
    await refusal(catalog.import(colleague, about('public.no', 'total'), false)),
  );
  expect(await refusal(catalog.import(colleague, about('public.customers', 'region'), false))).toEqual(
    await refusal(catalog.import(colleague, about('public.customers', 'no'), false)),
  );
  const link = (to: string) => text('source: shop', `glossary: [{ term: a, definition: b, links: [${to}] }]`);
  expect(await refusal(catalog.import(colleague, link('public.orders'), false))).toEqual(
    await refusal(catalog.import(colleague, link('public.no'), false)),
  );
  // The owner's term of that name is none that the colleague changes, or hears of.
  const own = text('source: shop', 'glossary: [{ term: Turnover, definition: mine }]');
  expect((await catalog.import(colleague, own, false)).changes).toEqual([
    { on: 'Turnover', member: 'definition', before: null, after: 'mine' },
  ]);
  expect((await catalog.show(owner, 'shop.public.orders')).columns[2]?.glossary).toMatchObject([
    { definition: 'All totals of a fiscal year' },
  ]);
  expect(await refusal(catalog.import(owner, own, false))).toMatchObject({ members: { line: 2 } });
});

test('a linked term’s last link is not taken by a file, and its links to other sources stay', async () => {
  await rooms.sources.addDatabase(owner, { name: 'other', url: rooms.shop.url });
  await catalog.glossary.add(owner, {
    name: 'Turnover',
    synonyms: [],
    definition: 'x',
    links: ['shop.public.orders', 'other.public.orders'],
  });
  const without = text('source: shop', 'glossary: [{ term: Turnover, definition: x, links: [] }]');
  expect((await catalog.import(owner, without, false)).changes).toMatchObject([{ after: 'other.public.orders' }]);
  expect(await refusal(catalog.import(owner, without.replace('shop', 'other'), false))).toMatchObject({
    code: 'catalog/bad_file',
    members: { line: 2 },
  });
  await rooms.sources.remove(owner, 'other');
});
