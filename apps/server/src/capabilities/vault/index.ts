import { openBytes, openStream, sealBytes, sealStream, type KeyWrapper } from '@strongroom/keyring';
import type { Sealer } from '#contracts';
import type { LedgerKeys } from '#ledger';
import type { Clock } from '#platform/clock';
import type { Database } from '#platform/database';
import { blindIndexes } from './blind-index.ts';
import { ledgerKeys } from './ledger-keys.ts';
import { objectKeys } from './object-keys.ts';
import { deleteObjectKeys } from './store.ts';
import { workspaceKeys } from './workspace-keys.ts';

/**
 * A `Sealer`, streams for files, and the ledger's keys. All throw `vault/key_unavailable` (503) when the root key's holder refuses.
 * One object is sealed either whole or as a file; sealing it again uses its key again.
 */
export type Vault = Sealer & {
  /** Sealed pieces, one page of memory at a time; 33 bytes + 16 for each 64 KiB longer than the plaintext. */
  sealFile(
    workspaceId: string,
    objectId: string,
    plaintext: AsyncIterable<Uint8Array>,
  ): AsyncGenerator<Buffer, void, undefined>;
  /**
   * Each piece is proven when it comes, but that none is missing only when the iterator ends without throwing.
   * Throws `vault/key_destroyed` (410), `vault/unreadable` (500).
   */
  openFile(
    workspaceId: string,
    objectId: string,
    sealed: AsyncIterable<Uint8Array>,
  ): AsyncGenerator<Buffer, void, undefined>;
  readonly ledgerKeys: LedgerKeys;
};

export function createVault({
  database,
  wrapper,
  clock,
}: {
  database: Database;
  wrapper: KeyWrapper;
  clock: Clock;
}): Vault {
  const workspaces = workspaceKeys(database, wrapper, clock);
  const keys = objectKeys(database, workspaces);
  const binding = (workspaceId: string, objectId: string) => ({ workspaceId, objectId, version: 1 });
  return {
    seal: async (workspaceId, objectId, plaintext) =>
      sealBytes(await keys.forSealing(workspaceId, objectId), binding(workspaceId, objectId), plaintext),
    open: async (workspaceId, objectId, sealed) =>
      openBytes(await keys.forOpening(workspaceId, objectId), binding(workspaceId, objectId), sealed),
    openMany: async (workspaceId, objects) => {
      const found = await keys.forOpeningMany(
        workspaceId,
        objects.map(({ objectId }) => objectId),
      );
      return objects.map(({ objectId, sealed }) => {
        const key = found.get(objectId);
        return key === undefined ? null : openBytes(key, binding(workspaceId, objectId), sealed);
      });
    },
    blindIndex: blindIndexes(keys),
    async *sealFile(workspaceId, objectId, plaintext) {
      yield* sealStream(await keys.forSealing(workspaceId, objectId), binding(workspaceId, objectId), plaintext);
    },
    async *openFile(workspaceId, objectId, sealed) {
      yield* openStream(await keys.forOpening(workspaceId, objectId), binding(workspaceId, objectId), sealed);
    },
    destroy: (workspaceId, objectIds) =>
      database.withWorkspace(workspaceId, (transaction) => deleteObjectKeys(transaction, workspaceId, objectIds)),
    ledgerKeys: ledgerKeys(workspaces, keys),
  };
}

export { migrations } from './migrations.ts';
export { holdings } from './holdings.ts';
