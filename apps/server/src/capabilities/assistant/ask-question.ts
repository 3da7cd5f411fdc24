import {
  type AnswerEvent,
  type CatalogTable,
  type Frame,
  ProblemError,
  problemDocument,
  type Understanding,
} from '@strongroom/protocol';
import { type Asker, auditContext, type AuditWriter } from '#contracts';
import type { Egress } from '#egress';
import type { Clock } from '#platform/clock';
import type { Query, Reader } from '#query';
import { learn } from './ask-sql.ts';
import { tellBuiltIn, tellModel } from './disclose-question.ts';
import { badQuestion, cancelled, internal, nothingToAsk, notUnderstood } from './errors.ts';
import type { History, KeptQuestion } from './history.ts';
import { BUILT_IN_NAME } from './translate-question.ts';

export type AskDeps = {
  readonly catalog: { tablesBySource(asker: Asker, source?: string): Promise<readonly (readonly CatalogTable[])[]> };
  readonly query: Pick<Query, 'run' | 'lookup' | 'isUnique'> & { readonly leases: Pick<Query['leases'], 'require'> };
  readonly egress: Egress;
  readonly history: History;
  readonly audit: AuditWriter;
  readonly clock: Clock;
};
export type AskRequest = Reader & {
  readonly question: string;
  readonly source?: string | undefined;
  /** At most so many rows. */
  readonly limit?: number;
  /** False: no value is looked up in the source to understand it. */
  readonly lookup?: boolean;
};

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
    source: named,
    sql: { asked: null, run: null },
    translator: null,
    outcome: null,
    disclosure: null,
    receipt: asked.entryId,
    exchanges: [],
  };
  let step: 'disclose' | 'translate' = 'disclose';
  let keeping: Promise<string | null> = Promise.resolve(null);
  try {
    if (!isText(request.question)) throw badQuestion();
    const lease = deps.query.leases.require(asker, request.lease);
    lease.catch(() => {});
    // Beside what is chosen and put into the audit log; what it throws is thrown before anything leaves.
    keeping = deps.history.keep(asker, kept);
    keeping.catch(() => {});
    const sources = await deps.catalog.tablesBySource(asker, request.source);
    if (sources.every((tables) => tables.length === 0)) throw nothingToAsk();
    // Before anything is told to anybody. Whatever runs looks at it again.
    await lease;
    const model = await deps.egress.modelFor(asker.workspaceId);
    kept.translator = model ?? BUILT_IN_NAME;

    const tell = model === null ? tellBuiltIn : tellModel;
    const told = await tell(deps, asker, request, sources);
    await keeping;
    kept.disclosure = told.view;
    kept.exchanges = [...told.exchanges];
    yield event({ type: 'disclosed', disclosure: told.view });
    step = 'translate';
    const translated = await told.translate();
    if (translated.kind === 'declined') {
      yield* decline(deps, asker, kept, translated.understanding);
      return;
    }
    kept.source = translated.source;
    kept.sql = { asked: translated.sql, run: null };
    yield event({
      type: 'translated',
      source: translated.source,
      asked: translated.sql,
      translator: kept.translator,
      understanding: translated.understanding,
    });
    for await (const frame of deps.query.run(asker, {
      source: translated.source,
      sql: translated.sql,
      lease: request.lease,
      limit: request.limit,
      signal: request.signal,
      onStopped: request.onStopped,
    })) {
      if (frame.kind === 'event') learn(kept, frame.event);
      yield frame;
    }
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
      step,
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

/** Text a person can have typed: well-formed, without NUL and without the mark that broken UTF-8 leaves behind. */
function isText(question: string): boolean {
  return question.isWellFormed() && !/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffd]/.test(question);
}

function event(value: AnswerEvent): Frame {
  return { kind: 'event', event: value };
}

function asProblem(error: unknown, signal: AbortSignal): ProblemError {
  if (signal.aborted) return cancelled();
  if (error instanceof ProblemError) return error;
  return internal(error instanceof Error ? error.name : 'unknown');
}
