import type { AddressInfo } from 'node:net';
import fastify from 'fastify';
import { expect, test } from 'vitest';
import { shedLoad } from './shed-load.ts';

/** Status of the first request to a server whose start kept the event loop busy for longer than it may lag. */
async function firstStatus(settlingMs: number, path: string): Promise<number> {
  await using app = fastify();
  await shedLoad(app, { eventLoopDelayMsMax: 100, settlingMs });
  for (const url of ['/', '/healthz']) app.get(url, async () => 'here');
  // For longer than a second: so often the lag is looked at, as the mean of what was seen since.
  const busyUntilMs = performance.now() + 1_200;
  while (performance.now() < busyUntilMs);
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  await expect.poll(() => app.isUnderPressure(), { interval: 10 }).toBe(true);
  return (await fetch(`http://127.0.0.1:${port}${path}`)).status;
}

test('while the event loop lags a request is refused, and one after our health is not', async () => {
  expect(await firstStatus(0, '/')).toBe(503);
  expect(await firstStatus(0, '/healthz')).toBe(200);
});

test('what the start itself kept busy refuses nobody', async () => {
  expect(await firstStatus(60_000, '/')).toBe(200);
});
