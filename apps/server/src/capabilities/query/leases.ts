import { createHash, randomUUID } from 'node:crypto';
import { type Lease, type LeaseRenewal, ProblemError, type ShownAnswer } from '@strongroom/protocol';
import type { Asker } from '#contracts';
import type { Database } from '#platform/database';
import type { SourceHandle, Sources } from '#sources';
import { leaseLapsed, tooManyLeases } from './errors.ts';
import { deleteLapsedLeases, deleteLease, extendLease, insertLease, isLeaseLive } from './lease-store.ts';
import type { QueryLimits } from './limits.ts';

/**
 * That somebody still looks: opened by who asks, renewed by heartbeats, and over when these stay away, when the session or token ends,
 * or when it is ended. INVARIANT: one that is over never lives again, and somebody else's is answered as one that never was:
 * `query/lease_lapsed` (410).
 */
export type Leases = {
  /** Throws `query/too_many_leases` (429). */
  open(asker: Asker): Promise<Lease>;
  /** `shown`: the answers whose rows are looked at. */
  renew(asker: Asker, id: string, shown: readonly ShownAnswer[]): Promise<LeaseRenewal>;
  end(asker: Asker, id: string): Promise<void>;
  isLive(asker: Asker, id: string): Promise<boolean>;
  /** Nothing without a name: the connection of who asks is their lease then. */
  require(asker: Asker, id: string | undefined): Promise<void>;
  /** Removes what has lapsed. */
  sweep(workspaceId: string): Promise<void>;
};

export function createLeases({
  database,
  sources,
  limits: { leaseMs, leasesMax },
}: {
  readonly database: Database;
  readonly sources: Pick<Sources, 'find'>;
  readonly limits: Pick<QueryLimits, 'leaseMs' | 'leasesMax'>;
}): Leases {
  const isLive: Leases['isLive'] = (asker, id) => isLeaseLive(database, asker, id);
  return {
    async open(asker) {
      const id = randomUUID();
      const opened = await database.withWorkspace(asker.workspaceId, (within) =>
        insertLease(within, asker, { id, liveMs: leaseMs, leasesMax }),
      );
      if (!opened) throw tooManyLeases(leasesMax);
      return { lease: id, renewedForMs: leaseMs };
    },
    async renew(asker, id, shown) {
      const renewed = await database.withWorkspace(asker.workspaceId, (within) =>
        extendLease(within, asker, id, leaseMs),
      );
      if (!renewed) throw leaseLapsed();
      return { renewedForMs: leaseMs, drop: await lostViews(sources, asker, shown) };
    },
    async end(asker, id) {
      if (!(await database.withWorkspace(asker.workspaceId, (within) => deleteLease(within, asker, id))))
        throw leaseLapsed();
    },
    isLive,
    async require(asker, id) {
      if (id !== undefined && !(await isLive(asker, id))) throw leaseLapsed();
    },
    sweep: (workspaceId) => database.withWorkspace(workspaceId, deleteLapsedLeases),
  };
}

/** What whoever shows an answer is given, to ask later whether they may go on. Says nothing of the policy, and is of this source alone. */
export function viewName({ id, view }: Pick<SourceHandle, 'id' | 'view'>): string {
  return createHash('sha256')
    .update(JSON.stringify([id, view]))
    .digest('base64url');
}

/** Those that are not what the asker sees now: the source is hidden or gone, or the policy, or the person before it, is another. */
async function lostViews(
  sources: Pick<Sources, 'find'>,
  asker: Asker,
  shown: readonly ShownAnswer[],
): Promise<string[]> {
  const now = new Map<string, string | null>();
  for (const { source } of shown)
    if (!now.has(source))
      now.set(
        source,
        await sources.find(asker, source).then(viewName, (error: unknown) => {
          if (error instanceof ProblemError && error.status < 500) return null;
          throw error;
        }),
      );
  return [...new Set(shown.filter(({ source, view }) => now.get(source) !== view).map(({ view }) => view))];
}
