import { ProblemError } from '@strongroom/protocol';
import type { Directory } from '#access';
import type { Asker } from '#contracts';
import type { SourceHandle, Sources } from '#sources';
import { leaseLapsed, rightsChanged, runSqlOff } from './errors.ts';
import type { Leases } from './leases.ts';
import type { QueryLimits } from './limits.ts';

export type WatchDeps = {
  readonly sources: Pick<Sources, 'find'>;
  readonly directory: Pick<Directory, 'subjectByEmail'>;
  readonly leases: Pick<Leases, 'isLive'>;
  readonly limits: Pick<QueryLimits, 'lookAgainMs' | 'leaseMs'>;
  readonly nowMs: () => number;
};

export type Watched = { readonly source: SourceHandle; readonly lease: string | undefined };

/**
 * While a query runs, its right to and its lease are looked at again and again, so that it ends within a second or two of a grant that is
 * taken back, a policy, team or attribute that is changed, the admin's switch, a source that is removed, or heartbeats that stay away: on
 * whichever server that happened. (Sessions, tokens and roles are the gate's.) `stop` is called once, with what the reader is told.
 */
export function watchRights(
  deps: WatchDeps,
  asker: Asker,
  begun: Watched,
  stop: (problem: ProblemError) => void,
): Disposable {
  const lostLease = watchLease(deps, asker, begun.lease);
  let looking = false;
  const look = async (): Promise<void> => {
    if (looking) return;
    looking = true;
    const [byLease, byRight] = await Promise.all([lostLease(), lostRight(deps, asker, begun.source)]);
    looking = false;
    const problem = byLease ?? byRight;
    if (problem === null) return;
    clearInterval(timer);
    stop(problem);
  };
  const timer = setInterval(() => void look(), deps.limits.lookAgainMs).unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

/** null as long as it lives; also while nobody can know, but no longer than it would live without a heartbeat. */
function watchLease({ leases, limits, nowMs }: WatchDeps, asker: Asker, lease: string | undefined) {
  let seenMs = nowMs();
  return async (): Promise<ProblemError | null> => {
    if (lease === undefined) return null;
    const lookedMs = nowMs();
    const isLive = await leases.isLive(asker, lease).catch(() => null);
    if (isLive === true) seenMs = lookedMs;
    return isLive === false || nowMs() - seenMs > limits.leaseMs ? leaseLapsed() : null;
  };
}

/** null as long as it may go on. */
async function lostRight(
  { sources, directory }: WatchDeps,
  asker: Asker,
  begun: SourceHandle,
): Promise<ProblemError | null> {
  try {
    const person = await directory.subjectByEmail(asker.workspaceId, asker.email);
    if (person?.personId !== asker.personId) return rightsChanged();
    const now = await sources.find({ ...asker, ...person }, begun.name);
    if (!now.runSql) return runSqlOff();
    return now.id === begun.id && now.view === begun.view ? null : rightsChanged();
  } catch (error) {
    // Nobody knows while the database or the keys are away: its own timeout ends the query then.
    return error instanceof ProblemError && error.status < 500 ? error : null;
  }
}
