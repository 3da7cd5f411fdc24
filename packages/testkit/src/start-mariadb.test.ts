import { expect, test } from 'vitest';
import { findMariadb } from './find-mariadb.ts';
import { startMariadb } from './start-mariadb.ts';

test.skipIf((await findMariadb()) === null)('a MariaDB answers only to who knows the password', async () => {
  await using mariadb = await startMariadb({ settings: { 'sql-mode': 'ANSI_QUOTES' } });
  await mariadb.run(
    "create database shop; create user reader identified by 'secret'; grant select on shop.* to reader",
  );
  await using client = await mariadb.connect({ user: 'reader', password: 'secret', database: 'shop' });
  const [rows] = await client.query('select @@sql_mode, 1 + 1, null');
  expect(rows).toEqual([['ANSI_QUOTES', '2', null]]);
  await expect(mariadb.connect({ user: 'reader', password: 'wrong' })).rejects.toThrow(/Access denied/);
  await expect(mariadb.connect({ user: 'root', password: '' })).rejects.toThrow(/Access denied/);
});
