import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Asker, AuditEvent, AuditWriter, Call, Permission, Tool, Verb } from '#contracts';
import { ProblemError } from '@strongroom/protocol';
import type { Log } from '#platform/log';
import { allowed, contextOf, createStrangerCount, failureEvent, type Passage } from './audit-entries.ts';
import { BODY_BYTES_MAX, holdsNul } from './bodies.ts';
import { refuseCrossSite } from './origin.ts';
import { httpProblems, toProblem } from './problems.ts';
import { toRoutePath } from './route-path.ts';
import type { EndedAccess, RunningCalls } from './running-calls.ts';

/** What the gate asks of identity. */
export type GateIdentity = {
  /** The workspace that refusals of strangers are written to. */
  readonly workspaceId: string;
  /**
   * null: nobody. Throws a `ProblemError` (401) for a credential that is there but not good. `isUse`: whether a person does something
   * by it, which is what keeps a session alive; true by default.
   */
  authenticate(request: FastifyRequest, isUse?: boolean): Promise<Asker | null>;
  onSessionEnded(listener: (ended: EndedAccess) => void): void;
};

/** What the gate asks of access. */
export type GateAccess = { allows(asker: Asker, permission: Permission): boolean };

export type GateOptions = {
  readonly identity: GateIdentity;
  readonly access: GateAccess;
  readonly audit: AuditWriter;
  readonly running: RunningCalls;
  readonly log: Log;
  /** Requests a minute from one address, for verbs that set none themselves; and from one person, of all verbs together. */
  readonly ratePerMinuteMax: number;
  /** How often a call that goes on is looked at again. */
  readonly lookAgainMs: number;
};

export type Gate = {
  register(app: FastifyInstance, prefix: string, verbs: readonly Verb[]): void;
  /** To be called for every error of a request; writes the refusal into the audit log where someone tried something. */
  auditFailure(request: FastifyRequest, problem: ProblemError): Promise<void>;
};

type RateLimit = ReturnType<FastifyInstance['createRateLimit']>;

/**
 * INVARIANT (promise B3): every verb passes here, in this order:
 * identity → access decision → input → audit entry `begun` → handle → audit entry of how it went.
 * Nothing of a body is read before the decision.
 */
export function createGate(options: GateOptions): Gate {
  const passages = new WeakMap<FastifyRequest, Passage>();
  const strangers = createStrangerCount();
  options.identity.onSessionEnded((ended) => options.running.abortOf(ended, httpProblems.sessionEnded()));

  const record = (request: FastifyRequest, { asker }: Passage, event: AuditEvent) =>
    options.audit.append(contextOf(asker, request, options.identity.workspaceId), event);

  /** How it went is not changed by an entry that can't be written: an act that was begun stands in the log as begun. */
  const recordAfterwards = async (request: FastifyRequest, passage: Passage, event: AuditEvent): Promise<void> => {
    try {
      await record(request, passage, event);
    } catch (error) {
      options.log.error({ err: error, requestId: request.id }, 'how it went could not be written to the audit log');
    }
  };

  /** Of a verb that admits by rules of its own: strangers are counted here, so that those who are let in are not. */
  const authenticate = async (request: FastifyRequest, verb: Verb, limitStranger: RateLimit): Promise<Asker | null> => {
    const counted = async (): Promise<void> => {
      if (verb.admit !== undefined) refuseTooMany(await limitStranger(request));
    };
    try {
      const asker = await options.identity.authenticate(request, verb.isHeartbeat !== true);
      if (asker === null) await counted();
      return asker;
    } catch (error) {
      await counted();
      throw error;
    }
  };

  const enter = async (
    request: FastifyRequest,
    reply: FastifyReply,
    verb: Verb,
    limits: { readonly person: RateLimit; readonly stranger: RateLimit },
  ): Promise<void> => {
    const passage: Passage = { verb, asker: null, resource: null, stage: 'entering' };
    passages.set(request, passage);
    // A file of any type is a stream here, also one whose type a parser would take; and so is what nobody reads.
    const { streamBytesMax, leavesBody } = request.routeOptions.config;
    if (streamBytesMax !== undefined || leavesBody) request.raw.headers['content-type'] = 'application/octet-stream';
    passage.asker = await authenticate(request, verb, limits.stranger);
    if (verb.admit !== undefined) return admit({ asker: passage.asker, request, reply }, verb, limits.person);
    if (passage.asker !== null) refuseTooMany(await limits.person(request));
    letIn(passage.asker, request, verb);
  };

  /** By rules of the verb's own. Each refusal may leave an entry, so that whoever is refused is counted as everywhere. */
  const admit = async (call: Parameters<NonNullable<Verb['admit']>>[0], verb: Verb, limitPerson: RateLimit) => {
    const { asker, request } = call;
    try {
      letIn(asker, request, verb);
      await verb.admit?.(call);
    } catch (error) {
      const isCounted = asker === null || (error instanceof ProblemError && error.status === 429);
      if (!isCounted) refuseTooMany(await limitPerson(request));
      throw error;
    }
  };

  const letIn = (asker: Asker | null, request: FastifyRequest, verb: Verb): void => {
    // A provider's redirect brings a person back from another site; it reads nothing and carries its own proof.
    const comesBack = verb.permission === 'public' && verb.method === 'GET';
    if (asker?.sessionId != null && !comesBack) refuseCrossSite(request);
    if (verb.permission === 'public') return;
    decide(asker, verb.permission);
  };

  const decide = (asker: Asker | null, permission: Permission): void => {
    if (asker === null) throw httpProblems.signInNeeded();
    if (!options.access.allows(asker, permission)) throw httpProblems.forbidden(permission);
  };

  /** The rest of the way, once it is decided: input → audit entry `begun` → handle → audit entry of how it went. */
  const carryOut = async (passage: Passage, raw: Raw, along: Pick<Call<unknown>, 'signal' | 'request' | 'reply'>) => {
    const { verb, asker } = passage;
    const { request, reply } = along;
    const input = parseInput(verb, raw);
    passage.resource = verb.resource?.(input) ?? null;
    let receipt: string | null = null;
    if (verb.audit !== null) {
      const entry = await record(request, passage, allowed(verb, verb.audit, passage.resource, 'begun'));
      receipt = entry.entryId;
      if (entry.promise !== undefined) reply.header('strongroom-promise', entry.promise());
    }
    passage.stage = 'handling';
    const throughGate = (tool: Tool, body: unknown) => passTool(asker, tool, body, along);
    const result = await verb.handle({ ...along, asker, input, receipt, throughGate });
    passage.stage = 'done';
    if (verb.audit !== null)
      await recordAfterwards(request, passage, allowed(verb, verb.audit, passage.resource, 'done'));
    return result;
  };

  /** INVARIANT (promise B3): what has no route of its own passes the same decision, input and entries as what has one. */
  const passTool = async (
    asker: Asker | null,
    tool: Tool,
    body: unknown,
    along: Pick<Call<unknown>, 'signal' | 'request' | 'reply'>,
  ): Promise<unknown> => {
    const { request } = along;
    const passage: Passage = { verb: tool, asker, resource: null, stage: 'entering' };
    try {
      decide(asker, tool.permission);
      return checkAnswer(tool, await carryOut(passage, { params: {}, query: {}, body }, along));
    } catch (error) {
      const { problem, expected } = toProblem(error);
      if (!expected) options.log.error({ err: error, requestId: request.id, verb: tool.name }, 'a tool failed');
      const event = failureEvent(passage, request, problem);
      if (event !== null) await recordAfterwards(request, passage, event);
      throw problem;
    }
  };

  /** A token and a session end with time, and a role is taken away: what goes on for long ends soon after. */
  const mayGoOn = async (request: FastifyRequest, { permission }: Tool): Promise<boolean> => {
    try {
      const asker = await options.identity.authenticate(request, false);
      return asker !== null && options.access.allows(asker, permission);
    } catch (error) {
      // Nobody knows while the database is away.
      return !(error instanceof ProblemError && error.status === 401);
    }
  };

  const handle = async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    const passage = passages.get(request);
    if (passage === undefined) throw httpProblems.internal();
    const { verb, asker } = passage;
    const call = options.running.start(asker);
    const lookAgain = async (): Promise<void> => {
      if (!(await mayGoOn(request, verb))) call.abort(httpProblems.sessionEnded());
    };
    const looking = asker === null ? undefined : setInterval(() => void lookAgain(), options.lookAgainMs).unref();
    reply.raw.once('close', () => {
      clearInterval(looking);
      if (!reply.raw.writableFinished) call.abort(httpProblems.clientLeft());
      call.finish();
    });
    try {
      const result = await carryOut(passage, request, { signal: call.signal, request, reply });
      return await answer(verb, reply, result);
    } catch (error) {
      throw call.signal.aborted && call.signal.reason instanceof ProblemError ? call.signal.reason : error;
    }
  };

  return {
    register(app, prefix, verbs) {
      // The limit of each route counts by address, before anybody is known; this one by person, over all routes.
      const limitPerson = app.createRateLimit({
        max: options.ratePerMinuteMax,
        timeWindow: '1 minute',
        keyGenerator: (request) => passages.get(request)?.asker?.personId ?? request.ip,
      });
      const limitStranger = app.createRateLimit({ max: options.ratePerMinuteMax, timeWindow: '1 minute' });
      const limits = { person: limitPerson, stranger: limitStranger };
      for (const verb of verbs) {
        const bodyLimit = verb.bodyBytesMax ?? BODY_BYTES_MAX;
        app.route({
          method: verb.method,
          url: toRoutePath(prefix + verb.path),
          bodyLimit,
          config: {
            verb: verb.name,
            ...(verb.takesBytes === undefined ? {} : { streamBytesMax: bodyLimit }),
            ...(verb.takesJsonBytes === undefined ? {} : { takesJsonBytes: verb.takesJsonBytes }),
            ...(verb.leavesBody === undefined ? {} : { leavesBody: verb.leavesBody }),
            ...(verb.problemAs === undefined ? {} : { problemAs: verb.problemAs }),
            rateLimit:
              verb.admit !== undefined
                ? false
                : { max: verb.ratePerMinuteMax ?? options.ratePerMinuteMax, timeWindow: '1 minute' },
          },
          preParsing: async (request, reply) => enter(request, reply, verb, limits),
          handler: handle,
        });
      }
    },
    async auditFailure(request, problem) {
      const passage = passages.get(request);
      if (passage === undefined) return;
      const event = failureEvent(passage, request, problem);
      if (event === null) return;
      const suppressed = passage.asker === null ? strangers.take() : 0;
      if (suppressed === null) return;
      await recordAfterwards(request, passage, suppressed > 0 ? { ...event, counts: { suppressed } } : event);
    },
  };
}

function refuseTooMany(rate: Awaited<ReturnType<RateLimit>>): void {
  if (!rate.isAllowed && rate.isExceeded) throw httpProblems.tooMany(rate.ttlInSeconds);
}

type Raw = Pick<FastifyRequest, 'params' | 'query' | 'body'>;

function shapeOf(verb: Tool): Record<string, z.ZodType> {
  return verb.input instanceof z.ZodObject ? verb.input.shape : {};
}

/** What comes in is attacker-controlled until here. */
function parseInput(verb: Tool, { params, query, body }: Raw): unknown {
  const shape = shapeOf(verb);
  const raw: Record<string, unknown> = {};
  if ('params' in shape) raw['params'] = params;
  if ('query' in shape) raw['query'] = query;
  if ('body' in shape) raw['body'] = body;
  if (holdsNul(raw)) throw httpProblems.badInput([{ at: 'request', message: 'holds a NUL character' }]);
  const parsed = verb.input.safeParse(raw);
  if (parsed.success) return parsed.data;
  throw httpProblems.badInput(
    parsed.error.issues
      .slice(0, 10)
      .map((issue) => ({ at: issue.path.join('.') || 'request', message: issue.message })),
  );
}

async function answer(verb: Tool, reply: FastifyReply, result: unknown): Promise<unknown> {
  if (verb.output === null) {
    // A reply that streams is not `sent` when its client has left: nothing may follow it all the same.
    if (reply.sent || reply.raw.headersSent || reply.raw.destroyed || result === reply) return reply;
    return result === undefined ? reply.code(204).send() : result;
  }
  const checked = checkAnswer(verb, result);
  return reply.header('cache-control', 'no-store').type('application/json').send(JSON.stringify(checked));
}

/** The answer never says more than its schema: members it doesn't name are left out. */
function checkAnswer(verb: Tool, result: unknown): unknown {
  if (verb.output === null) return result;
  const checked = verb.output.safeParse(result);
  if (checked.success) return checked.data;
  const where = checked.error.issues.map((issue) => issue.path.join('.')).join(', ');
  throw new ProblemError(
    'http/bad_answer',
    500,
    'something went wrong on the server; its log has the details under the request id',
    { internal: `answer of ${verb.name} does not fit its schema at: ${where}` },
  );
}
