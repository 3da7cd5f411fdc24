import { setImmediate as turn } from 'node:timers/promises';
import type { Guard, HeldValue } from '@strongroom/sql-guard';
import { type AnswerEvent, type Frame, type Outcome, problemDocument } from '@strongroom/protocol';
import type { Asker, AuditEvent, AuditWriter } from '#contracts';
import type { Directory } from '#access';
import type { Catalog } from '#catalog';
import type { SourceHandle, Sources } from '#sources';
import { auditContext } from '#contracts';
import { asProblem, runSqlOff } from './errors.ts';
import { type Leases, viewName } from './leases.ts';
import { type QueryLimits, rowLimit } from './limits.ts';
import type { RunningQueries } from './running-queries.ts';
import type { Reader } from './watch-reader.ts';
import { watchRights } from './watch-rights.ts';

export type QueryRequest = Reader & {
  readonly source: string;
  readonly sql: string;
  readonly params?: readonly (string | number | boolean | null)[] | undefined;
  /** Values of `:v1`, `:v2`, … in SQL whose author was not told them. */
  readonly held?: readonly HeldValue[] | null | undefined;
  readonly limit?: number | undefined;
  /** A lookup stays in the server: the audit log names it so. Default: an answer for somebody to see. */
  readonly purpose?: 'answer' | 'lookup';
};

export type RunQueryDeps = {
  readonly sources: Pick<Sources, 'find' | 'use'>;
  readonly directory: Pick<Directory, 'subjectByEmail'>;
  readonly leases: Pick<Leases, 'require' | 'isLive'>;
  readonly catalog: Pick<Catalog, 'schemaFor' | 'countQuery'>;
  readonly guard: Guard;
  readonly audit: AuditWriter;
  readonly running: RunningQueries;
  /** For entries that nobody waits for; until it is settled the audit log must not be closed. */
  readonly afterwards: (entry: Promise<unknown>) => void;
  readonly limits: QueryLimits;
  readonly nowMs: () => number;
};

/**
 * The one way of SQL to rows: find the source under the asker's rights → guard → audit → run → release.
 * Yields the frames of an answer. A refusal or failure is a `stopped` frame, the last one; nothing is thrown but by
 * the audit log. Returning early from the iterator, or aborting `signal`, cancels the query in the source.
 */
export async function* runQuery(deps: RunQueryDeps, asker: Asker, request: QueryRequest): AsyncGenerator<Frame> {
  const startedMs = deps.nowMs();
  const record = (event: AuditEvent) => deps.audit.append(auditContext(asker), event);

  let step: 'guard' | 'run' = 'guard';
  let released = false;
  let finished = false;
  let resource: string | null = null;
  let signal = request.signal;
  // Looked at beside what else is looked up, and waited for before anything is told.
  const lease = deps.leases.require(asker, request.lease);
  lease.catch(() => {});
  try {
    const handle = await deps.sources.find(asker, request.source);
    resource = handle.name;
    using entry = deps.running.enter({
      personId: asker.personId,
      sourceId: handle.id,
      dialect: handle.dialect,
      signal: request.signal,
    });
    signal = entry.signal;
    signal.addEventListener('abort', () => request.onStopped?.(asProblem(null, entry.signal)), { once: true });
    using _watch = watchRights(deps, asker, { source: handle, lease: request.lease }, entry.stop);
    const rowsMax = rowLimit(request.limit, deps.limits);
    if (!handle.runSql) throw runSqlOff();
    const { checked, plan, rules, filtered } = await check(deps, asker, handle, request, rowsMax);
    await lease;
    const { columns } = plan;
    const planned = { source: handle.name, asked: request.sql, run: checked.text, rules: [...rules] };
    yield event({ type: 'planned', ...planned, columns: [...columns] });

    await entry.reachSource();
    step = 'run';
    const connector = await deps.sources.use(handle);
    signal.throwIfAborted();
    // INVARIANT: the entry is durable before the query reaches the source, and so before any row can leave.
    const { entryId, promise } = await record({
      action: request.purpose === 'lookup' ? 'query.looked_up' : 'query.released',
      resource,
      decision: ALLOWED,
      outcome: 'done',
      counts: { rowsMax },
    });
    released = true;
    // Before it runs: how often a table is queried is told to models, and whether a query fails is a bit about the rows.
    if (request.purpose !== 'lookup') deps.catalog.countQuery(handle, plan.relations);
    const limits = { rows: rowsMax, bytes: deps.limits.bytesMax, timeoutMs: deps.limits.timeoutMs };
    const running = connector.run(checked, limits, signal);
    // Signed while the source works.
    const promised = promise === undefined ? {} : { promise: promise() };
    const stream = await running;
    yield event({
      type: 'released',
      receipt: entryId,
      ...promised,
      columns: [...stream.columns],
      view: viewName(handle),
    });
    for await (const bytes of stream.chunks) yield { kind: 'rows', bytes };
    const completion = await stream.completion;
    signal.throwIfAborted();

    const { rowCount } = completion;
    // From what the policy says alone: hidden rows have no part in it.
    const outcome: Outcome = rowCount > 0 ? 'rows' : filtered ? 'filtered' : 'empty';
    finished = true;
    // The reader does not wait for this one: the permission stands in the log, and all its rows have left.
    const completed = {
      action: 'query.completed',
      resource,
      decision: ALLOWED,
      outcome: 'done',
      counts: { rows: rowCount, elapsedMs: elapsed(deps, startedMs) },
    } as const;
    // Once the last bytes are on their way, and before the next request is heard.
    deps.afterwards(turn().then(() => record(completed)));
    yield event({ type: 'completed', outcome, ...completion, elapsedMs: elapsed(deps, startedMs), receipt: entryId });
  } catch (error) {
    const problem = asProblem(error, signal);
    finished = true;
    const receipt = await record({
      action: released ? 'query.completed' : 'query.refused',
      resource,
      decision: { allowed: released, reason: problem.code },
      outcome: problem.status < 500 && !released ? 'refused' : 'failed',
    });
    yield event({
      type: 'stopped',
      step,
      outcome: problem.code === 'query/denied' ? 'denied' : null,
      problem: problemDocument(problem, asker.requestId),
      understanding: null,
      receipt: receipt.entryId,
    });
  } finally {
    // The reader stopped reading (a closed tab): what was released still gets its second entry. Nobody counted its rows.
    if (released && !finished) {
      await record({
        action: 'query.completed',
        resource,
        decision: { allowed: true, reason: signal.aborted ? asProblem(null, signal).code : 'query/cancelled' },
        outcome: 'failed',
      });
    }
  }
}

const ALLOWED = { allowed: true, reason: 'granted' } as const;

async function check(deps: RunQueryDeps, asker: Asker, handle: SourceHandle, request: QueryRequest, rowsMax: number) {
  const schema = await deps.catalog.schemaFor(handle);
  const { sql, params = [], held = null } = request;
  const { dialect, policy } = handle;
  return deps.guard.check({ sql, dialect, schema, policy, rowsMax, params, held, fairnessKey: asker.personId });
}

function event(value: AnswerEvent): Frame {
  return { kind: 'event', event: value };
}

function elapsed(deps: RunQueryDeps, startedMs: number): number {
  return Math.max(0, Math.round(deps.nowMs() - startedMs));
}
