import fastifyUnderPressure from '@fastify/under-pressure';
import type { FastifyInstance } from 'fastify';
import { HEALTH_PATHS } from './health.ts';
import { httpProblems } from './problems.ts';

/** `settlingMs`: of the start itself, which keeps the event loop busy and is no load: the first to ask would be told to come back. */
const LIMITS = { eventLoopDelayMsMax: 3_000, settlingMs: 5_000 };

/** Refuses what comes while the event loop lags (`http/overloaded`, 503), but for the questions after our health. */
export async function shedLoad(
  app: FastifyInstance,
  { eventLoopDelayMsMax, settlingMs }: typeof LIMITS = LIMITS,
): Promise<void> {
  let settledMs = Infinity;
  app.addHook('onListen', async () => {
    settledMs = performance.now() + settlingMs;
  });
  await app.register(fastifyUnderPressure, {
    maxEventLoopDelay: eventLoopDelayMsMax,
    pressureHandler: (request) => {
      if (performance.now() < settledMs || HEALTH_PATHS.has(request.routeOptions.url ?? '')) return;
      throw httpProblems.overloaded();
    },
  });
}
