import type { KeyWrapper } from '@strongroom/keyring';
import type { VaultStatus } from '@strongroom/protocol';
import type { Database } from '#platform/database';
import { selectPending } from './destruction-store.ts';
import { countObjectKeys } from './store.ts';
import type { WrappingKeys } from './wrapping-keys.ts';

export function showStatus(
  database: Database,
  wrapper: KeyWrapper,
  keys: WrappingKeys,
): (workspaceId: string) => Promise<VaultStatus> {
  return async (workspaceId) => {
    const { place } = await keys.current(workspaceId);
    const { objects, pending } = await database.withWorkspace(workspaceId, async (within) => ({
      objects: await countObjectKeys(within),
      pending: await selectPending(within),
    }));
    return {
      holder: wrapper.name,
      keyVersion: place.keyVersion,
      epoch: place.epoch,
      objects,
      pending: { count: pending?.count ?? 0, since: pending?.since.toISOString() ?? null },
    };
  };
}
