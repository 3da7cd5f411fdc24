import { setTimeout as wait } from 'node:timers/promises';
import { Client } from 'undici';
import { besideBound, type Figure, median } from './compare.ts';
import type { QueryWorld } from './query-world.ts';

const ENDLESS = 'select count(*) from wide a, wide b, wide c';
const TURNS = 5;
const CANCEL_MS_MAX = 1_000;
const LOOK_EVERY_MS = 2;

/** From the client's closing of its connection until the source runs nothing of it any more. */
export async function* measureCancel({ server, postgres }: QueryWorld): AsyncGenerator<Figure> {
  await using watcher = await postgres.connect();
  const isRunning = async (): Promise<boolean> => {
    const { rows } = await watcher.query(
      "select from pg_stat_activity where application_name = 'strongroom' and state = 'active'",
    );
    return rows.length > 0;
  };
  const times: number[] = [];
  for (let turn = 0; turn < TURNS; turn += 1) {
    const client = new Client(server.url);
    const asking = client.request({
      method: 'POST',
      path: '/api/v1/sources/wide/query',
      headers: { authorization: `Bearer ${server.adminToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({ sql: ENDLESS }),
    });
    const left = asking.then(
      () => Promise.reject(new Error('an endless query ended')),
      () => null,
    );
    while (!(await isRunning())) await wait(LOOK_EVERY_MS);
    const startedMs = performance.now();
    await client.destroy();
    while (await isRunning()) await wait(LOOK_EVERY_MS);
    times.push(performance.now() - startedMs);
    await left;
  }
  yield besideBound('cancel of a client that leaves', median(times), CANCEL_MS_MAX, 'ms', 'lower');
}
