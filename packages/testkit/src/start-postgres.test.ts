import pg from 'pg';
import { expect, test } from 'vitest';
import { startPostgres } from './start-postgres.ts';

test('a PostgreSQL answers over its socket, and over TCP only to who knows the password', async () => {
  await using postgres = await startPostgres({ tcp: true });
  await postgres.run(
    "create role reader login password 'secret'; create table thing (name text); grant select on thing to reader",
  );
  const client = new pg.Client(postgres.url({ user: 'reader', password: 'secret' }));
  await client.connect();
  expect((await client.query('select count(*)::int as count from thing')).rows).toEqual([{ count: 0 }]);
  await client.end();
  const stranger = new pg.Client(postgres.url({ user: 'reader', password: 'wrong' }));
  await expect(stranger.connect()).rejects.toThrow(/password authentication failed/);
});
