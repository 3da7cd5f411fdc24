import pg from 'pg';
import { expect, test } from 'vitest';
import { everyPostgres } from './every-postgres.ts';
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

test.each(await everyPostgres())('a PostgreSQL $version is of that version', async (binaries) => {
  await using postgres = await startPostgres({ binaries });
  await using client = await postgres.connect();
  const { rows } = await client.query("select current_setting('server_version_num')::int / 10000 as version");
  expect(rows).toEqual([{ version: binaries.version }]);
});
