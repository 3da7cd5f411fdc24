import type { AppliedPolicy, Frame, PolicyCheck, ShownPolicy } from '@strongroom/protocol';
import type { Guard } from '@strongroom/sql-guard';
import type { Asker, AuditWriter } from '#contracts';
import type { Catalog } from '#catalog';
import type { Sources } from '#sources';
import type { Access, Directory } from '#access';
import { applyPolicy, removePolicy, showPolicy } from './apply-policy.ts';
import { checkPolicy, type PolicyCheckRequest } from './check-policy.ts';
import type { Database } from '#platform/database';
import { isUnique, type UniqueRequest } from './is-unique.ts';
import { QUERY_LIMITS, type QueryLimits } from './limits.ts';
import { createLeases, type Leases } from './leases.ts';
import { type LookupRequest, lookupValue } from './lookup-value.ts';
import { mayRun, type MayRunRequest } from './may-run.ts';
import { type QueryRequest, runQuery } from './run-query.ts';
import { createRunningQueries } from './running-queries.ts';
import type { Reader } from './watch-reader.ts';

export { queryRoutes } from './routes.ts';
export { holdings } from './holdings.ts';
export { migrations } from './migrations.ts';
export { openAnswer } from './open-answer.ts';
export { ANSWERS, sendAnswer } from './send-answer.ts';
export type { LookupRequest, QueryRequest, Reader, UniqueRequest };

export type Query = {
  /** The frames of an answer; see run-query.ts. */
  run(asker: Asker, request: QueryRequest): AsyncGenerator<Frame>;
  lookup(asker: Asker, request: LookupRequest): Promise<{ column: string; value: string }[]>;
  isUnique(asker: Asker, request: UniqueRequest): Promise<boolean>;
  /** Whether the asker could run it now; see may-run.ts. */
  mayRun(asker: Asker, request: MayRunRequest): Promise<boolean>;
  readonly leases: Leases;
  /** How many queries are running now. */
  running(): number;
  /** Cancels what runs, and waits until how the others ended is in the audit log. */
  stopAll(): Promise<void>;
  /** Row filters and column masks of a source, as a file that a person can read. */
  readonly policies: {
    apply(asker: Asker, text: string): Promise<AppliedPolicy>;
    show(asker: Asker, source: string): Promise<ShownPolicy>;
    remove(asker: Asker, source: string): Promise<void>;
    check(asker: Asker, request: PolicyCheckRequest): Promise<PolicyCheck>;
  };
};

export function createQuery(deps: {
  database: Database;
  sources: Pick<Sources, 'find' | 'manage' | 'use' | 'onRemoved'>;
  catalog: Pick<Catalog, 'schemaFor' | 'countQuery'>;
  guard: Guard;
  access: Pick<Access, 'policies' | 'resolveSubject'>;
  directory: Pick<Directory, 'subjectByEmail'>;
  audit: AuditWriter;
  nowMs: () => number;
  /** An entry of how a query ended could not be written; its permission stands in the log all the same. */
  onUnrecorded: (error: unknown) => void;
  limits?: Partial<QueryLimits>;
}): Query {
  const limits = { ...QUERY_LIMITS, ...deps.limits };
  const running = createRunningQueries(limits);
  deps.sources.onRemoved((sourceId) => running.stopSource(sourceId));
  const pending = new Set<Promise<void>>();
  const afterwards = (entry: Promise<unknown>): void => {
    const settled = entry.then(() => {}, deps.onUnrecorded).finally(() => pending.delete(settled));
    pending.add(settled);
  };
  const leases = createLeases({ ...deps, limits });
  const needs = { ...deps, limits, running, leases, afterwards };
  return {
    leases,
    run: (asker, request) => runQuery(needs, asker, request),
    lookup: (asker, request) => lookupValue(needs, asker, request),
    isUnique: (asker, request) => isUnique(needs, asker, request),
    mayRun: (asker, request) => mayRun(needs, asker, request),
    running: () => running.count(),
    stopAll: async () => {
      running.stopAll();
      await Promise.all(pending);
    },
    policies: {
      apply: (asker, text) => applyPolicy(needs, asker, text),
      show: (asker, source) => showPolicy(needs, asker, source),
      remove: (asker, source) => removePolicy(needs, asker, source),
      check: (asker, request) => checkPolicy(needs, asker, request),
    },
  };
}
