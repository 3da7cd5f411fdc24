import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type FakeModel,
  runCli,
  type RunningServer,
  startFakeModel,
  startPostgres,
  startServer,
  type TemporaryFolder,
  temporaryFolder,
  type TestPostgres,
} from '@strongroom/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ask, call } from './support/calls.ts';

const QUESTIONS = [
  'How many orders per region?',
  'What was the total of all shipments?',
  'Who is it?',
  'Which items are late?',
];
const SHARED = Array.from({ length: 20 }, (_, at) => `common_${at}`);

let postgres: TestPostgres;
let model: FakeModel;
let server: RunningServer;
let folder: TemporaryFolder;
const tokens = new Map<string, string>();

beforeAll(async () => {
  [postgres, model, folder] = await Promise.all([
    startPostgres({ tcp: true }),
    startFakeModel({ kind: 'reply', content: 'NONE' }),
    temporaryFolder('disclosure'),
  ]);
  await postgres.run(`
    create role reader login password 'secret';
    ${SHARED.map((name) => `create table ${name} (id int primary key, region text, remark text);`).join('')}
    create table orders (id int primary key, region text, total int, margin int);
    create table items (id int primary key, order_id int references orders (id));
    create table shipments (id int primary key, order_id int references orders (id), late boolean);
    create table late_fees (id int primary key, item_id int references items (id));
    grant select on all tables in schema public to reader;
  `);
  server = await startServer({
    env: { STRONGROOM_SAMPLE: 'off', STRONGROOM_MODEL_URL: model.url, STRONGROOM_MODEL: 'small' },
  });
  await cli(['sources', 'add', 'postgres', 'shop', '--url', '-'], postgres.url({ user: 'reader', password: 'secret' }));
  await cli(['share', 'shop', '--with', 'everyone']);
  for (const team of ['red', 'blue']) {
    await cli(['teams', 'add', team]);
    await cli(['people', 'invite', `${team}@example.org`, '--role', 'editor']);
    await cli(['teams', 'add-member', team, `${team}@example.org`]);
    const { secret, token } = await cli(['token', 'create', '--person', `${team}@example.org`, '--name', 'test']);
    tokens.set(team, String(secret ?? token));
  }
  const both = SHARED.map((name) => `  public.${name}: { grant: [team:red, team:blue] }`);
  await writeFile(
    join(folder.path, 'policy.yaml'),
    ['source: shop', 'tables:', ...both]
      .concat([
        '  public.orders: [{ grant: [team:red], columns: { deny: [margin] } }, { grant: [team:blue] }]',
        '  public.items: { grant: [team:red, team:blue] }',
        '  public.shipments: { grant: [team:blue] }',
        '  public.late_fees: { grant: [team:blue] }',
      ])
      .join('\n'),
  );
  await cli(['policy', 'apply', 'policy.yaml']);
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await Promise.all([model[Symbol.asyncDispose](), postgres.stop(), folder[Symbol.asyncDispose]()]);
});

async function cli(args: readonly string[], input?: string): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await runCli([...args, '--json'], {
    env: { STRONGROOM_HOME: server.home },
    cwd: folder.path,
    ...(input === undefined ? {} : { input }),
  });
  expect({ args, code, stderr }).toEqual({ args, code: 0, stderr: '' });
  return JSON.parse(stdout) as Record<string, unknown>;
}

/** The very bytes that went to the model for each question, as its endpoint got them. */
async function sentTo(team: string): Promise<(string | undefined)[]> {
  const sent = [];
  for (const question of QUESTIONS) {
    await ask(server, question, undefined, tokens.get(team));
    sent.push(model.requests.at(-1)?.body);
  }
  return sent;
}

async function annotate(team: string, resource: string, text: Record<string, unknown>): Promise<void> {
  const path = `catalog/shop.public.${resource}`;
  const { status, body } = await call(server, 'PATCH', path, text, { token: tokens.get(team) ?? '' });
  expect(status, JSON.stringify(body)).toBe(200);
}

test('what a team may not see changes no byte of what is told for its questions, however it is named, described or tagged', async () => {
  const [red, blue] = [await sentTo('red'), await sentTo('blue')];
  expect(JSON.stringify(red)).toContain('public.orders');
  expect(JSON.stringify(red)).not.toMatch(/public\.shipments|late_fees|margin/);
  expect(JSON.stringify(blue)).toMatch(/public\.shipments.*margin|margin.*public\.shipments/s);
  const loud = { description: 'orders total region shipments items late who', tags: ['orders', 'items'] };
  for (const resource of ['shipments', 'late_fees', 'late_fees.id', 'orders.margin'])
    await annotate('blue', resource, loud);
  expect(await sentTo('red')).toEqual(red);
  expect(await sentTo('blue')).not.toEqual(blue);
  await postgres.run(`
    create table orders_of_late_items (id int primary key, region text, orders int, total int, order_id int references orders (id));
    grant select on orders_of_late_items to reader`);
  await cli(['sources', 'refresh', 'shop']);
  expect(await sentTo('red')).toEqual(red);
});

test('a change of what a team may see holds from its next question on', async () => {
  const before = await sentTo('red');
  await annotate('blue', 'orders', { description: 'What was bought, by region' });
  const after = await sentTo('red');
  expect(after).not.toEqual(before);
  expect(after[0]).toContain('What was bought, by region');
});
