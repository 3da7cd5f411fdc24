import { setTimeout as sleep } from 'node:timers/promises';
import type { ProblemError } from '@strongroom/protocol';
import { unavailable } from './errors.ts';

const ATTEMPTS_MAX = 3;
const BACKOFF_BASE_MS = 250;
const BACKOFF_MAX_MS = 2_000;
/** After so many failures in a row nobody is sent there for a while; then one is, to see. */
const FAILURES_MAX = 5;
const OPEN_MS = 30_000;

/** A failure that says something of the endpoint: it is down, or has no time. `again`: whether it may be over in a moment. */
export class Outage extends Error {
  readonly problem: ProblemError;
  readonly again: boolean;
  /** How long the endpoint asks us to wait; null when it does not say. */
  readonly afterMs: number | null;
  constructor(problem: ProblemError, again: boolean, afterMs: number | null = null) {
    super(problem.message);
    this.problem = problem;
    this.again = again;
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
  const again = async <T>(attempt: () => Promise<T>, signal: AbortSignal, tried = 1): Promise<T> => {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof Outage) || !error.again || tried === ATTEMPTS_MAX || signal.aborted) throw error;
      const backoffMs = Math.random() * Math.min(BACKOFF_MAX_MS, BACKOFF_BASE_MS * 2 ** tried);
      const waitMs = Math.max(backoffMs, Math.min(error.afterMs ?? 0, BACKOFF_MAX_MS));
      await sleep(waitMs, undefined, { signal }).catch(() => {
        throw error;
      });
      return again(attempt, signal, tried + 1);
    }
  };
  return {
    async run(attempt, signal) {
      if (nowMs() < openUntilMs) throw unavailable('the circuit is open');
      // One at a time is let through until it is known how that went.
      if (failures >= FAILURES_MAX) openUntilMs = nowMs() + OPEN_MS;
      try {
        const value = await again(attempt, signal);
        [failures, openUntilMs] = [0, 0];
        return value;
      } catch (error) {
        if (!(error instanceof Outage)) throw error;
        // Who has left says nothing about the endpoint.
        if (!signal.aborted) failures += 1;
        if (failures >= FAILURES_MAX) openUntilMs = nowMs() + OPEN_MS;
        throw error.problem;
      }
    },
  };
}
