import type { ForeignKey } from '@strongroom/protocol';
import { describe, expect, test } from 'vitest';
import { describeTable } from '../disclosure/schema-part.ts';
import { chooseTables, SCHEMA_TOKENS_MAX, type SourceTables, tablesSpokenOf } from './choose-tables.ts';
import { countTokens } from '../count-tokens.ts';
import type { KnownTable } from './table-index.ts';

type Extra = Partial<
  Pick<KnownTable, 'schema' | 'source' | 'description' | 'tags' | 'glossary' | 'popularity' | 'primaryKey'>
>;

const column = (name: string): KnownTable['columns'][number] => ({
  name,
  type: 'text',
  kind: 'text',
  nullable: true,
  comment: null,
  description: null,
  tags: [],
  owner: null,
  isKey: false,
});
/** `keys`: column to the table it references, by its `id`. */
function table(
  name: string,
  columns: readonly string[],
  keys: Record<string, string> = {},
  extra: Extra = {},
): KnownTable {
  const { schema = 'public', source = 'shop' } = extra;
  return {
    resource: `${source}.${schema}.${name}`,
    source,
    schema,
    name,
    kind: 'table',
    comment: null,
    description: null,
    tags: [],
    owner: null,
    columns: [...columns, ...Object.keys(keys)].map(column),
    primaryKey: [],
    foreignKeys: Object.entries(keys).map(([own, to]): ForeignKey => ({
      columns: [own],
      references: { schema, table: to, columns: ['id'] },
    })),
    ...extra,
  };
}
const fillers = Array.from({ length: 40 }, (_, at) => table(`filler_${at}`, ['id', 'remark'], {}, { schema: 'other' }));
const namesOf = async (question: string, ...sources: SourceTables[]): Promise<string[]> =>
  (await chooseTables(question, sources)).tables.map(({ name }) => name);

describe('which tables', () => {
  test('those the question speaks of come first, then what their foreign keys lead to; others are not told', async () => {
    const tables = [
      ...fillers,
      table('customers', ['id', 'name', 'region']),
      table('orders', ['id', 'placed_at'], { customer_id: 'customers' }),
    ];
    expect(await namesOf('How many orders per month?', tables)).toEqual(['orders', 'customers']);
  });

  test('a source of few tables is told whole, best first', async () => {
    const few = [...fillers.slice(0, 5), table('orders', ['id'])];
    const names = await namesOf('orders', few);
    expect(names[0]).toBe('orders');
    expect(names).toHaveLength(6);
  });

  test('where no name says anything of the question, what is read most is told, and never more than 12 tables', async () => {
    const names = await namesOf('?', [...fillers, table('busy', ['id'], {}, { popularity: 3 })]);
    expect(names[0]).toBe('busy');
    expect(names).toHaveLength(12);
  });

  test.each([
    ['an identifier in any spelling', 'order items', 'OrderItems'],
    ['one that is written together', 'language of a country', 'countrylanguage'],
    ['a plural, an ending', 'delayed shipping', 'shipment_delay'],
    ['a shortened word', 'students', 'stu_main'],
    ['a known abbreviation', 'quantity', 'qty_by_day'],
    ['a synonym', 'salaries', 'wages'],
    ['a name everybody knows the kind of', 'Who speaks Dutch?', 'languages'],
    ['a country', 'visitors from Angola', 'countries'],
  ])('%s is found', async (_, question, name) => {
    const others = [table('country', ['id', 'code']), table('language', ['id', 'code'])];
    const vocabulary = name === 'countrylanguage' ? [...others, table('lists', ['country', 'language'])] : [];
    const names = await namesOf(question, [...fillers, ...vocabulary, table(name, ['id'])]);
    expect(names).toContain(name);
  });

  test('a beginning that all tables of a schema share counts for none of them', async () => {
    const tables = ['ticker', 'price', 'customer', 'trade', 'branch'].map((name) => table(`sb_${name}`, ['id']));
    const names = await namesOf('sb customer', [...fillers, ...tables]);
    expect(names[0]).toBe('sb_customer');
  });

  test('what people wrote leads to a table: a description, a tag, a term of the glossary or one of its synonyms', async () => {
    const term = { name: 'churn', synonyms: ['attrition'], definition: 'who left' };
    const written: [string, Extra][] = [
      ['reversal', { description: 'Every reversal of a booking' }],
      ['certified', { tags: ['certified'] }],
      ['churn', { glossary: [term] }],
      ['attrition', { glossary: [term] }],
    ];
    for (const [question, extra] of written)
      expect(await namesOf(question, [...fillers, table('t1', ['id'], {}, extra)])).toEqual(['t1']);
    const ofColumn = table('t2', ['id']);
    ofColumn.columns.push({ ...column('x7'), glossary: [term] });
    expect(await namesOf('attrition', [...fillers, ofColumn])).toEqual(['t2']);
  });

  test('of tables that say the same, the one that is read more comes first', async () => {
    const twins = [
      table('orders', ['id'], {}, { schema: 'a', popularity: 1 }),
      table('orders', ['id'], {}, { schema: 'b', popularity: 5 }),
    ];
    const { tables } = await chooseTables('orders', [[...fillers, ...twins]]);
    expect(tables.map(({ schema }) => schema).slice(0, 2)).toEqual(['b', 'a']);
  });

  test('tables that lead from one that is asked for to another are told though nothing names them', async () => {
    const tables = [
      ...fillers,
      table('singers', ['id']),
      table('x1', ['id'], { a: 'singers' }),
      table('x2', ['id'], { a: 'x1' }),
      table('stadiums', ['id'], { a: 'x2' }),
    ];
    expect((await namesOf('singers of stadiums', tables)).toSorted()).toEqual(['singers', 'stadiums', 'x1', 'x2']);
  });

  test('a statement runs in one source, so tables of one are told: the one with the best', async () => {
    const other = table('invoices', ['id', 'amount'], {}, { source: 'books' });
    const chosen = await chooseTables('amount of all invoices', [
      [...fillers, table('bills', ['id'])],
      [...fillers.map((filler) => ({ ...filler, source: 'books' })), other],
    ]);
    expect(chosen.source).toBe('books');
    expect(chosen.tables[0]).toEqual(other);
    expect(await chooseTables('anything', [[], []])).toEqual({ source: '', tables: [] });
  });

  test('a translator of our own is told of whole tables of all sources', async () => {
    const wide = table(
      'orders',
      Array.from({ length: 60 }, (_, at) => `c${at}`),
    );
    const other = table('orders', ['id'], {}, { source: 'books' });
    expect(await tablesSpokenOf('orders', [[...fillers, wide], [other]], 5)).toEqual([wide, other]);
  });
});

describe('which columns', () => {
  test('of a wide table those that join, that the question speaks of, keys and names; a key goes with its columns', async () => {
    const many = Array.from({ length: 60 }, (_, at) => `detail_${at}`);
    const tables = [
      ...fillers,
      table('airports', ['id', 'city']),
      table(
        'flights',
        [...many, 'flight_no', 'status', 'taxi_minutes'],
        { origin: 'airports', gate: 'gates' },
        {
          primaryKey: ['flight_no'],
        },
      ),
    ];
    const { tables: told } = await chooseTables('taxi minutes of flights by city', [tables]);
    const flights = told.find(({ name }) => name === 'flights');
    const names = flights?.columns.map(({ name }) => name) ?? [];
    expect(names).toEqual(expect.arrayContaining(['flight_no', 'status', 'taxi_minutes', 'origin']));
    expect(names.length).toBeLessThan(40);
    expect(flights?.primaryKey).toEqual(['flight_no']);
    // Of a table that is not told, no key is told either.
    expect(flights?.foreignKeys.map(({ columns }) => columns)).toEqual([['origin']]);
  });

  test('however wide and many the tables are, the budget holds, and the best one is told', async () => {
    const wide = Array.from({ length: 30 }, (_, at) =>
      table(
        `orders_${at}`,
        Array.from({ length: 300 }, (__, place) => `quite_a_long_column_name_${at}_${place}`),
      ),
    );
    const { tables } = await chooseTables('orders', [wide]);
    expect(tables.length).toBeGreaterThan(3);
    expect(countTokens(tables.map(describeTable).join('\n'))).toBeLessThanOrEqual(SCHEMA_TOKENS_MAX);
    const monstrous = table(
      'orders',
      Array.from({ length: 9 }, () => 'x'.repeat(4_000)),
    );
    expect(await namesOf('orders', [monstrous, ...fillers])).toEqual(['orders']);
  });
});

test('what another asker sees has no part in it: frequencies, lengths and neighbours come from these tables alone', async () => {
  const mine = [
    ...fillers,
    table('orders', ['id', 'total']),
    table('order_notes', ['id', 'text'], { order_id: 'orders' }),
  ];
  const before = await chooseTables('total of orders', [mine]);
  await chooseTables('total of orders', [
    [...mine, ...fillers.map((one) => ({ ...one, name: `total_orders_${one.name}` }))],
  ]);
  expect(await chooseTables('total of orders', [mine])).toEqual(before);
  expect(await chooseTables('total of orders', [structuredClone(mine)])).toEqual(before);
});
