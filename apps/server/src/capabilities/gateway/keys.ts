import type { Clock } from '#platform/clock';
import { createShortMemory, type ShortMemory } from '#platform/memory';
import { rateLimited } from './errors.ts';
import { type Budgets, readKey, type KeyRow, type SpentTokens } from './store.ts';
import type { Database } from '#platform/database';

/** What a key may do, and what was spent by it and its person, as they stood a moment ago. */
export type Key = {
  readonly keyId: string;
  readonly personId: string;
  readonly workspaceId: string;
  readonly models: ReadonlySet<string>;
  readonly requestsPerMinute: number;
  readonly budgets: { readonly key: Budgets; readonly person: Budgets };
  readonly spent: { readonly key: SpentTokens; readonly person: SpentTokens };
  /** Days for which what is sent by it is kept; null: nothing is. */
  readonly keepDays: number | null;
};

export type Keys = {
  find(workspaceId: string, key: { readonly keyId: string; readonly personId: string }): Promise<Key>;
  /** Throws `gateway/rate_limited` (429). Counts on this server. */
  countRequest(key: Key): void;
  /** After each change, so that what was read before is asked for anew. */
  forget(): void;
};

/** Requests a minute of a key for which nobody said another number. */
export const REQUESTS_PER_MINUTE = 6_000;
/** How long a change on another server may stay unknown; one on this server is known at once. */
const KEPT_MS = 1_000;
const MINUTE_MS = 60_000;

/** `model`: what a key may use for which nobody named others; null without an upstream. */
export function createKeys({
  database,
  clock,
  model,
}: {
  readonly database: Database;
  readonly clock: Clock;
  readonly model: string | null;
}): Keys {
  const memory: ShortMemory<Key> = createShortMemory<Key>({ keptMs: KEPT_MS, clock }, () => true);
  let minute = 0;
  const requests = new Map<string, number>();
  return {
    find: (workspaceId, { keyId, personId }) =>
      memory.get(`${workspaceId} ${keyId}`, async () =>
        toKey(
          model,
          { workspaceId, keyId, personId },
          await readKey(database, workspaceId, { keyId, personId }, clock.now()),
        ),
      ),
    countRequest({ keyId, requestsPerMinute }) {
      const nowMs = clock.now().getTime();
      const now = Math.floor(nowMs / MINUTE_MS);
      if (now !== minute) {
        minute = now;
        requests.clear();
      }
      const count = requests.get(keyId) ?? 0;
      if (count >= requestsPerMinute)
        throw rateLimited(requestsPerMinute, Math.ceil((MINUTE_MS - (nowMs % MINUTE_MS)) / 1000));
      requests.set(keyId, count + 1);
    },
    forget: () => memory.forget(),
  };
}

function toKey(model: string | null, ids: Pick<Key, 'workspaceId' | 'keyId' | 'personId'>, row: KeyRow): Key {
  const defaults = model === null ? [] : [model];
  return {
    ...ids,
    models: new Set(row.models ?? defaults),
    requestsPerMinute: row.requestsPerMinute ?? REQUESTS_PER_MINUTE,
    budgets: row.budgets,
    spent: row.spent,
    keepDays: row.keepDays,
  };
}
