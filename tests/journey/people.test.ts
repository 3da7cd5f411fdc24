import { type RunningServer, startServer } from '@strongroom/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { call, ledger, query } from './support/calls.ts';
import { addShop, ENDLESS, type Shop, startShop } from './support/shop.ts';
import { type SignedIn, signIn } from './support/sign-in.ts';

let server: RunningServer;
let shop: Shop;
beforeAll(async () => {
  [server, shop] = await Promise.all([startServer({ env: { STRONGROOM_SAMPLE: 'off' } }), startShop()]);
  await addShop(server, shop.url);
  await addShop(server, shop.url, 'payroll');
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await shop[Symbol.asyncDispose]();
});

let guests = 0;
/** Somebody new, signed in by the link of the invitation through real OpenID Connect. */
async function invite(role = 'viewer'): Promise<{ id: string; email: string; browser: SignedIn }> {
  guests += 1;
  const email = `guest${guests}@example.com`;
  const { body } = await call(server, 'POST', 'people', { email, role });
  const { id } = body['person'] as { id: string };
  return { id, email, browser: await signIn(server, String(body['link'])) };
}

const share = (source: string, subject: string) => call(server, 'POST', `sources/${source}/grants`, { with: subject });
const unshare = (source: string, subject: string) =>
  call(server, 'DELETE', `sources/${source}/grants`, { with: subject });
const count = (browser: SignedIn, source: string) =>
  browser.call('POST', `sources/${source}/query`, { sql: 'select count(*) from item' });
const sourcesOf = async (browser: SignedIn) =>
  ((await browser.call('GET', 'sources')).body['sources'] as { name: string }[]).map(({ name }) => name);

/** What tells two refusals apart besides their time: nothing may. */
function refusal({ status, body }: { status: number; body: Record<string, unknown> }): Record<string, unknown> {
  const { requestId: _, receipt: _receipt, elapsedMs: _elapsed, ...rest } = body;
  return { status, ...rest };
}

test('an invited person comes in by their link as who was invited, with the role that was given', async () => {
  const { email, browser } = await invite();
  const { body } = await browser.call('GET', 'me');
  expect(body).toMatchObject({ person: { email, role: 'viewer', lastSignInAt: expect.any(String) as string } });
});

test('an invitation works once', async () => {
  const { body } = await call(server, 'POST', 'people', { email: 'once@example.com' });
  await signIn(server, String(body['link']));
  await expect(signIn(server, String(body['link']))).rejects.toThrow('identity/bad_link');
});

test('a viewer sees only the sources shared with them, in every list', async () => {
  const { email, browser } = await invite();
  expect(await sourcesOf(browser)).toEqual([]);
  await share('shop', `person:${email}`);
  expect(await sourcesOf(browser)).toEqual(['shop']);
  expect((await count(browser, 'shop')).body).toMatchObject({ rows: [[10_000]], complete: true });
  const tables = (await browser.call('GET', 'catalog')).body['tables'] as { source: string }[];
  expect(new Set(tables.map(({ source }) => source))).toEqual(new Set(['shop']));
  const hits = (await browser.call('GET', 'catalog/search?words=item')).body['hits'] as { source: string }[];
  expect(new Set(hits.map(({ source }) => source))).toEqual(new Set(['shop']));
  await unshare('shop', `person:${email}`);
  expect((await count(browser, 'shop')).status).toBe(403);
});

test('a source that is not shared and one that does not exist get the same refusals, word for word', async () => {
  const { browser } = await invite();
  const tried: [string, (source: string) => ReturnType<SignedIn['call']>][] = [
    ['query', (source) => count(browser, source)],
    ['ask', (source) => browser.call('POST', 'ask', { question: 'How many items are there?', source })],
    ['show', (source) => browser.call('GET', `sources/${source}`)],
    ['catalog', (source) => browser.call('GET', `catalog?source=${source}`)],
    ['table', (source) => browser.call('GET', `catalog/${source}.public.item`)],
  ];
  for (const [what, attempt] of tried) {
    const [hidden, missing] = [await attempt('payroll'), await attempt('nothing')];
    expect(refusal(hidden), what).toEqual(refusal(missing));
    expect(JSON.stringify(refusal(hidden)), what).not.toContain('payroll');
  }
  expect((await count(browser, 'payroll')).body).toMatchObject({
    status: 403,
    code: 'query/denied',
    outcome: 'denied',
  });
});

test('a viewer can administer nothing: each attempt is a 403 with a code, is recorded, and changes nothing', async () => {
  const { id, email, browser } = await invite();
  const attempts: [string, string, unknown][] = [
    ['GET', 'people', undefined],
    ['POST', 'people', { email: 'friend@example.com', role: 'admin' }],
    ['PATCH', `people/${id}`, { role: 'admin' }],
    ['POST', `people/${id}:link`, undefined],
    ['DELETE', `people/${id}`, undefined],
    ['POST', 'teams', { name: 'mine' }],
    ['GET', 'teams', undefined],
    ['POST', 'sources', { name: 'mine', url: shop.url }],
    ['POST', 'sources/shop/grants', { with: `person:${email}` }],
    ['POST', 'sources/shop:refresh', undefined],
    ['DELETE', 'sources/shop', undefined],
    ['POST', 'tokens', { person: 'admin@localhost' }],
    ['PATCH', 'catalog/shop.public.item', { description: 'mine' }],
    ['GET', 'ledger', undefined],
    ['POST', 'sign-in-links', { person: 'admin@localhost' }],
  ];
  for (const [method, path, body] of attempts) {
    const reply = await browser.call(method, path, body);
    expect({ path, status: reply.status }).toEqual({ path, status: 403 });
    expect(reply.body['code'], path).toMatch(/^(http\/forbidden|identity\/not_for_others)$/);
  }
  const refused = (await ledger(server, { actor: email, outcome: 'refused' })).map(({ resource }) => resource);
  expect(refused.length).toBe(attempts.length);
  const people = (await call(server, 'GET', 'people')).body['people'] as { email: string; role: string }[];
  expect(people.find((person) => person.email === email)?.role).toBe('viewer');
  expect((await call(server, 'GET', 'sources/shop')).status).toBe(200);
});

test('what a team may query, its members may: from when they join until they leave', async () => {
  const { email, browser } = await invite();
  await call(server, 'POST', 'teams', { name: 'finance' });
  await share('shop', 'team:finance');
  expect((await count(browser, 'shop')).status).toBe(403);
  await call(server, 'POST', 'teams/finance/members', { person: email });
  expect((await count(browser, 'shop')).status).toBe(200);
  await call(server, 'DELETE', 'teams/finance/members', { person: email });
  expect((await count(browser, 'shop')).status).toBe(403);
  await call(server, 'POST', 'teams/finance/members', { person: email });
  await call(server, 'DELETE', 'teams/finance');
  expect((await count(browser, 'shop')).status).toBe(403);
});

describe('what a person asked', () => {
  test('is theirs alone: neither the admin nor a token or a link that the admin made for them opens it', async () => {
    const { email, browser } = await invite();
    await share('shop', `person:${email}`);
    const asked = await browser.call('POST', 'ask', { question: 'How many items are there?', source: 'shop' });
    expect(asked.body['outcome'], JSON.stringify(asked.body)).toBe('rows');
    const own = (await browser.call('GET', 'questions')).body['questions'] as { id: string }[];
    expect(own).toHaveLength(1);
    const id = own[0]?.id ?? '';
    expect((await browser.call('GET', `questions/${id}`)).body).toMatchObject({
      question: 'How many items are there?',
    });

    const missing = await call(server, 'GET', 'questions/01900000-0000-7000-8000-000000000000');
    expect(refusal(await call(server, 'GET', `questions/${id}`))).toEqual(refusal(missing));
    expect((await call(server, 'GET', 'questions')).body).toEqual({ questions: [] });

    const made = await call(server, 'POST', 'tokens', { person: email, name: 'for them' });
    const token = String(made.body['secret']);
    expect((await query(server, 'shop', 'select count(*) from item', token)).rows).toEqual([[10_000]]);
    for (const [method, path] of [
      ['GET', 'questions'],
      ['GET', `questions/${id}`],
      ['DELETE', `questions/${id}`],
      ['DELETE', 'questions'],
      ['POST', `questions/${id}:run`],
    ] as const) {
      const reply = await call(server, method, path, undefined, { token });
      expect({ path, status: reply.status, code: reply.body['code'] }).toEqual({
        path,
        status: 403,
        code: 'http/forbidden',
      });
    }
    const again = await call(server, 'POST', `people/${encodeURIComponent(email)}:link`);
    const asThem = await signIn(server, String(again.body['link']));
    expect((await asThem.call('GET', 'me')).body).toMatchObject({ person: { email } });
    expect((await asThem.call('GET', 'questions')).status).toBe(403);
    expect((await asThem.call('GET', `questions/${id}`)).status).toBe(403);
    expect((await browser.call('DELETE', `questions/${id}`)).status).toBe(204);
    expect((await browser.call('GET', 'questions')).body).toEqual({ questions: [] });
  });
});

describe('removing a person', () => {
  test('ends their session, their tokens and what runs for them at once', async () => {
    const { id, email, browser } = await invite();
    await share('shop', `person:${email}`);
    const { body } = await browser.call('POST', 'tokens', { name: 'laptop' });
    const running = browser.send('/api/v1/sources/shop/query', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ sql: ENDLESS }),
    });
    await shop.untilRunning();
    expect((await call(server, 'DELETE', `people/${id}`)).status).toBe(204);
    await shop.untilQuiet();
    expect((await running).status).toBe(499);
    expect((await browser.call('GET', 'me')).status).toBe(401);
    const byToken = await call(server, 'GET', 'me', undefined, { token: String(body['secret']) });
    expect(byToken).toMatchObject({ status: 401, body: { code: 'identity/bad_token' } });
  });

  test('leaves nothing to who is invited again under the same address', async () => {
    const { id, email, browser } = await invite();
    await share('shop', `person:${email}`);
    await browser.call('POST', 'ask', { question: 'How many items are there?', source: 'shop' });
    await call(server, 'DELETE', `people/${id}`);
    const deleted = await ledger(server, { action: 'assistant.questions_deleted', outcome: 'done' });
    expect(deleted.at(-1)).toMatchObject({ decision: { reason: 'the person was removed' }, counts: { questions: 1 } });
    const again = await call(server, 'POST', 'people', { email });
    const back = await signIn(server, String(again.body['link']));
    expect(await sourcesOf(back)).toEqual([]);
    expect((await back.call('GET', 'questions')).body).toEqual({ questions: [] });
  });
});

describe('a token', () => {
  test('narrowed to a scope opens that and nothing else, and never makes a wider one', async () => {
    const made = await call(server, 'POST', 'tokens', { name: 'asks only', scopes: ['ask'] });
    const token = String(made.body['secret']);
    expect((await query(server, 'shop', 'select count(*) from item', token)).rows).toEqual([[10_000]]);
    for (const [method, path, body] of [
      ['GET', 'people', undefined],
      ['GET', 'ledger', undefined],
      ['GET', 'questions', undefined],
      ['DELETE', 'sources/shop', undefined],
      ['POST', 'tokens', { name: 'wider' }],
    ] as const) {
      const reply = await call(server, method, path, body, { token });
      expect({ path, status: reply.status }).toEqual({ path, status: 403 });
    }
  });

  test('of a scope that does not exist is refused', async () => {
    const reply = await call(server, 'POST', 'tokens', { name: 'odd', scopes: ['everything'] });
    expect(reply).toMatchObject({ status: 400, body: { code: 'identity/bad_scope' } });
  });

  test('is shown once, listed without its secret, and dead once revoked', async () => {
    const made = await call(server, 'POST', 'tokens', { name: 'short life' });
    const token = String(made.body['secret']);
    const { id } = made.body['token'] as { id: string };
    expect(JSON.stringify((await call(server, 'GET', 'tokens')).body)).not.toContain(token);
    expect((await call(server, 'DELETE', `tokens/${id}`)).status).toBe(204);
    expect((await call(server, 'GET', 'me', undefined, { token })).body['code']).toBe('identity/bad_token');
  });
});

describe('a session', () => {
  test('changes nothing on the word of another site', async () => {
    const { browser } = await invite('admin');
    for (const headers of [{ 'sec-fetch-site': 'cross-site' }, { 'x-strongroom': '' }]) {
      const response = await browser.send('/api/v1/teams', {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ name: 'planted' }),
      });
      expect(response.status).toBe(403);
      expect(((await response.json()) as { code: string }).code).toBe('http/cross_site');
    }
    expect(JSON.stringify((await browser.call('GET', 'teams')).body)).not.toContain('planted');
  });

  test('is over after sign-out, and what it runs with it', async () => {
    const { email, browser } = await invite();
    await share('shop', `person:${email}`);
    const running = browser.send('/api/v1/sources/shop/query', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ sql: ENDLESS }),
    });
    await shop.untilRunning();
    expect((await browser.call('DELETE', 'sessions/current')).status).toBe(204);
    await shop.untilQuiet();
    expect((await running).status).toBe(499);
    expect((await browser.call('GET', 'me')).status).toBe(401);
  });
});
