import type { KeyObject } from 'node:crypto';
import { jointKey, type KeyWrapper } from '@strongroom/keyring';
import type { Clock } from '#platform/clock';
import type { Database } from '#platform/database';
import { databaseOutdated, isDestroyed, keyDestroyed, workspaceErased } from './errors.ts';
import { keepWorkspaceKey } from './keep-workspace-key.ts';
import type { KeyRecord } from './key-record.ts';
import * as store from './store.ts';

/**
 * The keys of a workspace as they were read a moment ago, and what was unwrapped with them. All of it is let go together,
 * so nothing outlives the key it was opened with.
 */
export type WorkspaceKeys = {
  /** Where new data keys are wrapped. */
  readonly place: store.Place;
  /** What wraps data keys at a place. Throws `vault/key_destroyed` (410) once the epoch's secret is gone, `vault/key_unavailable` (503). */
  wrappingKey(place: store.Place): Promise<KeyObject>;
  /** By object. */
  readonly opened: Map<string, Promise<KeyObject>>;
};

export type WrappingKeys = {
  /** Makes the workspace's first keys when it has none. Throws `vault/key_unavailable` (503). */
  current(workspaceId: string): Promise<WorkspaceKeys>;
  /** The same without making any; null when there are none. */
  existing(workspaceId: string): Promise<WorkspaceKeys | null>;
  /** Read anew at the next use: something was moved or destroyed. */
  forget(workspaceId: string): void;
};

const keptMs = 5_000;

/** INVARIANT: an unwrapped key is used for 5 seconds at most; after that the wrapper is asked again, so it can refuse. */
export function wrappingKeys(
  database: Database,
  wrapper: KeyWrapper,
  clock: Clock,
  record: () => KeyRecord,
): WrappingKeys {
  const kept = new Map<string, { since: number; keys: Promise<WorkspaceKeys | null> }>();
  const making = new Map<string, Promise<WorkspaceKeys | null>>();

  // The place first: the key that it names was committed before it, or with it.
  const read = (workspaceId: string) =>
    database.withWorkspace(workspaceId, async (within) => ({
      erased: await store.selectErased(within),
      place: await store.selectPlace(within),
      rows: await store.selectWorkspaceKeys(within),
    }));

  const open = async (
    workspaceId: string,
    place: store.Place,
    rows: readonly store.WrappedWorkspaceKey[],
  ): Promise<WorkspaceKeys> => {
    const versions = new Map(
      await Promise.all(
        rows.map(async ({ version, wrappedKey }) => [version, await wrapper.unwrap(workspaceId, wrappedKey)] as const),
      ),
    );
    const made = new Map<string, Promise<KeyObject>>();
    const wrappingKey = ({ keyVersion, epoch }: store.Place): Promise<KeyObject> => {
      const name = `${keyVersion}/${epoch}`;
      const known = made.get(name);
      if (known !== undefined) return known;
      const workspaceKey = versions.get(keyVersion);
      if (workspaceKey === undefined) return Promise.reject(keyDestroyed());
      const joint = wrapper
        .epochSecret(workspaceId, epoch)
        .then((secret) => jointKey([secret, workspaceKey], 'objects'));
      made.set(name, joint);
      joint.catch(() => made.delete(name));
      return joint;
    };
    // Also when nothing is opened here: what is kept is good only while the holder gives this epoch's secret too.
    await wrappingKey(place);
    return { place, wrappingKey, opened: new Map() };
  };

  const load = async (workspaceId: string): Promise<WorkspaceKeys | null> => {
    for (let before: store.Place | null = null; ;) {
      const { erased, place, rows } = await read(workspaceId);
      if (erased) throw workspaceErased();
      if (place === null) return null;
      try {
        return await open(workspaceId, place, rows);
      } catch (error) {
        if (!isDestroyed(error)) throw error;
        // Once, keys may have moved between our look and now; twice at the same place, this place is of the past.
        if (before?.epoch === place.epoch && before.keyVersion === place.keyVersion) throw databaseOutdated();
        before = place;
      }
    }
  };

  const make = async (workspaceId: string): Promise<void> => {
    const epoch = await wrapper.newestEpoch(workspaceId);
    await keepWorkspaceKey(database, wrapper, record, workspaceId, 1, (within) =>
      store.insertPlace(within, workspaceId, { keyVersion: 1, epoch }),
    );
  };

  /** Everything that waits for a workspace's first keys shares one making of them. */
  const first = (workspaceId: string): Promise<WorkspaceKeys | null> => {
    const underWay =
      making.get(workspaceId) ??
      make(workspaceId)
        .then(() => fresh(workspaceId))
        .finally(() => making.delete(workspaceId));
    making.set(workspaceId, underWay);
    return underWay;
  };

  const fresh = (workspaceId: string): Promise<WorkspaceKeys | null> => {
    const now = clock.now().getTime();
    for (const [id, { since }] of kept) if (now < since || now - since >= keptMs) kept.delete(id);
    const entry = { since: now, keys: load(workspaceId) };
    kept.set(workspaceId, entry);
    const forget = (): void => {
      if (kept.get(workspaceId) === entry) kept.delete(workspaceId);
    };
    // Neither a failure nor "no key yet" is worth remembering.
    entry.keys.then((keys) => (keys === null ? forget() : undefined), forget);
    return entry.keys;
  };

  const existing = (workspaceId: string): Promise<WorkspaceKeys | null> => {
    const entry = kept.get(workspaceId);
    const age = entry === undefined ? Infinity : clock.now().getTime() - entry.since;
    return entry !== undefined && age >= 0 && age < keptMs ? entry.keys : fresh(workspaceId);
  };

  return {
    existing,
    current: async (workspaceId) => {
      const found = (await existing(workspaceId)) ?? (await first(workspaceId));
      if (found === null) throw keyDestroyed();
      return found;
    },
    forget: (workspaceId) => void kept.delete(workspaceId),
  };
}
