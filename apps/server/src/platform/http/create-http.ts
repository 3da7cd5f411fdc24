import { randomUUID } from 'node:crypto';
import type { AddressInfo, Socket } from 'node:net';
import fastifyCookie from '@fastify/cookie';
import fastifyRateLimit from '@fastify/rate-limit';
import { LogController, fastify } from 'fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest, FastifyServerOptions } from 'fastify';
import { problemDocument } from '@strongroom/protocol';
import type { AuditWriter, Verb } from '#contracts';
import { isLoopback } from '#config';
import type { Config, Secret } from '#config';
import type { Log } from '#platform/log';
import { BODY_BYTES_MAX, registerBodies } from './bodies.ts';
import './fastify-types.ts';
import { createGate } from './gate.ts';
import type { GateAccess, GateIdentity } from './gate.ts';
import { NAMELESS_PATHS, registerHealth } from './health.ts';
import type { Readiness } from './health.ts';
import { listenFailed } from './listen.ts';
import { describeVerbs } from './openapi.ts';
import { refuseWrongHost } from './origin.ts';
import { httpProblems, retryAfter, sendProblem, toProblem } from './problems.ts';
import { API_PREFIX } from './route-path.ts';
import { createRunningCalls } from './running-calls.ts';
import { shedLoad } from './shed-load.ts';
import { commonHeaders } from './security-headers.ts';
import { createRedirectingServer } from './tls.ts';
import { registerWebApp } from './web-app.ts';

/** A program of another maker's that answers below a prefix, without our body parsing (the evaluation identity provider). */
export type Mount = {
  readonly prefix: `/${string}`;
  handle(request: FastifyRequest, reply: FastifyReply): Promise<void>;
};

export type HttpOptions = {
  readonly config: Pick<Config, 'host' | 'port' | 'publicUrl' | 'tls' | 'issuer'>;
  readonly tlsKey: Secret | null;
  readonly identity: GateIdentity;
  readonly access: GateAccess;
  readonly audit: AuditWriter;
  readonly log: Log;
  /** Below `/api/v1`, and in its OpenAPI document. */
  readonly verbs: readonly Verb[];
  /** At their path as it stands, e.g. `/sign-in/start`. */
  readonly rootVerbs: readonly Verb[];
  readonly mounts: readonly Mount[];
  readonly readiness: Readiness;
  /** The built web app; may be missing. */
  readonly webFolder: string;
  readonly version: string;
  /** Requests a minute from one address to one route, and from one person to all. */
  readonly ratePerMinuteMax?: number;
  /** How often it is asked again whether the asker of a call that goes on still may. */
  readonly lookAgainMs?: number;
};

export type Http = {
  readonly app: FastifyInstance;
  /** What people open, e.g. `http://127.0.0.1:7600`. Throws before `listen`, unless a public URL is set. */
  origin(): string;
  /** Where it really listens, which a public URL doesn't say; null before `listen`. */
  listener(): { readonly host: string; readonly port: number } | null;
  /** Resolves with the origin. Throws `ProblemError` `http/port_taken` or `http/cannot_listen`. */
  listen(): Promise<string>;
  /** Aborts what runs, answers nothing new, and is over within 8 seconds. */
  stop(): Promise<void>;
};

const RATE_PER_MINUTE_MAX = 6_000;
const LOOK_AGAIN_MS = 60_000;
const REQUEST_TIMEOUT_MS = 300_000;
const STOP_GRACE_MS = 3_000;
const PARAMETER_LENGTH_MAX = 1_000;

export async function createHttp(options: HttpOptions): Promise<Http> {
  const { config, log } = options;
  const running = createRunningCalls();
  let listeningPort: number | null = null;
  let stopping = false;
  const origin = () => config.publicUrl ?? localOrigin(config, listeningPort);

  const app = createApp(config, options.tlsKey, log, origin);
  const { ratePerMinuteMax = RATE_PER_MINUTE_MAX, lookAgainMs = LOOK_AGAIN_MS } = options;
  const gate = createGate({ ...options, running, ratePerMinuteMax, lookAgainMs });

  const headers = commonHeaders(config.tls !== null);
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(headers).header('x-request-id', request.id);
    if (!NAMELESS_PATHS.has(request.routeOptions.url ?? ''))
      refuseWrongHost(request, origin(), listeningPort ?? config.port);
    if (stopping) throw httpProblems.stopping();
  });
  app.setErrorHandler(async (error, request, reply) => {
    const { problem, expected } = toProblem(error);
    if (!expected)
      log.error({ err: error, requestId: request.id, verb: request.routeOptions.config.verb }, 'a request failed');
    await gate.auditFailure(request, problem);
    if (reply.raw.headersSent || reply.raw.destroyed) return void reply.raw.destroy();
    if (problem.status === 429 || problem.status === 503) reply.header('retry-after', retryAfter(problem));
    if (problem.status === 401) reply.header('www-authenticate', 'Bearer');
    return sendProblem(reply, problem, request.id, request.routeOptions.config.problemAs);
  });
  // Each of its members is ours, so that none has to be looked for to be struck out.
  const requestLog = log.child({}, { redact: [] });
  app.addHook('onResponse', (request, reply, done) => {
    // The route, never the address: a query string can hold what a person asked.
    requestLog.info(
      {
        requestId: request.id,
        method: request.method,
        route: request.routeOptions.url ?? null,
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime),
        address: request.ip,
      },
      'request',
    );
    done();
  });

  registerBodies(app);
  await app.register(fastifyCookie);
  await shedLoad(app);
  await app.register(fastifyRateLimit, {
    max: ratePerMinuteMax,
    timeWindow: '1 minute',
    errorResponseBuilder: (_request, context) => httpProblems.tooMany(Math.ceil(context.ttl / 1000)),
  });
  registerHealth(app, {
    readiness: options.readiness,
    running,
    stopping: () => stopping,
    mayReadMetrics: async (request) => {
      const asker = await options.identity.authenticate(request);
      return asker !== null && options.access.allows(asker, 'workspace.manage');
    },
  });
  gate.register(app, API_PREFIX, options.verbs);
  gate.register(app, '', options.rootVerbs);
  const document = JSON.stringify(describeVerbs(options.verbs, options.version));
  app.get(`${API_PREFIX}/openapi.json`, async (_request, reply) => reply.type('application/json').send(document));
  for (const mount of options.mounts) await registerMount(app, mount);
  const webApp = await registerWebApp(app, { folder: options.webFolder, issuer: config.issuer?.url ?? null });
  app.setNotFoundHandler((request, reply) => webApp.sendPage(request, reply));

  return {
    app,
    origin,
    listener: () => (listeningPort === null ? null : { host: config.host, port: listeningPort }),
    async listen() {
      try {
        await app.listen({ host: config.host, port: config.port });
      } catch (error) {
        throw listenFailed(error, config.host, config.port);
      }
      listeningPort = (app.server.address() as AddressInfo).port;
      return origin();
    },
    async stop() {
      stopping = true;
      running.abortAll(httpProblems.stopping());
      const late = setTimeout(() => app.server.closeAllConnections(), STOP_GRACE_MS);
      await app.close();
      clearTimeout(late);
    },
  };
}

function createApp(
  config: HttpOptions['config'],
  tlsKey: Secret | null,
  log: Log,
  origin: () => string,
): FastifyInstance {
  const { tls } = config;
  const settings: FastifyServerOptions = {
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: false,
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: REQUEST_TIMEOUT_MS,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    genReqId: () => randomUUID(),
    routerOptions: { maxParamLength: PARAMETER_LENGTH_MAX },
    frameworkErrors: (error, request, reply) =>
      void sendProblem(reply.headers(commonHeaders(tls !== null)), toProblem(error).problem, request.id),
    clientErrorHandler: refuseNoHttp,
  };
  if (tls === null) return fastify(settings);
  const key = tlsKey?.reveal() ?? '';
  return fastify({
    ...settings,
    serverFactory: (handler) => createRedirectingServer({ certificate: tls.certificate, key, origin }, handler),
  });
}

/** What is not HTTP gets a problem document too, and its connection is closed. */
function refuseNoHttp(_error: Error, socket: Socket): void {
  if (!socket.writable) return void socket.destroy();
  const body = JSON.stringify(problemDocument(httpProblems.badRequest(), randomUUID()));
  socket.end(
    `HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-type: application/problem+json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

async function registerMount(app: FastifyInstance, mount: Mount): Promise<void> {
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null));
    scope.all(`${mount.prefix}/*`, async (request, reply) => {
      await mount.handle(request, reply);
      return reply;
    });
  });
}

function localOrigin(config: HttpOptions['config'], port: number | null): string {
  if (port === null) throw new Error('the server does not listen yet');
  const host = isLoopback(config.host) ? config.host : 'localhost';
  return `${config.tls === null ? 'http' : 'https'}://${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${port}`;
}
