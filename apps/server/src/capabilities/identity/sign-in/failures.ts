import type { Clock } from '#platform/clock';

const MINUTE_MS = 60_000;
const PER_MINUTE_MAX = 30;

/** Failed tries by address. INVARIANT: only failures count, so that nobody's failures keep out who has a good link. */
export type Failures = {
  /** False when this address has failed too often this minute: the try is then not written to the audit log either. */
  count(address: string): boolean;
};

export function createFailures(clock: Clock): Failures {
  const failed = new Map<string, number>();
  let minute = 0;
  return {
    count(address) {
      const now = Math.floor(clock.now().getTime() / MINUTE_MS);
      if (now !== minute) {
        minute = now;
        failed.clear();
      }
      const times = (failed.get(address) ?? 0) + 1;
      failed.set(address, times);
      return times <= PER_MINUTE_MAX;
    },
  };
}
