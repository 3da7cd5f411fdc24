import { type RunningServer, startServer } from '@strongroom/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { call, ledger, ledgerPosition, ledgerSince } from './support/calls.ts';
import { addShop, PLANTED_VALUE, type Shop, SOURCE_PASSWORD, startShop } from './support/shop.ts';
import { signIn } from './support/sign-in.ts';

/** A word of a question, a statement and a description, and of nothing else. */
const WORD = 'quetzalcoatlus';

let server: RunningServer;
let shop: Shop;
beforeAll(async () => {
  [server, shop] = await Promise.all([startServer({ env: { STRONGROOM_SAMPLE: 'off' } }), startShop()]);
  await addShop(server, shop.url);
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await shop[Symbol.asyncDispose]();
});

test('every act of a working day leaves its entry, in its order, with who, from where and how it ended', async () => {
  const before = await ledgerPosition(server);
  const acts: [string, string, unknown, string][] = [
    ['POST', 'people', { email: 'ada@example.com' }, 'identity.person_invited'],
    ['PATCH', 'people/ada@example.com', { role: 'editor' }, 'identity.role_changed'],
    ['POST', 'teams', { name: 'finance' }, 'identity.team_added'],
    ['POST', 'teams/finance/members', { person: 'ada@example.com' }, 'identity.member_added'],
    ['POST', 'sources/shop/grants', { with: 'team:finance' }, 'sources.shared'],
    ['POST', 'tokens', { name: 'robot', person: 'ada@example.com' }, 'identity.token_created'],
    ['PATCH', 'catalog/shop.public.item', { description: `things like ${WORD}` }, 'catalog.annotated'],
    ['POST', 'ask', { question: `How many ${WORD}?`, source: 'shop' }, 'assistant.declined'],
    ['POST', 'sources/shop/query', { sql: `select '${WORD}' as ${WORD}` }, 'query.completed'],
    ['POST', 'sources/shop/query', { sql: `delete from item where name = '${WORD}'` }, 'query.refused'],
    ['POST', 'sources/nothing/query', { sql: 'select 1' }, 'query.refused'],
    ['DELETE', 'questions', undefined, 'assistant.questions_deleted'],
    ['POST', 'sources/shop:refresh', undefined, 'sources.refreshed'],
    ['DELETE', 'sources/shop/grants', { with: 'team:finance' }, 'sources.unshared'],
    ['DELETE', 'teams/finance/members', { person: 'ada@example.com' }, 'identity.member_removed'],
    ['DELETE', 'teams/finance', undefined, 'identity.team_removed'],
    ['DELETE', 'people/ada@example.com', undefined, 'identity.person_removed'],
  ];
  for (const [method, path, body] of acts) await call(server, method, path, body);
  const entries = await ledgerSince(server, before);
  const left = entries.map(({ action }) => action);
  expect(acts.map(([, , , action]) => action).filter((action) => !left.includes(action))).toEqual([]);
  for (const entry of entries.filter(({ action }) => action !== 'vault.key_destroyed'))
    expect(entry).toMatchObject({ actor: { kind: 'person', name: 'admin@localhost' }, address: '127.0.0.1' });
  const positions = (await ledger(server)).map(({ position }) => position).filter((position) => position > before);
  expect(positions).toEqual(positions.map((_, index) => before + 1 + index));
});

test('signing in, a used link and signing out leave entries of the person and their session', async () => {
  const { body } = await call(server, 'POST', 'people', { email: 'grace@example.com' });
  const before = await ledgerPosition(server);
  const browser = await signIn(server, String(body['link']));
  await browser.call('DELETE', 'sessions/current');
  const actions = (await ledgerSince(server, before)).map(({ action }) => action);
  expect(actions).toContain('identity.link_used');
  expect(actions).toContain('identity.signed_in');
  expect(actions).toContain('identity.signed_out');
});

test('a stranger with a wrong token leaves an entry, and learns nothing', async () => {
  const before = await ledgerPosition(server);
  const token = `sr_${'a'.repeat(43)}`;
  const { status, body } = await call(server, 'DELETE', 'sources/shop', undefined, { token });
  expect({ status, code: body['code'] }).toEqual({ status: 401, code: 'identity/bad_token' });
  expect(await ledgerSince(server, before)).toMatchObject([
    { actor: { kind: 'anonymous' }, outcome: 'refused', decision: { allowed: false, reason: 'identity/bad_token' } },
  ]);
});

test('no entry holds a word of a question, SQL, a description, a value or a secret', async () => {
  await call(server, 'POST', 'sources/shop/query', { sql: `select name from item where name = '${PLANTED_VALUE}'` });
  const text = JSON.stringify(await ledger(server));
  for (const planted of [WORD, PLANTED_VALUE, SOURCE_PASSWORD, server.adminToken ?? '', 'delete from', 'select '])
    expect(text).not.toContain(planted);
});

test('nobody can change or remove an entry: there is no verb for it', async () => {
  const [entry] = await ledger(server);
  for (const method of ['DELETE', 'PATCH', 'PUT', 'POST']) {
    const reply = await call(server, method, `ledger/${entry?.id ?? ''}`, {});
    expect(reply.status).toBe(404);
  }
  expect((await call(server, 'GET', `ledger/${entry?.id ?? ''}`)).body).toEqual(entry);
});
