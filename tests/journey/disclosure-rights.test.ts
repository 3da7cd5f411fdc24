import {
  type FakeModel,
  type RunningServer,
  startFakeModel,
  startPostgres,
  startServer,
  type TestPostgres,
} from '@strongroom/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ask, call, query } from './support/calls.ts';

const WORLD = `
  create role reader login password 'secret';
  create table flights (id int primary key, origin text, delay int, fuel_price int);
  comment on table flights is 'One row a flight';
  create table pilots (id int primary key, name text, salary int);
  insert into flights values (1, 'ORD', 5, 7);
  grant select on all tables in schema public to reader;
  alter default privileges in schema public grant select on tables to reader;
`;
/** What nobody of the red team may see lies beside what they may, in one source and in one table. */
const POLICY = `
source: airline
tables:
  public.flights:
    - { grant: [team:red], columns: { deny: [fuel_price] } }
    - { grant: [team:blue] }
  public.pilots: { grant: [team:blue] }
`;
const QUESTION = 'How many flights and pilots are there, and what do they earn?';
const COUNT = 'select count(*) from public.flights';

let postgres: TestPostgres;
let model: FakeModel;
let server: RunningServer;
const tokens: Record<string, string> = {};

beforeAll(async () => {
  [postgres, model] = await Promise.all([startPostgres({ tcp: true }), startFakeModel()]);
  await postgres.run(WORLD);
  await postgres.run('create database vault');
  await postgres.run('create table gold (id int, bars int); grant select on gold to reader', 'vault');
  server = await startServer({
    env: { STRONGROOM_SAMPLE: 'off', STRONGROOM_MODEL_URL: model.url, STRONGROOM_MODEL: 'test' },
  });
  for (const [team, person] of [
    ['red', 'ann'],
    ['blue', 'bo'],
  ] as const) {
    const email = `${person}@example.org`;
    await good('POST', 'people', { email, name: person, role: 'editor' });
    await good('POST', 'teams', { name: team });
    await good('POST', `teams/${team}/members`, { person: email });
    tokens[person] = String((await good('POST', 'tokens', { name: 'test', person: email }))['secret']);
  }
  const reader = { user: 'reader', password: 'secret' };
  await good('POST', 'sources', { name: 'airline', url: postgres.url(reader) });
  await good('POST', 'sources', { name: 'vault', url: postgres.url({ ...reader, database: 'vault' }) });
  for (const team of ['red', 'blue']) await good('POST', 'sources/airline/grants', { with: `team:${team}` });
  await good('POST', 'sources/vault/grants', { with: 'team:blue' });
  await good('POST', 'policies:apply', { policy: POLICY });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await model[Symbol.asyncDispose]();
  await postgres[Symbol.asyncDispose]();
});

async function good(method: string, path: string, body?: unknown, token?: string): Promise<Record<string, unknown>> {
  const reply = await call(server, method, path, body, token === undefined ? {} : { token });
  expect([method, path, reply.status, reply.body]).toEqual([method, path, expect.toBeOneOf([200, 204]), reply.body]);
  return reply.body;
}

/** All that was sent for a question of that person. */
async function sentFor(person: string, ...replies: [string, ...string[]]): Promise<string[]> {
  model.behave({ kind: 'replies', contents: replies });
  const before = model.requests.length;
  await ask(server, QUESTION, undefined, tokens[person]);
  return model.requests.slice(before).map(({ body }) => body);
}

test('what a model is told for one team stays the same, byte for byte, whatever becomes of the other team’s', async () => {
  const red = await sentFor('ann', COUNT);
  const blue = await sentFor('bo', COUNT);
  expect(red).toHaveLength(1);
  expect(red.join('')).toContain('public.flights (id integer not null, origin text, delay integer, primary key (id))');
  expect(red.join('')).not.toMatch(/pilots \(|salary|fuel|gold|bars/);
  expect(blue.join('')).toContain('public.pilots');

  // Their metadata: names, comments, descriptions, tags, owners, a new table, a column more in one that both see.
  await postgres.run(`
    comment on table pilots is 'flights flights flights of the blue team';
    comment on column flights.fuel_price is 'earn earn earn';
    alter table pilots add column flights int;
    create table flights_of_pilots (pilot int references pilots, flight int references flights);
    alter table flights add column earnings int;
  `);
  await postgres.run(`comment on table gold is 'what flights earn'; create table earn (flights int)`, 'vault');
  const denied = POLICY.replace('deny: [fuel_price]', 'deny: [fuel_price, earnings]');
  for (const source of ['airline', 'vault']) await good('POST', `sources/${source}:refresh`, {});
  await good('POST', 'policies:apply', { policy: `${denied}  public.flights_of_pilots: { grant: [team:blue] }\n` });
  for (const [resource, said] of [
    ['airline.public.pilots', { description: 'flights, and what they earn', tags: ['flights', 'earn'] }],
    ['airline.public.flights.fuel_price', { description: 'what flights earn', tags: ['pilots'] }],
    ['vault.public.gold', { description: 'flights and pilots', tags: ['earn'] }],
  ] as const)
    await good('PATCH', `catalog/${resource}`, said, tokens['bo']);
  // And what they ask.
  for (let times = 0; times < 5; times += 1) {
    expect(await query(server, 'airline', 'select salary from public.pilots', tokens['bo'])).toMatchObject({
      outcome: 'empty',
    });
    await sentFor('bo', 'select sum(salary) from public.pilots');
  }
  expect(await sentFor('bo', COUNT)).not.toEqual(blue);
  expect(await sentFor('ann', COUNT)).toEqual(red);
});

test('a statement that names what they may not see is refused to the model as one that names nothing', async () => {
  const told = async (statement: string): Promise<string> => {
    const sent = await sentFor('ann', statement, COUNT);
    expect(sent).toHaveLength(2);
    return sent.join('').replaceAll(statement, 'STATEMENT');
  };
  const nothing = await told('select a from public.nothing');
  for (const statement of [
    'select salary from public.pilots',
    'select fuel_price from public.flights',
    'select bars from public.gold',
    'select nothing from public.flights',
  ])
    expect(await told(statement), statement).toBe(nothing);
});

test('asking about what they may not see is denied, in words that none could read as no data', async () => {
  model.behave({ kind: 'reply', content: 'select count(*) from public.pilots' });
  const answer = await ask(server, QUESTION, undefined, tokens['ann']);
  expect(answer).toMatchObject({ status: 403, code: 'query/denied', outcome: 'denied', rows: [] });
  expect(answer.title).toBe('no such source, table or column, or none that you may see');
});
