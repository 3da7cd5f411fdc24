import type { KeyWrapper } from '@strongroom/keyring';
import { type AuditContext, installationId } from '#contracts';
import type { Database } from '#platform/database';
import { insertDestruction, selectDestructions, updateFinal } from './destruction-store.ts';
import { epochsDestroyedEvent, keyDestroyedEvent, type KeyRecord } from './key-record.ts';
import { lockMoves, markErased, selectPlace, selectWorkspaceKeys } from './store.ts';
import type { WrappingKeys } from './wrapping-keys.ts';

/**
 * Makes everything that was ever sealed in a workspace dark, in every copy: nothing is sealed or opened from here on, and the holder
 * destroys the secrets of all its epochs. Stands in the log of the installation, which outlives it. May be repeated; one cut short is
 * finished by the next. `by` names nobody but by id (`inInstallation`).
 */
export function destroyWorkspace({
  database,
  wrapper,
  keys,
  record,
  now,
}: {
  database: Database;
  wrapper: KeyWrapper;
  keys: WrappingKeys;
  record: () => KeyRecord;
  now: () => Date;
}): (workspaceId: string, by: AuditContext) => Promise<void> {
  const inLog = <T>(work: Parameters<typeof database.withWorkspace<T>>[1]): Promise<T> =>
    database.withWorkspace(installationId, work);

  const recordDestruction = async (workspaceId: string, by: AuditContext): Promise<number> => {
    const { place, newest } = await database.withWorkspace(workspaceId, async (within) => {
      await markErased(within, now());
      return { place: await selectPlace(within), newest: (await selectWorkspaceKeys(within))[0] };
    });
    keys.forget(workspaceId);
    const [before] = await inLog((within) => selectDestructions(within, [workspaceId]));
    if (before !== undefined) return before.epoch;
    if (place === null || newest === undefined) throw new Error('a workspace that was never used is not erased');
    const destroyed = { objectId: workspaceId, commitment: newest.commitment, epoch: place.epoch };
    const entries = await record().prepare(by, [keyDestroyedEvent(destroyed)]);
    const [receipt] = entries.receipts;
    if (receipt === undefined) throw new Error('an entry has no receipt');
    await inLog(async (within) => {
      const { birthEntry } = newest;
      const entry = { destructionEntry: receipt.entryId, destroyedAt: now() };
      await insertDestruction(within, installationId, { ...destroyed, birthEntry, ...entry });
      await entries.write(within);
    });
    entries.committed();
    return place.epoch;
  };

  return (workspaceId, by) =>
    inLog(async (alone) => {
      await lockMoves(alone, { workspaceId });
      const epoch = await recordDestruction(workspaceId, by);
      const newest = await wrapper.newestEpoch(workspaceId);
      const empty = newest > epoch ? newest : await wrapper.beginEpoch(workspaceId);
      await wrapper.destroyEpochsBefore(workspaceId, empty);
      const entries = await record().prepare(by, [epochsDestroyedEvent(empty)]);
      const [receipt] = entries.receipts;
      if (receipt === undefined) throw new Error('an entry has no receipt');
      await inLog(async (within) => {
        await updateFinal(within, empty, { entry: receipt.entryId, at: now() }, workspaceId);
        await entries.write(within);
      });
      entries.committed();
    });
}
