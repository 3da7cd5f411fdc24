import type { Dialect } from '@strongroom/protocol';
import { tooManyRunning, tooManyRunningOnSource } from './errors.ts';
import type { QueryLimits } from './limits.ts';

/**
 * The queries that are running now, in memory only: so that removing a source or ending the server stops them,
 * and one person can't take all connections, of the server or of one source.
 */
export type RunningQueries = {
  /** Throws `query/too_many_running` (429). Dispose the entry when the query has ended. */
  enter(query: { personId: string; sourceId: string; dialect: Dialect; signal: AbortSignal }): RunningQuery;
  stopSource(sourceId: string): void;
  stopAll(): void;
  count(): number;
};

export type RunningQuery = Disposable & {
  readonly signal: AbortSignal;
  stop(reason: Error): void;
  /**
   * Call before a connection is taken. Waits while the person has enough running on this source, for a query of theirs
   * to end; throws `query/too_many_running` (429) when none does in time, and the signal's reason when it aborts.
   */
  reachSource(): Promise<void>;
};

type Entry = { personId: string; sourceId: string; atSource: boolean; controller: AbortController };

export function createRunningQueries({
  runningMax,
  runningPerSourceMax,
  waitMs,
}: Pick<QueryLimits, 'runningMax' | 'runningPerSourceMax' | 'waitMs'>): RunningQueries {
  const running = new Set<Entry>();
  let { promise: ended, resolve: markEnded } = Promise.withResolvers<void>();
  const leave = (entry: Entry) => {
    running.delete(entry);
    markEnded();
    ({ promise: ended, resolve: markEnded } = Promise.withResolvers<void>());
  };
  return {
    enter({ personId, sourceId, dialect, signal }) {
      const mine = [...running].filter((entry) => entry.personId === personId).length;
      if (mine >= runningMax) throw tooManyRunning(runningMax);
      const entry: Entry = { personId, sourceId, atSource: false, controller: new AbortController() };
      running.add(entry);
      const perSourceMax = runningPerSourceMax[dialect];
      const isFull = () =>
        [...running].filter((other) => other.atSource && other.personId === personId && other.sourceId === sourceId)
          .length >= perSourceMax;
      const stopped = AbortSignal.any([signal, entry.controller.signal]);
      return {
        signal: stopped,
        stop: (reason) => entry.controller.abort(reason),
        async reachSource() {
          const late = AbortSignal.timeout(waitMs);
          while (isFull()) {
            stopped.throwIfAborted();
            if (late.aborted) throw tooManyRunningOnSource(perSourceMax);
            await Promise.race([ended, aborted(stopped), aborted(late)]);
          }
          entry.atSource = true;
        },
        [Symbol.dispose]: () => leave(entry),
      };
    },
    stopSource(sourceId) {
      for (const entry of running) if (entry.sourceId === sourceId) entry.controller.abort();
    },
    stopAll() {
      for (const entry of running) entry.controller.abort();
    },
    count: () => running.size,
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
