import type { KeyObject } from 'node:crypto';
import { deriveKey, newKey, type KeyWrapper } from '@strongroom/keyring';
import type { Clock } from '#platform/clock';
import type { Database } from '#platform/database';
import { keyDestroyed } from './errors.ts';
import { insertWorkspaceKey, selectWorkspaceKeys } from './store.ts';

/** What a workspace key is used for, one derived key for each; see docs/formats/sealed-object.md. */
export type VersionKeys = {
  readonly version: number;
  readonly objects: KeyObject;
  readonly entries: KeyObject;
};

/** Newest first, at least one. */
type AllVersions = readonly [VersionKeys, ...VersionKeys[]];

export type WorkspaceKeys = {
  /** The newest version is made at a workspace's first use. Throws `vault/key_unavailable` (503). */
  allVersions(workspaceId: string): Promise<AllVersions>;
  /** Throws `vault/key_destroyed` (410) when there is no such version, `vault/key_unavailable` (503). Makes nothing. */
  version(workspaceId: string, version: number): Promise<VersionKeys>;
};

const keptMs = 5_000;

/** INVARIANT: an unwrapped key is used for 5 seconds at most; after that the wrapper is asked again, so it can refuse. */
export function workspaceKeys(database: Database, wrapper: KeyWrapper, clock: Clock): WorkspaceKeys {
  const kept = new Map<string, { since: number; keys: Promise<VersionKeys[]> }>();
  const making = new Map<string, Promise<VersionKeys[]>>();

  const load = async (workspaceId: string): Promise<VersionKeys[]> => {
    const rows = await database.withWorkspace(workspaceId, (transaction) =>
      selectWorkspaceKeys(transaction, workspaceId),
    );
    return Promise.all(
      rows.map(async ({ version, wrappedKey }) => {
        const key = await wrapper.unwrap(workspaceId, wrappedKey);
        return {
          version,
          objects: deriveKey(key, 'objects'),
          entries: deriveKey(key, 'ledger entries'),
        };
      }),
    );
  };

  const make = async (workspaceId: string): Promise<VersionKeys[]> => {
    const wrappedKey = await wrapper.wrap(workspaceId, newKey());
    await database.withWorkspace(workspaceId, (transaction) =>
      insertWorkspaceKey(transaction, workspaceId, { version: 1, wrapper: wrapper.name, wrappedKey }),
    );
    return fresh(workspaceId);
  };

  /** Everything that waits for a workspace's first key shares one making of it. */
  const first = (workspaceId: string): Promise<VersionKeys[]> => {
    const underWay = making.get(workspaceId) ?? make(workspaceId).finally(() => making.delete(workspaceId));
    making.set(workspaceId, underWay);
    return underWay;
  };

  const fresh = (workspaceId: string): Promise<VersionKeys[]> => {
    const now = clock.now().getTime();
    for (const [id, { since }] of kept) if (now < since || now - since >= keptMs) kept.delete(id);
    const entry = { since: now, keys: load(workspaceId) };
    kept.set(workspaceId, entry);
    const forget = (): void => {
      if (kept.get(workspaceId) === entry) kept.delete(workspaceId);
    };
    // Neither a failure nor "no key yet" is worth remembering.
    entry.keys.then((keys) => (keys.length === 0 ? forget() : undefined), forget);
    return entry.keys;
  };

  const current = (workspaceId: string): Promise<VersionKeys[]> => {
    const entry = kept.get(workspaceId);
    const age = entry === undefined ? Infinity : clock.now().getTime() - entry.since;
    return entry !== undefined && age >= 0 && age < keptMs ? entry.keys : fresh(workspaceId);
  };

  return {
    allVersions: async (workspaceId) => {
      const found = await current(workspaceId);
      const [newest, ...older] = found.length > 0 ? found : await first(workspaceId);
      if (newest === undefined) throw keyDestroyed();
      return [newest, ...older];
    },
    version: async (workspaceId, version) => {
      const matches = (keys: VersionKeys): boolean => keys.version === version;
      // Another server may have made a newer version since ours were read.
      const found = (await current(workspaceId)).find(matches) ?? (await fresh(workspaceId)).find(matches);
      if (found === undefined) throw keyDestroyed();
      return found;
    },
  };
}
