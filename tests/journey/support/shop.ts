import { type RunningServer, startPostgres, type TestPostgres } from '@strongroom/testkit';
import { call } from './calls.ts';
import { until } from './until.ts';

/** Never ends by itself: 10^16 pairs. */
export const ENDLESS = 'select count(*) from item a cross join item b cross join item c cross join item d';
export const SOURCE_PASSWORD = 'planted-password-7c1e';
/** Stands in a row of the source, and must stand nowhere else. */
export const PLANTED_VALUE = 'planted-value-9f3c';

export type Shop = AsyncDisposable & {
  readonly postgres: TestPostgres;
  /** Address for `sources add`, of a role that may only read. */
  readonly url: string;
  /** How many statements of the source's role the database runs now, by what it says itself. */
  running(): Promise<number>;
  untilRunning(): Promise<void>;
  untilQuiet(): Promise<void>;
};

/** A database of somebody else's, on loopback, to be added as a source. */
export async function startShop(): Promise<Shop> {
  const postgres = await startPostgres({ tcp: true });
  await postgres.run(`
    create role reader login password '${SOURCE_PASSWORD}';
    create table item (id integer primary key, name text not null);
    insert into item select n, 'item ' || n from generate_series(1, 9999) n;
    insert into item values (10000, '${PLANTED_VALUE}');
    create view many as select a.id, a.name, b.id as number from item a cross join item b;
    grant select on item, many to reader;
  `);
  const running = async (): Promise<number> => {
    await using client = await postgres.connect();
    const { rows } = await client.query<{ count: number }>(
      "select count(*)::int as count from pg_stat_activity where usename = 'reader' and state <> 'idle'",
    );
    return rows[0]?.count ?? 0;
  };
  return {
    postgres,
    url: postgres.url({ user: 'reader', password: SOURCE_PASSWORD }),
    running,
    untilRunning: () => until('a query runs in the source', async () => (await running()) > 0),
    untilQuiet: () => until('no query runs in the source', async () => (await running()) === 0),
    [Symbol.asyncDispose]: () => postgres.stop(),
  };
}

/** Adds it as a source, as the local administrator. */
export async function addShop(server: RunningServer, url: string, name = 'shop'): Promise<void> {
  const { status, body } = await call(server, 'POST', 'sources', { name, url });
  if (status !== 200) throw new Error(`the source was refused: ${JSON.stringify(body)}`);
}
