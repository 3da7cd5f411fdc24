import { performance } from 'node:perf_hooks';

export type RelayTimes = {
  /** Until the upstream begins to answer: it may think for long. */
  readonly beginMs: number;
  /** Between two pieces of a reply. */
  readonly idleMs: number;
  /** That a caller may leave what has arrived unread. */
  readonly unreadMs: number;
  /** For all of it, so that no reply is endless. */
  readonly totalMs: number;
};

/** What a call waits for, since when; both change as it goes on. */
export type Waiting = {
  what: 'beginMs' | 'idleMs' | 'unreadMs';
  sinceMs: number;
  readonly startedMs: number;
  readonly limits: RelayTimes;
  /** Called once a limit is passed, and perhaps again. */
  readonly late: (which: keyof RelayTimes) => void;
};

export type Waits = {
  add(waiting: Waiting): void;
  delete(waiting: Waiting): void;
  close(): void;
};

const LOOK_EVERY_MS = 100;

/** One timer for all calls: they are many, mostly short, and none needs to end to the millisecond. */
export function watchWaits(): Waits {
  const all = new Set<Waiting>();
  const look = (): void => {
    const nowMs = performance.now();
    for (const { what, sinceMs, startedMs, limits, late } of all) {
      if (nowMs - startedMs > limits.totalMs) late('totalMs');
      else if (nowMs - sinceMs > limits[what]) late(what);
    }
  };
  const timer = setInterval(look, LOOK_EVERY_MS).unref();
  return {
    add: (waiting) => void all.add(waiting),
    delete: (waiting) => void all.delete(waiting),
    close: () => clearInterval(timer),
  };
}
