import { startPostgres, startServer } from '@strongroom/testkit';
import type { Bench } from './compare.ts';
import { measureCancel } from './query-cancel.ts';
import { measureGuard } from './query-guard.ts';
import { measurePolicy } from './query-policy.ts';
import { measureSmall } from './query-small.ts';
import { measureStreams } from './query-stream.ts';
import { ROWS } from './query-world.ts';

/** What it costs that a query is governed and audited, beside the same without. */
export const bench: Bench = async function* () {
  yield* measureGuard();
  yield* measurePolicy();
  await using postgres = await startPostgres({ tcp: true });
  await postgres.run(`create table wide as select i as id, timestamp '2001-01-01' + i * interval '1 minute' as at, (i % 1000)::numeric / 100 as amount,
    'label ' || i % 100 as label, i % 2 = 0 as flag, i / 7.0::float8 as ratio from generate_series(1, ${ROWS}) i;
    alter table wide add primary key (id)`);
  await postgres.run('vacuum (analyze, freeze) wide');
  await using server = await startServer({ env: { STRONGROOM_SAMPLE: 'off' } });
  const added = await server.call('POST', 'sources', { body: { name: 'wide', url: postgres.url() } });
  if (!added.ok) throw new Error(`the source could not be added: ${await added.text()}`);
  yield* measureSmall({ server, postgres });
  yield* measureStreams({ server, postgres });
  yield* measureCancel({ server, postgres });
};
