import type { Clock } from '#platform/clock';
import type { Database } from '#platform/database';

/**
 * What was read a moment ago, for who asks again at once. INVARIANT: nothing read before the last `forget` is given after it, and
 * nothing that is older than `keptMs`: what another server writes is known here by then.
 */
export type ShortMemory<T> = {
  /** Those who ask for the same at a time share one `read`; what it throws is not kept. */
  get(key: string, read: () => Promise<T>): Promise<T>;
  forget(): void;
};

/** More than this at a time would be somebody's many secrets, not somebody who asks again. */
const KEPT_MAX = 10_000;

type Kept<T> = { readonly value: Promise<T>; readonly sinceMs: number };

/** `keep`: whether a value is worth it. */
export function createShortMemory<T>(
  { keptMs, clock }: { keptMs: number; clock: Clock },
  keep: (value: T) => boolean,
): ShortMemory<T> {
  const kept = new Map<string, Kept<T>>();
  return {
    get(key, read) {
      const nowMs = clock.now().getTime();
      const before = kept.get(key);
      const ageMs = nowMs - (before?.sinceMs ?? 0);
      // Less than nothing: the machine's time was set back, so nobody knows.
      if (before !== undefined && ageMs >= 0 && ageMs < keptMs) return before.value;
      if (kept.size >= KEPT_MAX) kept.clear();
      const mine: Kept<T> = { value: read(), sinceMs: nowMs };
      kept.set(key, mine);
      const drop = (): void => {
        if (kept.get(key) === mine) kept.delete(key);
      };
      mine.value.then((value) => keep(value) || drop(), drop);
      return mine.value;
    },
    forget: () => kept.clear(),
  };
}

/** `database` for a room whose writes change what `memory` holds: what is kept is forgotten after each transaction of the room. */
export function forgetting(database: Database, memory: Pick<ShortMemory<unknown>, 'forget'>): Database {
  const around = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } finally {
      memory.forget();
    }
  };
  return {
    ...database,
    withWorkspace: (workspaceId, work) => around(() => database.withWorkspace(workspaceId, work)),
    withLookup: (lookupHash, work) => around(() => database.withLookup(lookupHash, work)),
    atOnce: (name, statement) => around(() => database.atOnce(name, statement)),
  };
}
