import {
  type FakeModel,
  type RunningServer,
  runCli,
  startFakeModel,
  startPostgres,
  startServer,
  type TestPostgres,
} from '@strongroom/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ask, call, ledgerPosition, ledgerSince } from './support/calls.ts';

let postgres: TestPostgres;
let model: FakeModel;
let server: RunningServer;

beforeAll(async () => {
  [postgres, model] = await Promise.all([startPostgres({ tcp: true }), startFakeModel()]);
  await postgres.run(`
    create role reader login password 'secret';
    create table orders (id int primary key, customer text, placed date, total numeric(10, 2));
    insert into orders values (1, 'Nightjar Ltd', '2001-03-03', 60.5), (2, 'Nightjar Ltd', '2001-04-01', 12), (3, 'Other', '2001-03-03', 99);
    grant select on orders to reader;
  `);
  server = await startServer({
    env: { STRONGROOM_SAMPLE: 'off', STRONGROOM_MODEL_URL: model.url, STRONGROOM_MODEL: 'test' },
  });
  const url = postgres.url({ user: 'reader', password: 'secret' });
  expect((await call(server, 'POST', 'sources', { name: 'shop', url })).status).toBe(200);
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await model[Symbol.asyncDispose]();
  await postgres[Symbol.asyncDispose]();
});

const lastBody = () => model.requests.at(-1)?.body ?? '';
const cli = (...args: string[]) => runCli(args, { env: { STRONGROOM_HOME: server.home } });
async function json<T>(...args: string[]): Promise<T> {
  const { code, stdout, stderr } = await cli(...args, '--json');
  expect({ args, code, stderr }).toEqual({ args, code: 0, stderr: '' });
  return JSON.parse(stdout) as T;
}
type Answered = { rows: unknown[][]; sql: { asked: string; run: string }; questionId: string };

test('an admin holds values back, nobody else does, and the log says who did', async () => {
  const before = await ledgerPosition(server);
  expect(await json('settings', 'hold-literals', 'on')).toEqual({ holdLiterals: true });
  expect(await json('settings', 'show')).toEqual({ runSql: true, holdLiterals: true, mcpRows: false });
  expect((await ledgerSince(server, before)).find(({ outcome }) => outcome === 'done')).toMatchObject({
    action: 'assistant.settings_changed',
    resource: 'hold literals: on',
  });
  await call(server, 'POST', 'people', { email: 'ann@example.org', name: 'Ann', role: 'editor' });
  const { body } = await call(server, 'POST', 'tokens', { name: 'test', person: 'ann@example.org' });
  const token = String(body['secret']);
  expect(await call(server, 'PUT', 'settings/assistant', { holdLiterals: false }, { token })).toMatchObject({
    status: 403,
  });
  expect((await call(server, 'GET', 'settings/assistant', undefined, { token })).body).toEqual({ holdLiterals: true });
});

test('values of a question are bound here, of every kind, and the rows are those they mean', async () => {
  const asked =
    'SELECT id, total FROM public.orders WHERE lower(customer) = lower(:v1) AND placed = :v2 AND total > :v3 ORDER BY id LIMIT :v4';
  model.behave({ kind: 'reply', content: asked });
  const answer = await json<Answered>(
    'ask',
    'orders of "nightjar ltd" on 3 March 2001 with a total above 1.5, the top five',
    '--source',
    'shop',
  );
  expect(answer.rows).toEqual([[1, '60.50']]);
  expect(answer.sql.asked).toBe(asked);
  for (const value of ["'nightjar ltd'", "'2001-03-03'::date", '> 1.5', 'LIMIT 5'])
    expect(answer.sql.run).toContain(value);
  expect(JSON.parse(lastBody())['messages'][1]).toEqual({
    role: 'user',
    content: 'orders of :v1 on :v2 with a total above :v3, the top :v4',
  });
  const refused = await cli('ask', 'orders of "nightjar ltd"', '--source', 'shop');
  expect(refused.stderr).toBe('query/not_allowed: `:v4 without a value` is not allowed here\n');
  model.behave({ kind: 'reply', content: 'SELECT count(*) FROM public.orders WHERE customer ilike :v1' });
  expect((await cli('ask', 'orders of "nightjar ltd"', '--source', 'shop')).stdout).toMatch(
    /Held back {1,}:v1 = "nightjar ltd" \(text nightjar ltd\)/,
  );
});

test('a follow-up by the command line tells what it goes on from, and not what came of it', async () => {
  model.behave({ kind: 'reply', content: 'SELECT sum(total) FROM public.orders WHERE customer = :v1' });
  const first = await json<Answered>('ask', 'the total of orders for Other', '--source', 'shop');
  expect(first.rows).toEqual([['99.00']]);
  const asked = 'SELECT placed, sum(total) FROM public.orders WHERE customer = :v1 GROUP BY 1';
  model.behave({ kind: 'reply', content: asked });
  const second = await json<Answered>('ask', 'and by day?', '--follows', first.questionId);
  expect(second.rows).toEqual([['2001-03-03', '99.00']]);
  expect(lastBody()).toContain('the total of orders for :v1');
  expect(lastBody()).toContain(first.sql.asked);
  for (const came of ['99.00', 'Other', 'LIMIT', first.questionId]) expect(lastBody()).not.toContain(came);
  await json('ask', 'and by month?', '--follows', 'last');
  expect(lastBody()).toContain('and by day?');
  const nobodys = await ask(server, 'and?', 'shop');
  expect(nobodys.questionId).not.toBe(first.questionId);
  const { code, stderr } = await cli('ask', 'and by month?', '--follows', '01900000-0000-7000-8000-000000000000');
  expect(code).toBe(1);
  expect(stderr).toMatch(/^assistant\/question_not_found: /);
});

test('what a person has remembered goes with each question, into their export, and away one by one or all', async () => {
  const { id } = await json<{ id: string }>('memory', 'add', 'always show money in euros');
  await json('memory', 'add', 'leave out cancelled orders');
  model.behave({ kind: 'reply', content: 'SELECT count(*) FROM public.orders' });
  await json('ask', 'How many orders are there?', '--source', 'shop');
  expect(lastBody()).toContain('always show money in euros');
  expect((await cli('memory', 'list')).stdout).toMatch(/always show money in euros/);
  const exported = await server.call('GET', 'me/export');
  expect(Buffer.from(await exported.arrayBuffer()).includes('preferences')).toBe(true);
  await json('memory', 'remove', id);
  await json('ask', 'How many orders are there?', '--source', 'shop');
  expect(lastBody()).not.toContain('always show money in euros');
  expect(lastBody()).toContain('leave out cancelled orders');
  expect(await json('memory', 'remove', '--all')).toEqual({ removed: 1 });
  expect((await cli('memory', 'remove', id)).stderr).toMatch(/^assistant\/preference_not_found: /);
});

test('empty and denied are told apart, and neither reads as the other', async () => {
  model.behave({ kind: 'reply', content: "SELECT id FROM public.orders WHERE customer = 'nobody'" });
  const empty = await cli('ask', 'How many orders are there?', '--source', 'shop');
  expect(empty).toMatchObject({ code: 0, stdout: expect.stringContaining('The query ran, and no row matched.') });
  model.behave({ kind: 'reply', content: 'SELECT id FROM public.nothing' });
  const denied = await cli('ask', 'How many orders are there?', '--source', 'shop');
  expect(denied).toMatchObject({
    code: 1,
    stdout: expect.stringContaining('Denied, so nothing ran: this says nothing about the data.'),
    stderr: expect.stringMatching(/^query\/denied: no such source, table or column, or none that you may see$/m),
  });
  expect(denied.stdout).not.toMatch(/0 rows|no row/);
});
