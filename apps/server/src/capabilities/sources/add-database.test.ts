import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Asker } from '#contracts';
import { startTestRooms, type TestRooms } from './start-test-rooms.ts';

let rooms: TestRooms;
let admin: Asker;
beforeAll(async () => {
  rooms = await startTestRooms();
  admin = await rooms.person('admin', 'admin@example.org');
});
afterAll(() => rooms[Symbol.asyncDispose]());

const name = () => `s-${randomUUID()}`;
const stored = async () =>
  rooms.database.withWorkspace(admin.workspaceId, async (transaction) => {
    const { rows } = await sql<{ sources: unknown }>`select json_agg(sources) as sources from sources`.execute(
      transaction,
    );
    return JSON.stringify(rows);
  });

describe('adding a database', () => {
  test('keeps where it is without its credentials, and these only sealed', async () => {
    const source = await rooms.sources.addDatabase(admin, { name: name(), url: rooms.shop.url });
    expect(source).toMatchObject({
      kind: 'postgres',
      owner: 'admin@example.org',
      status: 'ready',
      tables: 2,
      mayQuery: true,
      mayManage: true,
    });
    expect(source.location).toMatch(/^127\.0\.0\.1:\d+\/shop$/);
    expect(source.warnings.join(' ')).not.toMatch(/superuser|can write/);
    const rows = await stored();
    expect(rows).not.toContain('reader-secret');
    expect(rows).not.toContain(Buffer.from('reader-secret').toString('hex'));
  });

  test('warns by name of a role that could write or is a superuser', async () => {
    const source = await rooms.sources.addDatabase(admin, { name: name(), url: rooms.shop.ownerUrl });
    expect(source.warnings.join('\n')).toMatch(/superuser/);
  });

  test.each([
    [
      'a wrong password',
      (url: string) => url.replace('reader-secret', 'guess-4711'),
      'sources/credentials_refused',
      422,
    ],
    ['a database that is not there', (url: string) => url.replace(/shop$/, 'nowhere'), 'sources/unknown_database', 422],
    ['a port where nothing listens', (url: string) => url.replace(/:\d+\//, ':1/'), 'sources/unavailable', 502],
    ['an address that is none', () => 'http://example.org', 'sources/bad_address', 422],
    ['a parameter that reads our files', (url: string) => `${url}?sslkey=/etc/passwd`, 'sources/bad_address', 422],
  ])('stores nothing after %s, and says so without repeating the address', async (_what, change, code, status) => {
    const before = await stored();
    const taken = name();
    const failure = await rooms.sources
      .addDatabase(admin, { name: taken, url: change(rooms.shop.url) })
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ code, status });
    expect(JSON.stringify(failure) + String(failure)).not.toMatch(/secret|guess-4711/);
    expect(await stored()).toBe(before);
    await rooms.sources.addDatabase(admin, { name: taken, url: rooms.shop.url });
  });

  test('a name is had once, however many want it at the same moment', async () => {
    const wanted = name();
    const results = await Promise.allSettled(
      [1, 2, 3].map(() => rooms.sources.addDatabase(admin, { name: wanted, url: rooms.shop.url })),
    );
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
    for (const result of results)
      if (result.status === 'rejected')
        expect(result.reason).toMatchObject({ code: 'sources/name_taken', status: 409 });
  });
});
