import { everyPostgres, startPostgres } from '@strongroom/testkit';
import { contractSuite } from '../../test/contract-suite.ts';
import { socketAddress } from './address.ts';
import { connectPostgres } from './index.ts';

const all = await everyPostgres();
for (const binaries of all)
  contractSuite(
    `PostgreSQL ${binaries.version}`,
    async () => {
      const postgres = await startPostgres({ binaries });
      await postgres.run(`
    create table people (id bigint, name text, note text, born date);
    insert into people values (1, 'Ann', '', '2001-01-31'), (2, 'Bo 😀, ''x''', null, '1999-12-31'), (9007199254740993, 'canary-7f3a', E'a\\nb', '0044-03-15');
    create role reader login password 'reader';
    grant select on people to reader;`);
      const client = await postgres.connect();
      const connector = connectPostgres(
        socketAddress({
          folder: postgres.socketFolder,
          port: postgres.port,
          user: 'reader',
          database: 'postgres',
          password: 'reader',
        }),
      );
      return {
        connector,
        dialect: 'postgres',
        table: 'public.people',
        manyRows: `select g as id, 'row number ' || g as name from (select generate_series(1, 10000000) as g) as many`,
        longWork: 'select count(*) from generate_series(1, 1000000000) as a, generate_series(1, 1000) as b',
        async waitUntilIdle() {
          for (;;) {
            const { rows } = await client.query(
              `select 1 from pg_stat_activity where usename = 'reader' and state = 'active' and query not in ('ROLLBACK', 'DISCARD ALL')`,
            );
            if (rows.length === 0) return;
          }
        },
        async stop() {
          await connector.close();
          await client.end();
          await postgres.stop();
        },
      };
    },
    { isOlder: binaries !== all.at(-1) },
  );
