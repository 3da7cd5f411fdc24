import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { RunningCalls } from './running-calls.ts';
import { httpProblems } from './problems.ts';
import { isLoopback } from '#config';

/** Each throws when what it is named after can't be used now. */
export type Readiness = Readonly<Record<string, () => Promise<void>>>;

export const HEALTH_PATHS = new Set(['/healthz', '/readyz', '/metrics']);
/** Asked by address, by machines that don't know our name; they tell nothing but whether we are well. */
export const NAMELESS_PATHS = new Set(['/healthz', '/readyz']);

/**
 * `/healthz`: the process answers. `/readyz`: 503 with the names of what is not usable. `/metrics`: Prometheus text,
 * labelled by verb, method and status only (no names, no paths); from this machine, or by who may manage the workspace.
 */
export function registerHealth(
  app: FastifyInstance,
  options: {
    readiness: Readiness;
    running: RunningCalls;
    mayReadMetrics(request: FastifyRequest): Promise<boolean>;
    stopping(): boolean;
  },
): void {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const durations = new Histogram({
    name: 'strongroom_http_request_duration_seconds',
    help: 'Time to the end of the answer',
    labelNames: ['verb', 'method', 'status'],
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10, 60],
    registers: [registry],
  });
  const refusals = new Counter({
    name: 'strongroom_http_refusals_total',
    help: 'Answers with status 401, 403 or 429',
    labelNames: ['status'],
    registers: [registry],
  });
  registry.registerMetric(
    new Gauge({
      name: 'strongroom_http_running_calls',
      help: 'Calls being handled',
      registers: [],
      collect() {
        this.set(options.running.count);
      },
    }),
  );

  app.addHook('onResponse', (request, reply, done) => {
    const status = reply.statusCode;
    durations.observe(
      { verb: request.routeOptions.config.verb ?? 'none', method: request.method, status: String(status) },
      reply.elapsedTime / 1000,
    );
    if (status === 401 || status === 403 || status === 429) refusals.inc({ status: String(status) });
    done();
  });
  const plain = { config: { rateLimit: false as const } };
  app.get('/healthz', plain, async () => ({ status: 'ok' }));
  app.get('/readyz', plain, async (_request, reply) => {
    const failing = await findFailing(options.readiness);
    if (options.stopping()) failing.push('stopping');
    return reply
      .code(failing.length === 0 ? 200 : 503)
      .send({ status: failing.length === 0 ? 'ready' : 'not ready', failing });
  });
  app.get('/metrics', plain, async (request, reply) => {
    if (!isFromThisMachine(request) && !(await options.mayReadMetrics(request))) throw httpProblems.signInNeeded();
    return reply.type(registry.contentType).send(await registry.metrics());
  });
}

/** A proxy on this machine speaks for somebody else. */
function isFromThisMachine(request: FastifyRequest): boolean {
  const { forwarded, via } = request.headers;
  const isPassedOn = forwarded !== undefined || via !== undefined || request.headers['x-forwarded-for'] !== undefined;
  return isLoopback(request.ip) && !isPassedOn;
}

async function findFailing(readiness: Readiness): Promise<string[]> {
  const results = await Promise.all(
    Object.entries(readiness).map(([name, check]) =>
      check().then(
        () => null,
        () => name,
      ),
    ),
  );
  return results.filter((name) => name !== null);
}
