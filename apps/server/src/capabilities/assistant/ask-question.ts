import {
  type AnswerEvent,
  type AskerWords,
  type CatalogTable,
  type Frame,
  ProblemError,
  problemDocument,
  type Understanding,
} from '@strongroom/protocol';
import { type Asker, auditContext, type AuditWriter } from '#contracts';
import type { Egress, StatementRefusal } from '#egress';
import type { Clock } from '#platform/clock';
import type { Query, Reader } from '#query';
import { learn } from './ask-sql.ts';
import { builtIn, model, type Said, type Translator } from './disclose-question.ts';
import { earlierThread, type Thread } from './earlier-thread.ts';
import { badQuestion, cancelled, internal, nothingToAsk, notUnderstood } from './errors.ts';
import type { History, KeptQuestion } from './history.ts';
import { isText } from './is-text.ts';
import type { Preferences } from './preferences.ts';
import { refusalIn } from './refusal-in.ts';
import type { Translated } from './translate-question.ts';

export type AskDeps = {
  readonly catalog: { tablesBySource(asker: Asker, source?: string): Promise<readonly (readonly CatalogTable[])[]> };
  readonly query: Pick<Query, 'run' | 'lookup' | 'isUnique' | 'mayRun'> & {
    readonly leases: Pick<Query['leases'], 'require'>;
  };
  readonly egress: Egress;
  readonly history: History;
  readonly preferences: Pick<Preferences, 'of'>;
  /** Whether this workspace holds literals back from models. */
  readonly holdsLiterals: (workspaceId: string) => Promise<boolean>;
  readonly audit: AuditWriter;
  readonly clock: Clock;
};
export type AskRequest = Reader & {
  readonly question: AskerWords;
  readonly source?: string | undefined;
  /** At most so many rows. */
  readonly limit?: number;
  /** False: no value is looked up in the source to understand it. */
  readonly lookup?: boolean;
  /** Id of an earlier question of theirs that this one goes on from. */
  readonly follows?: string | undefined;
};

/** A model is told so often that the guard refused its statement. */
const RETRIES_MAX = 2;

/**
 * The way of a question: ask → disclose → translate, then on to `query`. Yields the frames of the answer; a refusal or
 * failure is a `stopped` frame, the last one. Throws only what the audit log or the history throws.
 * INVARIANT: `assistant.asked` is durable before anything else happens.
 */
export async function* askQuestion(deps: AskDeps, asker: Asker, request: AskRequest): AsyncGenerator<Frame> {
  const named = request.source ?? null;
  const asked = await deps.audit.append(auditContext(asker), {
    action: 'assistant.asked',
    resource: named,
    decision: { allowed: true, reason: 'signed in' },
    outcome: 'done',
    counts: { characters: request.question.length },
  });
  const kept: KeptQuestion = {
    question: request.question,
    follows: request.follows ?? null,
    source: named,
    sql: { asked: null, run: null },
    translator: null,
    outcome: null,
    disclosure: null,
    receipt: asked.entryId,
    exchanges: [],
  };
  const way: { step: 'disclose' | 'translate' } = { step: 'disclose' };
  let keeping: Promise<string | null> = Promise.resolve(null);
  try {
    if (!isText(request.question)) throw badQuestion();
    const lease = deps.query.leases.require(asker, request.lease);
    lease.catch(() => {});
    const thread = request.follows === undefined ? null : await earlierThread(deps, asker, request.follows);
    // Beside what is chosen and put into the audit log; what it throws is thrown before anything leaves.
    keeping = deps.history.keep(asker, kept);
    keeping.catch(() => {});
    const [sources, said] = await Promise.all([
      deps.catalog.tablesBySource(asker, request.source ?? thread?.source ?? undefined),
      whatIsSaid(deps, asker, request, thread),
    ]);
    if (sources.every((tables) => tables.length === 0)) throw nothingToAsk();
    // Before anything is told to anybody. Whatever runs looks at it again.
    await lease;
    const translator =
      said.model === null ? await builtIn(deps, asker, said, sources) : await model(deps, asker, said, sources);
    kept.translator = translator.name;
    yield* answer(deps, asker, { request, translator, kept, keeping, way });
  } catch (error) {
    const problem = asProblem(error, request.signal);
    const outcome = problem.code === 'query/denied' ? 'denied' : null;
    kept.outcome = outcome;
    const receipt = await deps.audit.append(auditContext(asker), {
      action: 'assistant.refused',
      resource: named,
      decision: { allowed: false, reason: problem.code },
      outcome: problem.status < 500 ? 'refused' : 'failed',
    });
    kept.receipt = receipt.entryId;
    yield event({
      type: 'stopped',
      step: way.step,
      outcome,
      problem: problemDocument(problem, asker.requestId),
      understanding: null,
      receipt: receipt.entryId,
    });
  } finally {
    const questionId = await keeping.catch(() => null);
    await deps.history.finish(asker, questionId, kept);
  }
}

async function whatIsSaid(
  deps: AskDeps,
  asker: Asker,
  { question, lease, signal }: AskRequest,
  thread: Thread | null,
): Promise<Said> {
  const [model, preferences, holdsLiterals] = await Promise.all([
    deps.egress.modelFor(asker.workspaceId),
    deps.preferences.of(asker),
    deps.holdsLiterals(asker.workspaceId),
  ]);
  return { question, thread, model, preferences, holdsLiterals, lease, signal };
}

type Answering = {
  readonly request: AskRequest;
  readonly translator: Translator;
  /** Filled in on the way. */
  readonly kept: KeptQuestion;
  /** Its id, when it is kept: nothing leaves before. */
  readonly keeping: Promise<string | null>;
  readonly way: { step: 'disclose' | 'translate' };
};

/** Tells, translates and runs; what the guard refuses of a model's is told to it, a few times. */
async function* answer(deps: AskDeps, asker: Asker, answering: Answering): AsyncGenerator<Frame> {
  const { request, translator, kept, keeping, way } = answering;
  let refusal = null as StatementRefusal | null;
  for (let retries = 0; ; retries += 1) {
    const told = await translator.tell(refusal);
    const questionId = await keeping;
    kept.disclosure = told.view;
    // What comes back is filled into it.
    if (told.exchange !== null) kept.exchanges.push(told.exchange);
    yield event({ type: 'disclosed', disclosure: told.view, questionId });
    way.step = 'translate';
    const translated = await told.translate();
    if (translated.read !== undefined) kept.read = translated.read;
    if (translated.kind === 'declined') return yield* decline(deps, asker, kept, translated.understanding);
    const { source, sql, understanding } = translated;
    kept.source = source;
    kept.sql = { asked: sql, run: null };
    yield event({ type: 'translated', source, asked: sql, translator: translator.name, understanding });
    // Who says the same again will not say better.
    const mayMend: boolean = retries < RETRIES_MAX && translated.statement !== refusal?.statement;
    refusal = yield* run(deps, asker, { request, kept, translated, mayMend });
    if (refusal === null) return;
    const { code, position } = refusal;
    const refused = { code, position };
    kept.attempts = [...(kept.attempts ?? []), { disclosure: told.view, asked: sql, refused }];
    yield event({ type: 'retried', asked: sql, refused });
  }
}

type Running = Pick<Answering, 'request' | 'kept'> & {
  readonly translated: Extract<Translated, { kind: 'translated' }>;
  readonly mayMend: boolean;
};

/** The frames of running it, or, in place of them, why it was refused if that is to be told to the model. */
async function* run(
  deps: AskDeps,
  asker: Asker,
  { request, kept, translated, mayMend }: Running,
): AsyncGenerator<Frame, StatementRefusal | null> {
  const { source, sql, statement } = translated;
  const held = kept.disclosure?.heldBack ?? null;
  const { lease, limit, signal, onStopped } = request;
  for await (const frame of deps.query.run(asker, { source, sql, held, lease, limit, signal, onStopped })) {
    const refusal = mayMend && statement !== null ? refusalIn(frame, statement) : null;
    if (refusal !== null) return refusal;
    if (frame.kind === 'event') learn(kept, frame.event);
    yield frame;
  }
  return null;
}

async function* decline(
  deps: AskDeps,
  asker: Asker,
  kept: KeptQuestion,
  understanding: Understanding,
): AsyncGenerator<Frame> {
  kept.outcome = 'declined';
  const receipt = await deps.audit.append(auditContext(asker), {
    action: 'assistant.declined',
    resource: kept.source,
    decision: { allowed: false, reason: 'assistant/not_understood' },
    outcome: 'refused',
  });
  kept.receipt = receipt.entryId;
  yield event({
    type: 'stopped',
    step: 'translate',
    outcome: 'declined',
    problem: problemDocument(notUnderstood(), asker.requestId),
    understanding,
    receipt: receipt.entryId,
  });
}

function event(value: AnswerEvent): Frame {
  return { kind: 'event', event: value };
}

function asProblem(error: unknown, signal: AbortSignal): ProblemError {
  if (signal.aborted) return cancelled();
  if (error instanceof ProblemError) return error;
  return internal(error instanceof Error ? error.name : 'unknown');
}
