import { createGuard } from '@strongroom/sql-guard';
import { startPostgres } from '@strongroom/testkit';
import { type Bench, compareTimes } from './compare.ts';

const CHECKS = 500;
export const JOIN = `select a.state, count(*), avg(f.delay) from flights f join airports a on a.iata = f.origin where f.destination = 'ORD' group by a.state order by 2 desc limit 10`;

const table = (name: string, columns: Record<string, string>) => ({
  schema: 'public',
  name,
  kind: 'table' as const,
  comment: null,
  primaryKey: [],
  uniqueKeys: [],
  foreignKeys: [],
  columns: Object.entries(columns).map(([column, type]) => ({
    name: column,
    type,
    kind: 'other' as const,
    nullable: true,
    comment: null,
  })),
});
export const schema = {
  tables: [
    table('flights', { date: 'timestamp without time zone', delay: 'integer', origin: 'text', destination: 'text' }),
    table('airports', { iata: 'text', state: 'text' }),
  ],
};

/** A whole check of one join, against the same statement run on empty tables over a socket. */
export const bench: Bench = async function* () {
  const guard = createGuard();
  await using postgres = await startPostgres();
  await postgres.run(
    'create table flights (date timestamp, delay int, origin text, destination text); create table airports (iata text, state text)',
  );
  await using client = await postgres.connect();
  const check = async (): Promise<number> => {
    for (let i = 0; i < CHECKS; i += 1) await guard.check({ sql: JOIN, dialect: 'postgres', schema, rowsMax: 1000 });
    return CHECKS;
  };
  const run = async (): Promise<number> => {
    for (let i = 0; i < CHECKS; i += 1) await client.query(JOIN);
    return CHECKS;
  };
  await check();
  await run();
  yield await compareTimes(
    `guard: ${CHECKS} checks of one join`,
    'PostgreSQL, the same on empty tables',
    5,
    check,
    run,
  );
  await guard.close();
};
