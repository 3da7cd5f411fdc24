import type { PlanRelation } from '@strongroom/sql-guard';
import type { Clock } from '#platform/clock';
import type { Database } from '#platform/database';
import { addQueries, type CountedQueries, deleteOlderThan, writeLevels } from './popularity-store.ts';

/** A busy workspace writes so seldom, and what a crash loses is no more than this long. */
const WRITTEN_EVERY_MS = 30_000;
/** Places counted in memory; more are written at once. */
const PLACES_MAX = 10_000;
/** Fixed, so that a level says nothing of anything else: 0 never, 1 now and then, 5 all the time. */
const THRESHOLDS = [0, 10, 50, 250, 1_000];

export type Popularity = {
  /** Counts what a query reads that was let through, however it ends. Touches memory alone: nobody waits for a database. */
  count(source: { readonly workspaceId: string; readonly id: string }, relations: readonly PlanRelation[]): void;
  /** Writes what was counted; by itself half a minute after the first. */
  write(): Promise<void>;
  close(): Promise<void>;
};

/** Counts by day and place alone. INVARIANT: neither who asked nor what they asked is in it. */
export function createPopularity({
  database,
  clock,
  onUncounted,
}: {
  database: Database;
  clock: Clock;
  /** Counts could not be written and are given up: what is shown is a little too low, for a while. */
  onUncounted: (error: unknown) => void;
}): Popularity {
  let counted = new Map<string, CountedQueries & { readonly workspaceId: string }>();
  let timer: NodeJS.Timeout | null = null;
  let writing: Promise<void> = Promise.resolve();
  /** By workspace, the day of which its levels are. */
  const faded = new Map<string, string>();

  const add = (workspaceId: string, place: Omit<CountedQueries, 'queries'>): void => {
    const key = JSON.stringify([place.sourceId, place.schema, place.table, place.column, place.day]);
    const known = counted.get(key);
    if (known === undefined) counted.set(key, { workspaceId, ...place, queries: 1 });
    else known.queries += 1;
  };
  const writeAll = async (batch: ReadonlyMap<string, CountedQueries & { readonly workspaceId: string }>) => {
    const today = dayOf(clock.now());
    for (const [workspaceId, counts] of Map.groupBy(batch.values(), (one) => one.workspaceId))
      await database.withWorkspace(workspaceId, async (transaction) => {
        await addQueries(transaction, workspaceId, counts);
        // Once a day all of it is a day older.
        const isNewDay = faded.get(workspaceId) !== today;
        if (isNewDay) await deleteOlderThan(transaction, today);
        const sourceIds = isNewDay ? null : [...new Set(counts.map(({ sourceId }) => sourceId))];
        await writeLevels(transaction, workspaceId, { sourceIds, today, thresholds: THRESHOLDS });
        faded.set(workspaceId, today);
      });
  };
  const write = (): Promise<void> => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    const batch = counted;
    counted = new Map();
    if (batch.size > 0) writing = writing.then(() => writeAll(batch)).catch(onUncounted);
    return writing;
  };
  return {
    count({ workspaceId, id: sourceId }, relations) {
      const day = dayOf(clock.now());
      for (const { schema, table, columns } of relations)
        // A table is queried as often as the most queried of its columns that are shown: by itself it counts where no column is read.
        for (const column of columns.length === 0 ? [''] : columns)
          add(workspaceId, { sourceId, schema, table, column, day });
      if (counted.size > PLACES_MAX) void write();
      else timer ??= setTimeout(() => void write(), WRITTEN_EVERY_MS).unref();
    },
    write,
    close: write,
  };
}

/** UTC, as `2026-01-31`. */
function dayOf(time: Date): string {
  return time.toISOString().slice(0, 10);
}
