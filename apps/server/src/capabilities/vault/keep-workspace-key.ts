import { commitToKey, newKey, type KeyWrapper } from '@strongroom/keyring';
import { installationId, systemContext } from '#contracts';
import type { Database, Tables, Transaction } from '#platform/database';
import { keyCreatedEvent, type KeyRecord } from './key-record.ts';
import { insertWorkspaceKey, shareRoot } from './store.ts';

/**
 * Makes a version of a workspace's key and keeps it wrapped, together with what `alongside` writes. Its birth stands in the log of
 * the installation before it is kept: one more entry than keys where somebody else was faster, never one fewer.
 */
export async function keepWorkspaceKey(
  database: Database,
  wrapper: KeyWrapper,
  record: () => KeyRecord,
  workspaceId: string,
  version: number,
  alongside: (within: Transaction<Tables>) => Promise<void> = async () => {},
): Promise<void> {
  const key = newKey();
  const commitment = commitToKey(key);
  const birth =
    workspaceId === installationId
      ? null
      : await record().append(systemContext(installationId, 'vault'), keyCreatedEvent(workspaceId, commitment));
  await database.withWorkspace(workspaceId, async (within) => {
    await shareRoot(within);
    const wrappedKey = await wrapper.wrap(workspaceId, key);
    const birthEntry = birth?.entryId ?? null;
    await insertWorkspaceKey(within, workspaceId, {
      version,
      wrapper: wrapper.name,
      wrappedKey,
      commitment,
      birthEntry,
    });
    await alongside(within);
  });
}
