import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Asker, AuditEvent } from '#contracts';
import { filesRoutes } from '#files';
import { createHttp, type Http } from '#platform/http';
import { createLog } from '#platform/log';
import { sourcesRoutes } from '#sources';
import { startTestRooms, type TestRooms } from '../sources/start-test-rooms.ts';
import { catalogRoutes, createCatalog, migrations } from './index.ts';

let rooms: TestRooms;
let http: Http;
let origin: string;
const askers = new Map<string, Asker>();
const entries: AuditEvent[] = [];
const lines: string[] = [];

beforeAll(async () => {
  rooms = await startTestRooms({ migrations, fileBytesMax: 1_000_000 });
  const { database, sources, directory, clock } = rooms;
  const catalog = createCatalog({ database, sources, directory, clock });
  for (const role of ['admin', 'editor', 'viewer'] as const)
    askers.set(`Bearer ${role}`, await rooms.person(role, `${role}@example.org`));
  http = await createHttp({
    config: { host: '127.0.0.1', port: 0, publicUrl: null, tls: null, issuer: null },
    tlsKey: null,
    identity: {
      workspaceId: askers.get('Bearer admin')?.workspaceId ?? '',
      authenticate: async (request) => askers.get(request.headers.authorization ?? '') ?? null,
      onSessionEnded: () => {},
    },
    access: rooms.access,
    audit: {
      append: async (_context, event) => {
        entries.push(event);
        return { entryId: 'e', at: '' };
      },
    },
    log: createLog({ level: 'info', stream: { write: (line) => void lines.push(line) } }),
    verbs: [...filesRoutes(rooms.files), ...sourcesRoutes(rooms.sources), ...catalogRoutes(catalog)],
    rootVerbs: [],
    mounts: [],
    readiness: { database: async () => {} },
    webFolder: tmpdir(),
    version: '0',
  });
  origin = await http.listen();
});
afterAll(async () => {
  await http.stop();
  await rooms[Symbol.asyncDispose]();
});

type Reply = { status: number; body: Record<string, unknown> };
async function call(
  who: string,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Reply> {
  const raw = body instanceof Uint8Array;
  const response = await fetch(`${origin}/api/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${who}`,
      ...(body === undefined ? {} : { 'content-type': raw ? 'application/octet-stream' : 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: raw ? Buffer.from(body) : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? {} : JSON.parse(text) };
}

describe('over HTTP', () => {
  test('a file goes from upload to confirmed source to removal', async () => {
    const preview = await call('admin', 'POST', '/files', Buffer.from('name,total\na,1\n'), {
      'x-file-name': 'my%20file.csv',
    });
    expect(preview).toMatchObject({ status: 200, body: { format: 'csv', table: 'my_file', headerGuess: true } });
    const confirm = { name: 'mine', upload: preview.body['upload'] };
    expect(await call('admin', 'POST', '/sources:confirm-file', confirm)).toMatchObject({
      status: 422,
      body: { code: 'files/header_unconfirmed' },
    });
    expect(await call('admin', 'POST', '/sources:confirm-file', { ...confirm, header: true })).toMatchObject({
      status: 200,
      body: { name: 'mine', kind: 'file' },
    });
    expect(await call('admin', 'GET', '/catalog?source=mine')).toMatchObject({
      status: 200,
      body: { tables: [{ resource: 'mine.main.my_file' }] },
    });
    expect((await call('admin', 'DELETE', '/sources/mine')).status).toBe(204);
    expect(await call('admin', 'GET', '/sources/mine')).toMatchObject({
      status: 404,
      body: { code: 'sources/not_found' },
    });
  });

  test('an upload that is empty, too large or of no kind we read is a 4xx that is audited', async () => {
    entries.length = 0;
    expect(await call('admin', 'POST', '/files', undefined, { 'x-file-name': 'a.csv' })).toMatchObject({
      status: 422,
      body: { code: 'files/empty' },
    });
    expect(
      (await call('admin', 'POST', '/files', Buffer.alloc(1_000_001, 'a'), { 'x-file-name': 'a.csv' })).status,
    ).toBe(413);
    expect(await call('admin', 'POST', '/files', Buffer.from('x'), { 'x-file-name': 'a.doc' })).toMatchObject({
      status: 422,
      body: { code: 'files/unknown_format' },
    });
    expect(entries.filter((entry) => entry.action === 'files.uploaded' && entry.outcome === 'refused')).toHaveLength(3);
  });

  test('a database is added, shared, described, found, refreshed and taken back; its credentials are in no answer, log or entry', async () => {
    expect(await call('admin', 'POST', '/sources', { name: 'shop', url: rooms.shop.url })).toMatchObject({
      status: 200,
      body: { name: 'shop', tables: 2 },
    });
    expect(await call('admin', 'POST', '/sources', { name: 'shop', url: rooms.shop.url })).toMatchObject({
      status: 409,
      body: { code: 'sources/name_taken' },
    });
    const failed = await call('admin', 'POST', '/sources', {
      name: 'other',
      url: rooms.shop.url.replace('/shop', '/nowhere'),
    });
    expect(failed.status).toBe(422);
    expect(await call('admin', 'POST', '/sources/shop/grants', { with: 'person:editor@example.org' })).toMatchObject({
      status: 200,
      body: { grants: ['person:editor@example.org'] },
    });
    expect(await call('admin', 'POST', '/sources/shop/grants', { with: 'team:nobody' })).toMatchObject({ status: 404 });
    expect(
      await call('editor', 'PATCH', '/catalog/shop.public.orders', { description: 'Purchases', tags: ['sales'] }),
    ).toMatchObject({ status: 200, body: { description: 'Purchases', tags: ['sales'] } });
    expect(await call('editor', 'GET', '/catalog/search?words=purchases')).toMatchObject({
      status: 200,
      body: { hits: [{ resource: 'shop.public.orders', source: 'shop' }] },
    });
    expect(await call('admin', 'POST', '/sources/shop:refresh')).toMatchObject({
      status: 200,
      body: { status: 'ready' },
    });
    expect(await call('editor', 'GET', '/sources')).toMatchObject({
      status: 200,
      body: { sources: [{ name: 'shop', grants: [], mayManage: false }] },
    });
    expect((await call('admin', 'DELETE', '/sources/shop/grants', { with: 'person:editor@example.org' })).status).toBe(
      200,
    );
    expect(await call('editor', 'GET', '/sources')).toMatchObject({ status: 200, body: { sources: [] } });
    expect(JSON.stringify([entries, lines, failed])).not.toMatch(/reader-secret|postgres:\/\//);
    expect(entries.map((entry) => entry.action)).toEqual(
      expect.arrayContaining([
        'sources.added',
        'sources.shared',
        'catalog.annotated',
        'sources.refreshed',
        'sources.unshared',
      ]),
    );
  });

  test('a term is added, listed, changed and removed, and a catalog file goes out and in', async () => {
    entries.length = 0;
    const added = await call('admin', 'POST', '/glossary', {
      name: 'Turnover',
      definition: 'Sales',
      links: ['shop.public.orders'],
    });
    expect(added).toMatchObject({ status: 200, body: { name: 'Turnover', links: ['shop.public.orders'] } });
    const path = `/glossary/${String(added.body['id'])}`;
    expect(await call('admin', 'GET', '/glossary')).toMatchObject({
      status: 200,
      body: { terms: [{ name: 'Turnover' }] },
    });
    expect(await call('viewer', 'GET', '/glossary')).toMatchObject({ status: 200, body: { terms: [] } });
    expect(await call('admin', 'PATCH', path, { synonyms: ['sales'] })).toMatchObject({
      status: 200,
      body: { synonyms: ['sales'] },
    });
    expect(await call('editor', 'PATCH', path, { synonyms: [] })).toMatchObject({
      status: 404,
      body: { code: 'catalog/term_not_found' },
    });
    const { body } = await call('admin', 'GET', '/sources/shop/catalog');
    expect(body['file']).toContain('Turnover');
    expect((await call('admin', 'DELETE', path)).status).toBe(204);
    expect(await call('admin', 'POST', '/catalog:import', { file: body['file'] })).toMatchObject({
      status: 200,
      body: { source: 'shop', dryRun: false, changes: [{ on: 'Turnover' }, { on: 'Turnover' }, { on: 'Turnover' }] },
    });
    expect(await call('admin', 'POST', '/catalog:import', { file: 'source: shop\nsource: shop' })).toMatchObject({
      status: 422,
      body: { code: 'catalog/bad_file', line: 2 },
    });
    expect(
      entries
        .filter(({ outcome }) => outcome !== 'begun')
        .map(({ action, resource, outcome }) => [action, resource, outcome]),
    ).toEqual([
      ['catalog.term_added', 'Turnover', 'done'],
      ['catalog.term_changed', String(added.body['id']), 'done'],
      ['catalog.term_changed', String(added.body['id']), 'refused'],
      ['catalog.term_removed', String(added.body['id']), 'done'],
      ['catalog.imported', 'shop', 'done'],
      ['catalog.imported', null, 'refused'],
    ]);
  });

  test.each([
    ['POST', '/files'],
    ['POST', '/sources'],
    ['POST', '/sources:confirm-file'],
    ['POST', '/sources/shop:refresh'],
    ['DELETE', '/sources/shop'],
    ['POST', '/sources/shop/grants'],
    ['DELETE', '/sources/shop/grants'],
    ['PATCH', '/catalog/shop.public.orders'],
    ['POST', '/glossary'],
    ['PATCH', '/glossary/01900000-0000-7000-8000-000000000000'],
    ['DELETE', '/glossary/01900000-0000-7000-8000-000000000000'],
    ['POST', '/catalog:import'],
  ])('%s %s is refused to a viewer, and to nobody in particular', async (method, path) => {
    expect((await call('viewer', method, path, {})).status).toBe(403);
    expect((await call('stranger', method, path, {})).status).toBe(401);
  });

  test('a hidden source and a missing one answer a viewer alike, word for word', async () => {
    const plain = ({ status, body: { requestId: _requestId, ...body } }: Reply) => ({ status, body });
    for (const path of [
      (name: string) => `/sources/${name}`,
      (name: string) => `/catalog?source=${name}`,
      (name: string) => `/catalog/${name}.public.orders`,
      (name: string) => `/sources/${name}/catalog`,
    ]) {
      expect(plain(await call('viewer', 'GET', path('shop')))).toEqual(
        plain(await call('viewer', 'GET', path('nothing'))),
      );
    }
  });
});
