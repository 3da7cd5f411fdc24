import { setTimeout as sleep } from 'node:timers/promises';
import { ProblemError } from '@strongroom/protocol';
import { unavailable } from './errors.ts';

const ATTEMPTS_MAX = 3;
const BACKOFF_BASE_MS = 250;
const BACKOFF_MAX_MS = 2_000;
/** After so many failures in a row nobody is sent there for a while; then one is, to see. */
const FAILURES_MAX = 5;
const OPEN_MS = 30_000;

/** A failure that may be over when it is tried again. `afterMs`: how long the endpoint asks us to wait; null when it does not say. */
export class Passing extends Error {
  readonly problem: ProblemError;
  readonly afterMs: number | null;
  constructor(problem: ProblemError, afterMs: number | null = null) {
    super(problem.message);
    this.problem = problem;
    this.afterMs = afterMs;
  }
}

export type KeepTrying = {
  /**
   * Up to three attempts, with waits in between that are drawn anew each time (AWS Architecture Blog, "Exponential Backoff And
   * Jitter": full jitter). Throws what the last attempt failed with; `egress/unavailable` (502) at once while the circuit is open.
   */
  run<T>(attempt: () => Promise<T>, signal: AbortSignal): Promise<T>;
};

/** A circuit breaker (Nygard, "Release It!") around attempts of one endpoint. */
export function createKeepTrying(nowMs: () => number = () => performance.now()): KeepTrying {
  let failures = 0;
  let openUntilMs = 0;
  const failed = (): void => {
    failures += 1;
    if (failures >= FAILURES_MAX) openUntilMs = nowMs() + OPEN_MS;
  };
  return {
    async run(attempt, signal) {
      if (nowMs() < openUntilMs) throw unavailable('the circuit is open');
      // One at a time is let through until it is known how that went.
      if (failures >= FAILURES_MAX) openUntilMs = nowMs() + OPEN_MS;
      for (let tried = 1; ; tried += 1) {
        try {
          const value = await attempt();
          [failures, openUntilMs] = [0, 0];
          return value;
        } catch (error) {
          const problem = error instanceof Passing ? error.problem : error;
          // Who has left says nothing about the endpoint; nor does a reply that is no good, which came all the same.
          if (signal.aborted) throw problem;
          if (error instanceof Passing || isOutage(problem)) failed();
          if (!(error instanceof Passing) || tried === ATTEMPTS_MAX || failures >= FAILURES_MAX) throw problem;
          const backoffMs = Math.random() * Math.min(BACKOFF_MAX_MS, BACKOFF_BASE_MS * 2 ** tried);
          await sleep(Math.max(backoffMs, Math.min(error.afterMs ?? 0, BACKOFF_MAX_MS)), undefined, { signal }).catch(
            () => {
              throw problem;
            },
          );
        }
      }
    },
  };
}

function isOutage(error: unknown): boolean {
  return error instanceof ProblemError && (error.code === 'egress/unavailable' || error.code === 'egress/timeout');
}
