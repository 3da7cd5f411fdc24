import { askerWordsSchema, type CatalogTable } from '@strongroom/protocol';
import { sharedData } from '@strongroom/testkit';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createHolder } from './hold-back.ts';

const column = (name: string): CatalogTable['columns'][number] => ({
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
const table = (name: string, columns: readonly string[]): CatalogTable => ({
  resource: `aviation.public.${name}`,
  source: 'aviation',
  schema: 'public',
  name,
  kind: 'table',
  comment: 'Ask Quetzal Coatlus about it',
  description: null,
  tags: [],
  owner: null,
  columns: columns.map(column),
  primaryKey: [],
  foreignKeys: [],
});
const TABLES = [
  table('flights', ['date', 'delay', 'distance', 'origin', 'destination']),
  table('airports', ['iata', 'name', 'city', 'state', 'address2']),
];

const hold = (words: string) => {
  const holder = createHolder(TABLES);
  const told = holder.hold(askerWordsSchema.parse(words));
  return { told, held: holder.held().map(({ kind, value }) => `${kind} ${value}`) };
};

describe('what a model is told of a question', () => {
  test.each<[string, string, readonly string[]]>([
    ['flights of Maria Gonzalez from Chicago', 'flights of :v1 from :v2', ['text Maria Gonzalez', 'text Chicago']],
    ['who is smith', 'who is :v1', ['text smith']],
    ['delays in texas and new york', 'delays in :v1 and :v2', ['text texas', 'text new york']],
    ['flights of quetzalcoatlus', 'flights of :v1', ['text quetzalcoatlus']],
    ['Quetzal flights', ':v1 flights', ['text Quetzal']],
    ['only Delta', 'only :v1', ['text Delta']],
    ["O'Brien's flights", ":v1's flights", ["text O'Brien"]],
    ['flights to St. Louis', 'flights to :v1', ['text St. Louis']],
    ['University of California flights', ':v1 flights', ['text University of California']],
    ['the total of Überflieger GmbH', 'the total of :v1', ['text Überflieger GmbH']],
    ['HOW MANY FLIGHTS LEFT CHICAGO', 'HOW MANY FLIGHTS LEFT :v1', ['text CHICAGO']],
    ['北京 flights', ':v1 flights', ['text 北京']],
    ['flights by bob@example.org', 'flights by :v1', ['text bob@example.org']],
    ['see https://evil.example/?q=1 now', 'see :v1 now', ['text https://evil.example/?q=1']],
    ['airports "Gold Plan" and ‘so’', 'airports :v1 and :v2', ['text Gold Plan', 'text so']],
    ['plan “gold level" and «low one»', 'plan :v1 and :v2', ['text gold level', 'text low one']],
    [
      'plan "gold\nlevel" or 「high」 or ‹so› or ‚so‘',
      'plan :v1 or :v2 or :v3 or :v3',
      ['text gold\nlevel', 'text high', 'text so'],
    ],
    ['delay > 60 or 1,200.50', 'delay > :v1 or :v2', ['number 60', 'number 1200.5']],
    ['top five of 1.5 million, 10k', 'top :v1 of :v2, :v3', ['number 5', 'number 1500000', 'number 10000']],
    ['two hundred and three flights', ':v1 flights', ['number 203']],
    ['over a million or half a dozen', 'over :v1 or half :v2', ['number 1000000', 'number 12']],
    ['delay > .5', 'delay > :v1', ['number 0.5']],
    ['from 192.168.17.4', 'from :v1', ['text 192.168.17.4']],
    ['version 2.5.1', 'version :v1', ['text 2.5.1']],
    ['sales over 12.345.678', 'sales over :v1', ['text 12.345.678']],
    ['card 4111.1111.1111.1111', 'card :v1', ['text 4111.1111.1111.1111']],
    ['ages 18-25, or 5..7', 'ages :v1-:v2, or :v3..:v4', ['number 18', 'number 25', 'number 5', 'number 7']],
    ['10² of 3-4-5', ':v1:v2 of :v3-:v4-:v5', ['number 10', 'text ²', 'number 3', 'number 4', 'number 5']],
    ['name: Hope', 'name: :v1', ['text Hope']],
    ['customers: Rose; Mark', 'customers: :v1; :v2', ['text Rose', 'text Mark']],
    ['20% of the 90th', ':v1% of the :v2', ['number 20', 'number 90']],
    ['zip 02139', 'zip :v1', ['text 02139']],
    ['order A-1234', 'order :v1', ['text A-1234']],
    ['calls to +1 555 123 4567', 'calls to :v1', ['text +1 555 123 4567']],
    ['what does :v1 mean', 'what does :v1 mean', ['text :v1']],
    ['on 3 March 2001', 'on :v1', ['date 2001-03-03']],
    ['since 2001-03-03', 'since :v1', ['date 2001-03-03']],
    ['March 3rd, 2001 at 14:30', ':v1', ['date 2001-03-03 14:30:00']],
    ['in January 2001', 'in the period from :v1 to before :v2', ['date 2001-01-01', 'date 2001-02-01']],
    ['in Q4 2001', 'in the period from :v1 to before :v2', ['date 2001-10-01', 'date 2002-01-01']],
    ['in 2001-12', 'in the period from :v1 to before :v2', ['date 2001-12-01', 'date 2002-01-01']],
    ['from 5 Jan to 9 Jan 2001', 'from the period from :v1 to before :v2', ['date 2001-01-05', 'date 2001-01-10']],
    ['in the 1990s', 'in the period from :v1 to before :v2', ['date 1990-01-01', 'date 2000-01-01']],
    ['in january', 'in month :v1', ['number 1']],
    ['in 2001', 'in :v1', ['number 2001']],
  ])('of %j: %j', (words, told, held) => {
    expect(hold(words)).toEqual({ told, held });
  });

  test.each([
    'How many flights left each origin airport?',
    'What is the average delay by destination state?',
    'Which airports have the fewest flights, and which one is the busiest?',
    'show address2 and public.flights, by month, in descending order',
    'flights delayed since last week',
    'AVG delay per city',
  ])('%j has nothing to hold back', (words) => {
    expect(hold(words)).toEqual({ told: words, held: [] });
  });

  test.each<[string, string, readonly string[]]>([
    ['Maria 5 Gonzalez', ':v1 :v2 :v3', ['text Maria', 'number 5', 'text Gonzalez']],
    [
      'Boeing 747 Max from Heathrow',
      ':v1 :v2 :v3 from :v4',
      ['text Boeing', 'number 747', 'text Max', 'text Heathrow'],
    ],
    [
      'call 555 (bob@example.org) 1234567',
      'call :v1 (:v2) :v3',
      ['number 555', 'text bob@example.org', 'number 1234567'],
    ],
  ])('of %j nothing that stands beside another value: %j', (words, told, held) => {
    expect(hold(words)).toEqual({ told, held: expect.arrayContaining([...held]) });
  });

  test('is no digit, and nothing that was found twice, in whatever order they come', () => {
    const pieces = fc.constantFrom(
      '5',
      '10-12',
      '3 March 2001',
      '2001',
      '/',
      '.',
      ':',
      '(',
      ')',
      '+',
      'Rose',
      'Mark',
      '"a 1"',
      'in',
      'days',
      'ago',
      'bob1@example.org',
      ':v1',
      'a',
      'million',
      '½',
      '٣',
      "O'Hare",
      '1,000.5',
      '.5',
      '00',
      'May',
      '5pm',
      'Q1',
      'H1 2001',
    );
    const text = fc.array(fc.tuple(pieces, fc.constantFrom(' ', ' ', '')), { minLength: 1, maxLength: 10 });
    fc.assert(
      fc.property(text, (parts) => {
        const { told, held } = hold(parts.flat().join(''));
        expect(told.replace(/:v\d+/g, '')).not.toMatch(/\p{N}|O'Hare|@/u);
        for (const [, number] of told.matchAll(/:v(\d+)/g)) expect(Number(number)).toBeLessThanOrEqual(held.length);
      }),
      { numRuns: 1_000 },
    );
  });

  test.each<[string, string, readonly string[]]>([
    ['delayed in 3 days', 'delayed in :v1 days', ['number 3']],
    ['delayed within 2 hours', 'delayed within :v1 hours', ['number 2']],
    ['delayed for 2 weeks', 'delayed for :v1 weeks', ['number 2']],
    ['5 days before', ':v1 days before', ['number 5']],
    ['since yesterday at 5pm', 'since yesterday at :v1', ['text 5pm']],
    ['in 2 months', 'in :v1 months', ['number 2']],
  ])('of %j no date, since it would be another on each day: %j', (words, told, held) => {
    expect(hold(words)).toEqual({ told, held });
  });

  test('a description lends no words: who is named in one is still a name', () => {
    expect(hold('flights of Quetzal Coatlus').told).toBe('flights of :v1');
  });

  test('the same value has one name, through all that is said, and an earlier question’s names stay', () => {
    const first = createHolder(TABLES);
    first.hold(askerWordsSchema.parse('flights from Chicago longer than 60'));
    const next = createHolder(TABLES, first.held());
    expect(next.hold(askerWordsSchema.parse('only Denver, not Chicago'))).toBe('only :v3, not :v1');
    expect(next.held().map(({ value }) => value)).toEqual(['Chicago', '60', 'Denver']);
  });

  test('there are no more of them than a model can be told the names of, and a question be kept with', () => {
    const holder = createHolder(TABLES);
    const many = (from: number) => Array.from({ length: 400 }, (_, at) => from + at).join(' ');
    for (const from of [1_000, 1_400]) holder.hold(askerWordsSchema.parse(many(from)));
    const refused = { code: 'egress/too_many_values', status: 422 };
    expect(() => holder.hold(askerWordsSchema.parse(many(1_800)))).toThrow(expect.objectContaining(refused));
  });

  test('what was held back stays so when a table that is disclosed later is called the same', () => {
    const first = createHolder(TABLES);
    first.hold(askerWordsSchema.parse('flights of Maria Mills'));
    first.hold(askerWordsSchema.parse('only Mills'));
    const next = createHolder([...TABLES, table('mills', ['maria'])], first.held());
    expect(next.hold(askerWordsSchema.parse('flights of Maria Mills, and Mills'))).toBe('flights of :v1, and :v2');
  });
});

type Schema = {
  readonly db_id: string;
  readonly table_names_original: readonly string[];
  readonly table_names: readonly string[];
  readonly column_names_original: readonly (readonly [number, string])[];
};
type Question = { readonly question: string; readonly db: string; readonly sql: string };

const spider = sharedData('spider');
test.skipIf(spider === null)('of 1,034 questions of others, 99 of 100 values of their SQL stay here', async () => {
  const read = async <T>(name: string): Promise<T> =>
    JSON.parse(await (await import('node:fs/promises')).readFile(`${spider}/${name}`, 'utf8')) as T;
  const schemas = await read<Schema[]>('tables.json');
  const tablesOf = new Map(
    schemas.map(({ db_id: id, ...schema }) => [
      id,
      schema.table_names_original.map((name, at) => ({
        ...table(
          name,
          schema.column_names_original.flatMap(([of, own]) => (of === at ? [own] : [])),
        ),
        tags: [schema.table_names[at] ?? ''],
      })),
    ]),
  );
  let [values, told] = [0, 0];
  for (const { question, db, sql } of await read<Question[]>('dev_gold_tables.json')) {
    const left = createHolder(tablesOf.get(db) ?? [])
      .hold(askerWordsSchema.parse(question))
      .replace(/:v\d+/g, '');
    const literals = [...sql.matchAll(/'([^']*)'|"([^"]*)"|(?<![\w.'"])(\d+(?:\.\d+)?)(?![\w'"])/g)]
      .map(([, single, double, number]) => (single ?? double ?? number ?? '').replaceAll('%', ''))
      .filter((value) => value !== '' && isIn(question, value));
    values += literals.length;
    told += literals.filter((value) => isIn(left, value)).length;
  }
  expect(values).toBeGreaterThan(500);
  expect(told / values).toBeLessThan(0.01);
});

function isIn(text: string, value: string): boolean {
  const escaped = value.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`(?<![\\w.])${escaped}(?![\\w])`, 'i').test(text);
}
