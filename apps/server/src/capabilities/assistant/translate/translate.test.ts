import { type Login, startPostgres, type TestPostgres } from '@strongroom/testkit';
import fc from 'fast-check';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ANSWERED, DECLINED } from '../aviation-questions.ts';
import { AVIATION } from './aviation-tables.ts';
import type { Lookup } from './find-values.ts';
import { translate } from './translate.ts';

// A few thousand invented rows over the sample's tables: enough that a wrong filter, group or order shows.
const SETUP = `
create table airports (iata text primary key, name text, city text, state text, country text, latitude float8, longitude float8);
insert into airports values
  ('ORD','Chicago O''Hare International','Chicago','IL','USA',41.9,-87.9), ('MDW','Chicago Midway','Chicago','IL','USA',41.7,-87.7), ('DEN','Denver Intl','Denver','CO','USA',39.8,-104.6),
  ('DFW','Dallas-Fort Worth International','Dallas','TX','USA',32.9,-97.0), ('IAH','George Bush','Houston','TX','USA',29.9,-95.3), ('LGA','LaGuardia','New York','NY','USA',40.7,-73.8),
  ('HNL','Honolulu International','Honolulu','HI','USA',21.3,-157.9), ('OGG','Kahului','Kahului','HI','USA',20.8,-156.4), ('BRW','Wiley Post','Barrow','AK','USA',71.2,-156.7), ('ODX','Evelyn Sharp','Ord','NE','USA',41.6,-98.9), ('NEV','Nevada Municipal','Nevada','MO','USA',37.8,-94.3), ('LAS','McCarran','Las Vegas','NV','USA',36.0,-115.1), ('LAX','Los Angeles International','Los Angeles','CA','USA',33.9,-118.4);
create table flights (date timestamp not null, delay integer not null, distance integer not null, origin text not null references airports, destination text not null references airports);
insert into flights select timestamp '2001-01-01' + make_interval(mins => (n * 41) % 180000), (n * 7919) % 240 - 40, 200 + (n * 104729) % 2600,
    (array['ORD','MDW','DEN','DFW','IAH','LGA','HNL','ORD','LAX'])[1 + n % 9], (array['DEN','DFW','LGA','LAS','ORD','OGG','IAH'])[1 + (n / 9) % 7] from generate_series(1, 17000) n;
create table bird_strikes (airport_name text, aircraft_make_model text, effect_amount_of_damage text, flight_date date, aircraft_airline_operator text, origin_state text, phase_of_flight text,
  wildlife_size text, wildlife_species text, time_of_day text, cost_other integer, cost_repair integer, cost_total integer, speed_ias_in_knots integer);
insert into bird_strikes select 'FIELD ' || n % 7, 'B-' || n % 5, (array['None','Minor'])[1 + n % 2], date '1990-01-01' + n * 3, 'AIRLINE ' || n % 4 * (n % 3), (array['California','Texas','Louisiana'])[1 + n % 3],
    (array['Climb','Approach','Take-off run'])[1 + n / 2 % 3], (array['Small','Medium','Large'])[1 + n % 3], (array['Gull','Canada goose','Hawk','Duck','Owl','Sparrow'])[1 + n * n % 6], (array['Day','Night','Dusk'])[1 + n / 5 % 3], n % 11, n % 97, n % 11 + n % 97, nullif(n % 300, 0) from generate_series(1, 1500) n;
`;

let postgres: TestPostgres;
let client: pg.Client;
beforeAll(async () => {
  postgres = await startPostgres();
  await postgres.run(SETUP);
  const login: Login = postgres.superuser;
  client = await postgres.connect(login);
});
afterAll(async () => {
  await client.end();
  await postgres.stop();
});

const today = new Date('2026-11-20T12:00:00Z');
const lookup: Lookup = async (table, columns, words) => {
  const found: { column: string; value: string }[] = [];
  for (const column of columns) {
    const { rows } = await client.query<{ value: string }>(
      `select distinct ${client.escapeIdentifier(column)} as value from ${client.escapeIdentifier(table.name)} where lower(${client.escapeIdentifier(column)}) = lower($1)`,
      [words],
    );
    found.push(...rows.map(({ value }) => ({ column, value })));
  }
  return found;
};
const ask = (question: string, look: Lookup = lookup, tables = AVIATION) =>
  translate({ question, tables, today, lookup: look, isUnique: async () => true });
const rowsOf = async (text: string) => (await client.query<unknown[]>({ text, rowMode: 'array' })).rows;
const sqlOf = async (question: string): Promise<string> => {
  const translation = await ask(question);
  return translation.kind === 'translated'
    ? translation.sql
    : `declined: ${translation.understanding.notUnderstood.join(', ')}`;
};

describe('the built-in translator', () => {
  test.each(ANSWERED)('answers as the reference does: $question', async ({ question, reference }) => {
    const translation = await ask(question);
    if (translation.kind === 'declined')
      throw new Error(`declined: ${translation.understanding.notUnderstood.join(', ')}`);
    expect(await rowsOf(translation.sql)).toEqual(await rowsOf(reference));
    expect(translation.understanding.notUnderstood).toEqual([]);
  });

  test.each(DECLINED)('declines, says what it missed and runs nothing: %s', async (question) => {
    const translation = await ask(question);
    expect(translation.kind).toBe('declined');
    expect(translation.understanding.notUnderstood.join('')).not.toBe('');
    expect(translation.understanding.closest.length).toBeGreaterThan(0);
  });

  test('a value is part of the tree: no word of a question can become SQL', async () => {
    const trick = `x' OR '1'='1`;
    const translation = await ask(`How many airports in "${trick}"`, async (table) =>
      table.name === 'airports' ? [{ column: 'city', value: trick }] : [],
    );
    if (translation.kind === 'declined') throw new Error('declined');
    expect(await rowsOf(translation.sql)).toEqual([['0']]);
  });

  test('names of the two columns, output and order are clear', async () => {
    expect(await sqlOf('Average delay by destination state, top 3')).toBe(
      'SELECT airports.state AS destination_state, avg(flights.delay) AS average_delay FROM public.flights JOIN public.airports ON airports.iata = flights.destination GROUP BY airports.state ORDER BY avg(flights.delay) DESC NULLS LAST, airports.state ASC LIMIT 3',
    );
  });

  test('two foreign keys to one table are told apart, or the question is declined', async () => {
    expect(await sqlOf('How many flights from Chicago to Denver?')).toContain(
      "origin_airports.city = 'Chicago' AND destination_airports.city = 'Denver'",
    );
    expect(await sqlOf('How many flights per airport?')).toContain('declined: `airport` may be');
  });

  test('`or` between two different conditions is declined, between two values it is not', async () => {
    expect(await sqlOf('How many flights from Chicago or longer than 2000 miles?')).toContain('declined');
    expect(await sqlOf('How many flights from Chicago or Denver?')).toContain("IN ('Chicago', 'Denver')");
  });

  test('a code typed in capitals is the code, not a town of the same letters', async () => {
    expect(await sqlOf('How many flights from ORD?')).toContain("flights.origin = 'ORD'");
  });

  test('a relative date is counted from the day of asking', async () => {
    expect(await sqlOf('How many flights last month?')).toContain(
      "flights.date >= '2026-10-01'::date AND flights.date < '2026-11-01'::date",
    );
  });

  test('a unit the column does not speak of is declined', async () => {
    expect(await sqlOf('How many flights with a delay over 60 dollars?')).toContain('declined');
  });

  test('the same question over two sources that fit equally asks which', async () => {
    const twin = AVIATION.map((table) => ({
      ...table,
      source: 'other',
      resource: table.resource.replace('aviation', 'other'),
    }));
    const translation = await ask('How many flights are there?', lookup, [...AVIATION, ...twin]);
    expect(translation).toMatchObject({
      kind: 'declined',
      understanding: { notUnderstood: ['whether it is about `aviation` or `other`'] },
    });
  });

  test('of two sources that fit, the one somebody described answers', async () => {
    const described = AVIATION.map((table) => ({ ...table, comment: 'What flew' }));
    const file = AVIATION.filter((table) => table.name === 'flights').map((table) => ({
      ...table,
      source: 'file',
      resource: 'file.main.flights',
      schema: 'main',
      foreignKeys: [],
    }));
    expect(await ask('How many flights are there?', lookup, [...file, ...described])).toMatchObject({
      kind: 'translated',
      source: 'aviation',
    });
    expect(await ask('Average delay by destination state', lookup, [...file, ...described])).toMatchObject({
      kind: 'translated',
      source: 'aviation',
    });
  });

  test('a description names a column, a tag and a synonym too', async () => {
    const tables = AVIATION.map((table) => ({
      ...table,
      columns: table.columns.map((column) => (column.name === 'delay' ? { ...column, tags: ['punctuality'] } : column)),
    }));
    for (const question of ['Average punctuality by origin', 'Average delay by source']) {
      const translation = await ask(question, lookup, tables);
      expect(translation).toMatchObject({ kind: 'translated', sql: expect.stringContaining('avg(flights.delay)') });
      expect(translation).toMatchObject({ sql: expect.stringContaining('GROUP BY flights.origin') });
    }
  });

  const words = [
    'how many',
    'flights',
    'airports',
    'average',
    'delay',
    'by',
    'per month',
    'top 3',
    'from',
    'to',
    'Chicago',
    'Texas',
    'not',
    'or',
    'and',
    'in 2001',
    'over 60',
    'minutes',
    'state',
    'origin',
    'destination',
    'which',
    'most',
    'highest',
    'distance',
    'between 5 and 9',
    'with',
    '?',
    'bird strikes',
    'species',
    'list',
    'total',
    'each',
    'of',
    'the',
    'Night',
    'before March 2001',
    'worst',
    '5',
    'distinct',
    'ordered by',
    'share of',
    'were',
  ];
  test('whatever is asked, it is declined or it is one statement that PostgreSQL runs', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...words), { minLength: 1, maxLength: 9 }), async (chosen) => {
        const translation = await ask(chosen.join(' '));
        if (translation.kind === 'translated') await client.query(translation.sql);
      }),
      { numRuns: 400 },
    );
  });

  test('any text at all is taken without an error', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme', maxLength: 200 }), async (text) => {
        await ask(text, async () => []);
      }),
      { numRuns: 300 },
    );
  });
});
