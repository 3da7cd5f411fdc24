import { type TestPostgres, startPostgres } from '@strongroom/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Connector, RunLimits } from '../contract.ts';
import { uncheckedSql } from '../../test/checked-sql.ts';
import { LIMITS, problemOf, readAll } from '../../test/contract-suite.ts';
import { socketAddress } from './address.ts';
import { connectPostgres } from './index.ts';

let postgres: TestPostgres;
let connector: Connector;
beforeAll(async () => {
  postgres = await startPostgres();
  connector = connectPostgres(
    socketAddress({ folder: postgres.socketFolder, port: postgres.port, ...postgres.superuser, database: 'postgres' }),
    { connectionsMax: 1 },
  );
});
afterAll(async () => {
  await connector.close();
  await postgres.stop();
});

const run = (text: string, limits: Partial<RunLimits> = {}) =>
  connector.run(uncheckedSql('postgres', text), { ...LIMITS, ...limits });
const MEBIBYTE = 2 ** 20;
// A dozen bytes from the source, 60 kB as text.
const GROWING = 'select 1e60000::numeric from generate_series(1, 40000)';

test('values that grow when they are decoded fill batches, and meet the limit, by the size they have then', async () => {
  const stream = await run(GROWING, { bytes: 50 * MEBIBYTE });
  let total = 0;
  for await (const chunk of stream.chunks) {
    expect(chunk.length).toBeLessThan(3 * MEBIBYTE);
    total += chunk.length;
  }
  expect(total).toBeLessThan(51 * MEBIBYTE);
  expect(await stream.completion).toMatchObject({ complete: false, limit: 'bytes' });
});

test('rows that arrived in one piece are not decoded all at once: others get their turn between batches', async () => {
  const stream = await run(GROWING, { bytes: 200 * MEBIBYTE });
  let turns = 0;
  let isRunning = true;
  const count = () => {
    turns += 1;
    if (isRunning) setImmediate(count);
  };
  setImmediate(count);
  const turnsAt: number[] = [];
  for await (const _chunk of stream.chunks) turnsAt.push(turns);
  isRunning = false;
  expect(turnsAt.length).toBeGreaterThan(60);
  expect(new Set(turnsAt).size).toBeGreaterThan(turnsAt.length - 5);
});

test('a reader that stops holds up the source in the middle of what has arrived', async () => {
  const before = process.memoryUsage().arrayBuffers;
  const stream = await run(GROWING);
  const iterator = stream.chunks[Symbol.asyncIterator]();
  await iterator.next();
  for (let turn = 0; turn < 2000; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(60 * MEBIBYTE);
  await iterator.return!(undefined);
});

test('a number of more than 64 kB of digits is refused as one out of range', async () => {
  expect(await readAll(await run('select 1e60000::numeric'))).toEqual([[`1${'0'.repeat(60_000)}`]]);
  expect(await problemOf(run('select 1e130000::numeric').then(readAll))).toMatchObject({ code: 'run/type' });
});

test('an array whose JSON is larger than a row may be is refused, and the next query works', async () => {
  const many = `select array_agg(repeat(chr(1), 1000000)) from generate_series(1, 20)`;
  expect(await problemOf(run(many).then(readAll))).toMatchObject({ code: 'run/resource' });
  expect(await readAll(await run('select 1'))).toEqual([[1]]);
});

test('JSON of several megabytes comes as its text, not as a million objects', async () => {
  const [[small, large]] = (await readAll(
    await run(`select '[[],[]]'::json, ('[' || repeat('[],', 2000000) || '[]]')::json`),
  )) as [[unknown, unknown]];
  expect(small).toEqual([[], []]);
  expect(typeof large).toBe('string');
});
