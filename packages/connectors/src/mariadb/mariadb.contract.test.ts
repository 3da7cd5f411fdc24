import { findMariadb, startMariadb } from '@strongroom/testkit';
import { contractSuite } from '../../test/contract-suite.ts';
import { parseMariadbUrl } from './address.ts';
import { connectMariadb } from './index.ts';

contractSuite(
  'mariadb',
  async () => {
    const mariadb = await startMariadb();
    await mariadb.run(`
    set names utf8mb4;
    create database town character set utf8mb4;
    create table town.people (id bigint, name text, note text, born date);
    insert into town.people values (1, 'Ann', '', '2001-01-31'), (2, 'Bo 😀, ''x''', null, '1999-12-31'), (9007199254740993, 'canary-7f3a', 'a\\nb', '0044-03-15');
    create user reader identified by 'reader';
    grant select on town.* to reader`);
    const client = await mariadb.connect();
    const connector = connectMariadb(parseMariadbUrl(mariadb.url({ user: 'reader', password: 'reader' })));
    return {
      connector,
      dialect: 'mariadb',
      table: 'town.people',
      manyRows: `select seq as id, concat('row number ', seq) as name from town.seq_1_to_10000000`,
      longWork: 'select count(*) from town.seq_1_to_1000000000 a, town.seq_1_to_1000 b where (a.seq + b.seq) % 7 = 3',
      async waitUntilIdle() {
        for (;;) {
          const [rows] = await client.query(
            "select 1 from information_schema.processlist where user = 'reader' and command = 'Query'",
          );
          if ((rows as unknown[]).length === 0) return;
        }
      },
      async stop() {
        await connector.close();
        await client.end();
        await mariadb.stop();
      },
    };
  },
  { isThere: (await findMariadb()) !== null },
);
