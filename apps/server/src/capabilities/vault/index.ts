import { openBytes, openStream, sealBytes, sealStream, type KeyWrapper } from '@strongroom/keyring';
import type { DrillReport, VaultStatus } from '@strongroom/protocol';
import type { AuditContext, Opener, Sealer } from '#contracts';
import type { LedgerKeys } from '#ledger';
import type { Clock } from '#platform/clock';
import type { Database } from '#platform/database';
import { blindIndexes } from './blind-index.ts';
import { destroyKeys } from './destroy-keys.ts';
import { destroyWorkspace } from './destroy-workspace.ts';
import { type Destruction, selectDestructions } from './destruction-store.ts';
import { drill } from './drill.ts';
import { type EndEpochs, endEpochs } from './end-epochs.ts';
import type { KeyRecord } from './key-record.ts';
import { ledgerKeys } from './ledger-keys.ts';
import { keyMoves } from './move-keys.ts';
import { objectKeys } from './object-keys.ts';
import { rotateKey } from './rotate-key.ts';
import { rotateRoot } from './rotate-root.ts';
import { showStatus } from './show-status.ts';
import { wrappingKeys } from './wrapping-keys.ts';

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
  /** Makes destructions final. */
  readonly endEpochs: EndEpochs;
  /** Of these objects, those whose key was destroyed. */
  destructions(workspaceId: string, objectIds: readonly string[]): Promise<Destruction[]>;
  /** Everything of a workspace, for good; `by` as `inInstallation` gives it. */
  destroyWorkspace(workspaceId: string, by: AuditContext): Promise<void>;
  rotateKey(workspaceId: string): Promise<{ readonly keyVersion: number }>;
  /** Of the whole installation. */
  rotateRoot(by: AuditContext): Promise<{ readonly rootVersion: number; readonly workspaces: number }>;
  drill(workspaceId: string): Promise<DrillReport>;
  showStatus(workspaceId: string): Promise<VaultStatus>;
};

/** `record`: the audit log, which is made after the vault, since it needs the vault's keys. */
export function createVault({
  database,
  wrapper,
  clock,
  record,
}: {
  database: Database;
  wrapper: KeyWrapper;
  clock: Clock;
  record: () => KeyRecord;
}): Vault {
  const workspaces = wrappingKeys(database, wrapper, clock, record);
  const keys = objectKeys(database, workspaces, record);
  const moves = keyMoves(database, workspaces);
  const now = () => clock.now();
  const binding = (workspaceId: string, objectId: string) => ({ workspaceId, objectId, version: 1 });
  const opener = async (workspaceId: string, objectIds: readonly string[]): Promise<Opener> => {
    const found = await keys.forOpeningMany(workspaceId, objectIds);
    return ({ objectId, sealed }) => {
      const key = found.get(objectId);
      return key === undefined ? null : openBytes(key, binding(workspaceId, objectId), sealed);
    };
  };
  return {
    seal: async (workspaceId, objectId, plaintext) =>
      sealBytes(await keys.forSealing(workspaceId, objectId), binding(workspaceId, objectId), plaintext),
    open: async (workspaceId, objectId, sealed) =>
      openBytes(await keys.forOpening(workspaceId, objectId), binding(workspaceId, objectId), sealed),
    opener,
    openMany: async (workspaceId, objects) => {
      const ids = objects.map(({ objectId }) => objectId);
      return objects.map(await opener(workspaceId, ids));
    },
    blindIndex: blindIndexes(keys),
    async *sealFile(workspaceId, objectId, plaintext) {
      yield* sealStream(await keys.forSealing(workspaceId, objectId), binding(workspaceId, objectId), plaintext);
    },
    async *openFile(workspaceId, objectId, sealed) {
      yield* openStream(await keys.forOpening(workspaceId, objectId), binding(workspaceId, objectId), sealed);
    },
    destroy: destroyKeys(database, workspaces, record, now),
    ledgerKeys: ledgerKeys(workspaces, keys),
    endEpochs: endEpochs({ database, wrapper, moves, record, now }),
    destructions: (workspaceId, objectIds) =>
      database.withWorkspace(workspaceId, (within) => selectDestructions(within, objectIds)),
    rotateKey: rotateKey(database, wrapper, moves, record),
    destroyWorkspace: destroyWorkspace({ database, wrapper, keys: workspaces, record, now }),
    rotateRoot: rotateRoot(database, wrapper, workspaces, record),
    drill: drill(database, wrapper, workspaces, () => performance.now()),
    showStatus: showStatus(database, wrapper, workspaces),
  };
}

export { vaultRoutes } from './routes.ts';
export { migrations } from './migrations.ts';
export { holdings } from './holdings.ts';
export type { Destruction } from './destruction-store.ts';
export type { KeyRecord } from './key-record.ts';
