import { startPostgres, startServer } from '@strongroom/testkit';
import { type Bench, compareTimes } from './compare.ts';

const ROWS = 1_000_000;
const SQL = 'select id, at, amount, label, flag, ratio from wide';
const ROUNDS = 3;

/** A million rows of six columns, governed and audited, to an HTTP client; against the `pg` client in the same process as the reader. */
export const bench: Bench = async function* () {
  await using postgres = await startPostgres({ tcp: true });
  await postgres.run(`create table wide as select i as id, timestamp '2001-01-01' + i * interval '1 minute' as at, (i % 1000)::numeric / 100 as amount,
    'label ' || i % 100 as label, i % 2 = 0 as flag, i / 7.0::float8 as ratio from generate_series(1, ${ROWS}) i; analyze wide`);
  await using server = await startServer({ env: { STRONGROOM_SAMPLE: 'off' } });
  const added = await server.call('POST', 'sources', { body: { name: 'wide', url: postgres.url() } });
  if (!added.ok) throw new Error(`the source could not be added: ${await added.text()}`);

  const ask = (accept: string) =>
    server.call('POST', 'sources/wide/query', { body: { sql: SQL, limit: ROWS }, headers: { accept } });
  const arrow = async (): Promise<number> => {
    const answer = await ask('application/vnd.apache.arrow.stream');
    for await (const chunk of answer.body ?? []) void chunk;
    return ROWS;
  };
  const lines = async (): Promise<number> => {
    let count = 0;
    for await (const chunk of (await ask('application/x-ndjson')).body ?? [])
      for (const byte of chunk as Uint8Array) if (byte === 10) count += 1;
    return count;
  };
  const naive = async (): Promise<number> => {
    await using client = await postgres.connect();
    const { rows } = await client.query<Record<string, unknown>>(SQL);
    let count = 0;
    for (const row of rows) if (JSON.stringify(row).length > 0) count += 1;
    return count;
  };
  await arrow();
  yield await compareTimes('query: 1M x 6 rows as Arrow', 'pg client, JSON.stringify each row', ROUNDS, arrow, naive);
  yield await compareTimes('query: 1M x 6 rows as NDJSON', 'pg client, JSON.stringify each row', ROUNDS, lines, naive);
};
