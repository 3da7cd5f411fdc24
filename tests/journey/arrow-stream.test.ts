import { setTimeout } from 'node:timers/promises';
import { type RunningServer, startServer } from '@strongroom/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ledger } from './support/calls.ts';
import { ARROW, askArrow, countRows, residentMegabytes } from './support/read-arrow.ts';
import { addShop, type Shop, startShop } from './support/shop.ts';
import { until } from './support/until.ts';

const MILLION = 1_000_000;
const GROWTH_MB_MAX = 150;

let server: RunningServer;
let shop: Shop;
beforeAll(async () => {
  [server, shop] = await Promise.all([startServer(), startShop()]);
  await addShop(server, shop.url);
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await shop[Symbol.asyncDispose]();
});

const SOURCES = [
  { source: 'flights-3m', sql: 'select * from flights_3m' },
  { source: 'shop', sql: 'select id, name, number from many' },
] as const;

describe.each(SOURCES)('a million rows of $source as Arrow', ({ source, sql }) => {
  /** Reads them all, and says by how much the server grew at most meanwhile. */
  async function read(afterBatch: (rows: number) => Promise<void>): Promise<{ rows: number; growth: number }> {
    const before = await residentMegabytes(server.pid);
    let most = before;
    const response = await askArrow(server, source, { sql, limit: MILLION });
    const rows = await countRows(response, async (count) => {
      most = Math.max(most, await residentMegabytes(server.pid));
      await afterBatch(count);
    });
    return { rows, growth: most - before };
  }

  test('come whole, and the server grows by less than 150 MB', async () => {
    // The first query of a source loads code and opens the file; what it costs is no row's.
    await (await askArrow(server, source, { sql, limit: 1 })).arrayBuffer();
    const { rows, growth } = await read(async () => {});
    expect(rows).toBe(MILLION);
    expect(growth).toBeLessThan(GROWTH_MB_MAX);
  });

  test('come whole to a client that reads slowly, and the server holds no more of them', async () => {
    // The pace is the point: many times slower than the source gives them.
    const { rows, growth } = await read(() => setTimeout(100));
    expect(rows).toBe(MILLION);
    expect(growth).toBeLessThan(GROWTH_MB_MAX);
  });

  test('are recorded as released before, and as completed with their number after', async () => {
    const response = await askArrow(server, source, { sql, limit: MILLION });
    expect(response.headers.get('content-type')).toBe(ARROW);
    const receipt = response.headers.get('strongroom-receipt');
    expect((await ledger(server)).find(({ id }) => id === receipt)).toMatchObject({ action: 'query.released' });
    await countRows(response, async () => {});
    // Arrow's own end mark comes with the last rows; the entry follows, and only then the answer ends.
    await expect
      .poll(async () => (await ledger(server)).at(-1), { timeout: 20_000 })
      .toMatchObject({ action: 'query.completed', outcome: 'done', counts: { rows: MILLION } });
  });
});

test('a client that leaves in the middle of its rows ends the query in the source', async () => {
  const leaving = new AbortController();
  const response = await askArrow(server, 'shop', { sql: 'select * from many', limit: 10 * MILLION }, leaving.signal);
  expect(await shop.running()).toBe(1);
  // What is cut off ends for the reader of Arrow as an error or as an end, by where the cut falls.
  const rows = await countRows(response, async () => leaving.abort()).catch(() => 0);
  expect(rows).toBeLessThan(MILLION);
  await shop.untilQuiet();
  await until('the end is recorded', async () => (await ledger(server)).at(-1)?.action === 'query.completed');
  expect((await ledger(server)).at(-1)).toMatchObject({ outcome: 'failed', decision: { reason: 'query/cancelled' } });
});

test('a client that stops reading without leaving holds back the source, not the memory of the server', async () => {
  const before = await residentMegabytes(server.pid);
  const leaving = new AbortController();
  const response = await askArrow(server, 'shop', { sql: 'select * from many', limit: 10 * MILLION }, leaving.signal);
  expect(response.status).toBe(200);
  // The source waits for us to read: that is its own word for the end of the flow.
  await until('the source waits for its client', async () => {
    await using client = await shop.postgres.connect();
    const { rows } = await client.query(
      "select 1 from pg_stat_activity where usename = 'reader' and wait_event = 'ClientWrite'",
    );
    return rows.length === 1;
  });
  expect((await residentMegabytes(server.pid)) - before).toBeLessThan(GROWTH_MB_MAX);
  leaving.abort();
  await shop.untilQuiet();
});
