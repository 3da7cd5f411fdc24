import { join } from 'node:path';
import { mkdir } from 'node:fs/promises';
import {
  type FakeModel,
  type RunningServer,
  startFakeModel,
  startPostgres,
  startServer,
  type TemporaryFolder,
  temporaryFolder,
  type TestPostgres,
} from '@strongroom/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { call, type Reply } from './support/calls.ts';
import { ask as askGateway } from './support/gateway.ts';
import { until } from './support/until.ts';

/**
 * Two workspaces in one database and one home, each behind a server of its own, with the same names for everything. A server knows the
 * workspace `main`; the first one's is renamed under it, so that the second makes another.
 */
type Tenant = { readonly server: RunningServer; readonly token: string; readonly word: string };

let folder: TemporaryFolder;
let product: TestPostgres;
let shops: TestPostgres;
let model: FakeModel;
let owner: Awaited<ReturnType<TestPostgres['connect']>>;
const tenants: Tenant[] = [];
let ids: Record<string, string>;

beforeAll(async () => {
  [folder, product, shops, model] = await Promise.all([
    temporaryFolder('isolation'),
    startPostgres({ tcp: true }),
    startPostgres({ tcp: true }),
    startFakeModel({ kind: 'openai', content: 'select count(*) from public.parcels' }),
  ]);
  await product.run("create role operator login createrole password 'operator'");
  await product.run('create database strongroom owner operator');
  await shops.run("create role reader login password 'secret'");
  owner = await product.connect({ ...product.superuser, database: 'strongroom' });
  const home = join(folder.path, 'home');
  await mkdir(home);
  for (const word of ['alpha', 'omega']) {
    await shops.run(`create database ${word}`);
    await shops.run(
      `create table parcels (id int, word text); insert into parcels values (1, 'row of the ${word}'); grant select on parcels to reader`,
      word,
    );
    const url = product.url({ user: 'operator', password: 'operator', database: 'strongroom' });
    const modelled = { STRONGROOM_MODEL_URL: model.url, STRONGROOM_MODEL: 'small' };
    const server = await startServer({
      home,
      env: { STRONGROOM_SAMPLE: 'off', STRONGROOM_DATABASE_URL: url, ...modelled },
    });
    const tenant = { server, token: server.adminToken ?? '', word };
    tenants.push(tenant);
    await furnish(tenant);
    if (word === 'alpha') {
      ids = await idsOf(tenant);
      await owner.query("update strongroom.workspaces set name = 'renamed' where name = 'main'");
    }
  }
});
afterAll(async () => {
  for (const { server } of tenants) await server[Symbol.asyncDispose]();
  await owner.end();
  await Promise.all([product.stop(), shops.stop(), model.stop()]);
  await folder[Symbol.asyncDispose]();
});

async function ask({ server, token }: Tenant, method: string, path: string, body?: unknown): Promise<Reply> {
  return call(server, method, path, body, { token });
}

async function good(tenant: Tenant, method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
  const reply = await ask(tenant, method, path, body);
  expect([method, path, reply.status, reply.body]).toEqual([method, path, expect.toBeOneOf([200, 204]), reply.body]);
  return reply.body;
}

/** The same names in both; what is written has the tenant's word in it. */
async function furnish(tenant: Tenant): Promise<void> {
  const { word } = tenant;
  const url = shops.url({ user: 'reader', password: 'secret', database: word });
  await good(tenant, 'POST', 'sources', { name: 'shop', url });
  await good(tenant, 'POST', 'people', { email: 'ann@example.org', name: `Ann of the ${word}`, role: 'viewer' });
  await good(tenant, 'POST', 'people', { email: 'gone@example.org', name: `Gone of the ${word}`, role: 'viewer' });
  await good(tenant, 'POST', 'teams', { name: 'readers' });
  await good(tenant, 'POST', 'teams/readers/members', { person: 'ann@example.org' });
  await good(tenant, 'POST', 'sources/shop/grants', { with: 'everyone' });
  await good(tenant, 'PATCH', 'catalog/shop.public.parcels', { description: `parcels of the ${word}` });
  const links = ['shop.public.parcels'];
  await good(tenant, 'POST', 'glossary', { name: 'Parcel', definition: `parcel of the ${word}`, links });
  await keepCall(tenant, await good(tenant, 'POST', 'tokens', { name: `token of the ${word}` }));
  await good(tenant, 'POST', 'questions', { source: 'shop', sql: `select word, '${word}' from parcels` }).catch(
    () => {},
  );
  await good(tenant, 'POST', 'ask', { question: 'How many parcels are there?', source: 'shop' });
  await good(tenant, 'POST', 'canaries', { name: word });
  await good(tenant, 'PUT', 'settings/assistant', { holdLiterals: true });
  await good(tenant, 'POST', 'preferences', { text: `as the ${word} likes it` });
  const policy = `source: shop\ntables: { public.parcels: { grant: [everyone], filter: "word <> 'nothing of the ${word}'" } }\n`;
  await good(tenant, 'POST', 'policies:apply', { policy });
  await good(tenant, 'POST', 'people/gone@example.org:erase', {});
}

/** One call of the gateway by this key, kept. */
async function keepCall(tenant: Tenant, { token, secret }: Record<string, unknown>): Promise<void> {
  const { id } = token as { id: string };
  await good(tenant, 'PUT', `gateway/keys/${id}`, { models: ['small', `model-${tenant.word}`] });
  await good(tenant, 'PUT', `gateway/keys/${id}/retention`, { days: 7 });
  const baseUrl = `${tenant.server.url}/v1`;
  const body = { model: `model-${tenant.word}`, messages: [{ role: 'user', content: `asked by ${tenant.word}` }] };
  expect((await askGateway({ baseUrl }, { secret: String(secret) }, 'chat/completions', body)).status).toBe(200);
  await until('it is kept', async () => {
    const { calls } = await good(tenant, 'GET', 'gateway/calls');
    return (calls as unknown[]).length === 1;
  });
}

async function idsOf(tenant: Tenant): Promise<Record<string, string>> {
  const first = async (path: string, list: string): Promise<string> => {
    const body = await good(tenant, 'GET', path);
    return String((body[list] as { id: string }[])[0]?.id);
  };
  return {
    person: await first('people', 'people'),
    token: await first('tokens', 'tokens'),
    question: await first('questions', 'questions'),
    call: await first('gateway/calls', 'calls'),
    entry: await first('ledger', 'entries'),
    erasure: await first('erasures', 'erasures'),
    canary: tenant.word,
    term: await first('glossary', 'terms'),
    preference: await first('preferences', 'preferences'),
  };
}

describe('with the same names for everything, each workspace has its own', () => {
  test.each([
    'sources',
    'sources/shop',
    'people',
    'teams',
    'tokens',
    'catalog',
    'catalog/shop.public.parcels',
    'catalog/search?words=parcels',
    'glossary',
    'sources/shop/catalog',
    'questions',
    'preferences',
    'settings/assistant',
    'gateway',
    'gateway/calls',
    'ledger?limit=500',
    'ledger/export-plain',
    'erasures',
    'policies/shop',
    'canaries',
    'me',
    'vault',
  ])('GET /%s', async (path) => {
    const { server } = tenants[1]!;
    const response = await server.call('GET', path, { token: tenants[1]!.token });
    const text = await response.text();
    expect(response.status).toBe(200);
    expect(text).not.toContain('alpha');
    for (const id of Object.values(ids)) expect(text).not.toContain(id);
  });

  test('a query reads its own source', async () => {
    for (const tenant of tenants) {
      const { body } = await ask(tenant, 'POST', 'sources/shop/query', { sql: 'select word from parcels' });
      expect(body).toMatchObject({ rows: [[`row of the ${tenant.word}`]] });
    }
  });
});

test('an MCP client is told of its own workspace alone', async () => {
  const { server, token } = tenants[1]!;
  const told = await Promise.all(
    [
      ['search_catalog', { words: 'parcels of the alpha omega' }],
      ['show_table', { resource: 'shop.public.parcels' }],
      ['query', { source: 'shop', sql: 'select word from parcels' }],
      ['ask', { question: 'How many parcels are there?', source: 'shop' }],
      ['history', {}],
    ].map(async ([name, given]) => {
      const response = await fetch(new URL('/mcp', server.url), {
        method: 'POST',
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
        },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: given } }),
      });
      return response.text();
    }),
  );
  expect(told.join('')).toContain('parcels of the omega');
  expect(told.join('')).not.toMatch(/alpha[^ ]/);
  for (const id of Object.values(ids)) if (id !== 'alpha') expect(told.join('')).not.toContain(id);
});

describe('what has an id of another workspace is not there', () => {
  test.each([
    ['GET', 'questions/{question}'],
    ['GET', 'questions/{question}/receipt'],
    ['POST', 'questions/{question}:run'],
    ['POST', 'questions/{question}:erase', {}],
    ['DELETE', 'questions/{question}'],
    ['POST', 'ask', { question: 'and by month?', source: 'shop', follows: '{question}' }],
    ['DELETE', 'preferences/{preference}'],
    ['DELETE', 'tokens/{token}'],
    ['PUT', 'gateway/keys/{token}', { tokensPerDay: 1 }],
    ['PUT', 'gateway/keys/{token}/retention', { days: 1 }],
    ['GET', 'gateway/calls/{call}'],
    ['DELETE', 'gateway/calls/{call}'],
    ['PATCH', 'people/{person}', { role: 'editor' }],
    ['PUT', 'people/{person}/attributes', { attributes: { team: 'x' } }],
    ['POST', 'people/{person}:link', {}],
    ['POST', 'people/{person}:erase', {}],
    ['DELETE', 'people/{person}'],
    ['DELETE', 'canaries/{canary}'],
    ['POST', 'teams/readers/members', { person: '{person}' }],
    ['POST', 'tokens', { person: '{person}', name: 'x' }],
    ['GET', 'ledger/{entry}'],
    ['GET', 'ledger/{entry}/proof'],
    ['GET', 'erasures/{erasure}'],
    ['PUT', 'leases/{lease}', {}],
    ['DELETE', 'leases/{lease}'],
    ['POST', 'sources/shop/query', { sql: 'select 1', lease: '{lease}' }],
    ['POST', 'ask', { question: 'How many parcels are there?', lease: '{lease}' }],
    ['PATCH', 'glossary/{term}', { definition: 'mine' }],
    ['DELETE', 'glossary/{term}'],
  ])('%s /%s', async (method, path, body?: object) => {
    // It lives for seconds only.
    ids['lease'] = String((await good(tenants[0]!, 'POST', 'leases'))['lease']);
    const fill = (text: string) => text.replaceAll(/\{(\w+)\}/g, (_, name: string) => ids[name] ?? '');
    const given = body === undefined ? undefined : (JSON.parse(fill(JSON.stringify(body))) as object);
    const reply = await ask(tenants[1]!, method, fill(path), given);
    const unknown = '01900000-0000-7000-8000-000000000000';
    const other = (text: string) => text.replaceAll(/\{\w+\}/g, unknown);
    const same = await ask(
      tenants[1]!,
      method,
      other(path),
      body === undefined ? undefined : (JSON.parse(other(JSON.stringify(body))) as object),
    );
    expect(reply.status).toBeGreaterThanOrEqual(400);
    expect(reply.status).toBeLessThan(500);
    // To the letter what is said of an id that nobody has.
    const { status, body: problem } = reply;
    if (path.includes('{lease}')) await good(tenants[0]!, 'PUT', fill('leases/{lease}'));
    expect([status, problem['code'], problem['title']]).toEqual([same.status, same.body['code'], same.body['title']]);
    expect(JSON.stringify(problem)).not.toContain('alpha');
  });

  test('and all of it is there as before', async () => {
    expect(await idsOf(tenants[0]!)).toMatchObject({
      person: ids['person'],
      question: ids['question'],
      preference: ids['preference'],
      call: ids['call'],
      erasure: ids['erasure'],
    });
    expect((await ask(tenants[0]!, 'POST', 'sources/shop/query', { sql: 'select 1' })).status).toBe(200);
  });
});

test('row-level security holds also where the application forgets its filter: of no table another’s row is seen, changed or made', async () => {
  const { rows: workspaces } = await owner.query<{ id: string; name: string }>(
    'select workspace_id as id, name from strongroom.workspaces order by name desc',
  );
  expect(workspaces.map(({ name }) => name)).toEqual(['renamed', 'main']);
  const [first, second] = workspaces.map(({ id }) => id);
  const { rows: tables } = await owner.query<{ table: string; forced: boolean }>(
    `select c.relname as table, c.relrowsecurity and c.relforcerowsecurity as forced from pg_class c
     where c.relnamespace = 'strongroom'::regnamespace and c.relkind = 'r'
       and exists (select from pg_attribute where attrelid = c.oid and attname = 'workspace_id') order by 1`,
  );
  expect(tables.length).toBeGreaterThan(20);
  let filled = 0;
  for (const { table, forced } of tables) {
    expect([table, forced]).toEqual([table, true]);
    const whole = await owner.query<{ count: string }>({
      text: [`select count(*) from strongroom.${table} where workspace_id = $1`].join(''),
      values: [first],
    });
    if (whole.rows[0]?.count !== '0') filled += 1;
    for (const workspace of [second, '']) {
      await owner.query('begin; set local role strongroom_app');
      await owner.query("select set_config('strongroom.workspace', $1, true)", [workspace]);
      const seen = await owner
        .query<{ count: string }>({
          text: [`select count(*) from strongroom.${table} where workspace_id is distinct from $1`].join(''),
          values: [workspace === '' ? null : workspace],
        })
        .then(
          ({ rows }) => rows[0]?.count,
          (error: Error) => error.message,
        );
      await owner.query('rollback');
      expect([table, workspace, seen]).toEqual([table, workspace, expect.stringMatching(/^0$|permission denied/)]);
      await owner.query('begin; set local role strongroom_app');
      await owner.query("select set_config('strongroom.workspace', $1, true)", [workspace]);
      const gone = await owner
        .query({ text: [`delete from strongroom.${table} where workspace_id = $1`].join(''), values: [first] })
        .then(
          ({ rowCount }) => String(rowCount),
          (error: Error) => error.message,
        );
      await owner.query('rollback');
      expect([table, workspace, gone]).toEqual([table, workspace, expect.stringMatching(/^0$|permission denied/)]);
    }
  }
  // What makes it mean something.
  expect(filled).toBeGreaterThan(18);
});
