import { type AuditContext, systemContext } from '#contracts';
import type { Database } from '#platform/database';
import { insertDestruction } from './destruction-store.ts';
import { keyDestroyedEvent, type KeyRecord } from './key-record.ts';
import { deleteObjectKey, selectObjectKeys, type WrappedObjectKey } from './store.ts';
import type { WrappingKeys } from './wrapping-keys.ts';

const groupSizeMax = 500;

/**
 * INVARIANT: a wrapped key goes in one transaction with the audit entry that says so. From here on nothing opens; what old pages
 * and copies of the database hold goes dark with the epoch's secret (`endEpochs`). Objects without a key are passed over.
 */
export function destroyKeys(
  database: Database,
  keys: WrappingKeys,
  record: () => KeyRecord,
  now: () => Date,
): (workspaceId: string, objectIds: readonly string[], by?: AuditContext) => Promise<void> {
  const destroyGroup = async (workspaceId: string, rows: readonly WrappedObjectKey[], by: AuditContext) => {
    const destructions = rows.map((row) => ({ ...row, epoch: row.place.epoch, destroyedAt: now() }));
    const entries = await record().prepare(by, destructions.map(keyDestroyedEvent));
    await database.withWorkspace(workspaceId, async (within) => {
      const gone: number[] = [];
      for (const [at, row] of rows.entries()) if (await deleteObjectKey(within, row)) gone.push(at);
      if (gone.length === 0) return;
      await entries.write(within, gone);
      for (const at of gone) {
        const [destructionEntry, destruction] = [entries.receipts[at]?.entryId, destructions[at]];
        if (destruction !== undefined && destructionEntry !== undefined)
          await insertDestruction(within, workspaceId, { ...destruction, destructionEntry });
      }
    });
    entries.committed();
    keys.forget(workspaceId);
  };
  return async (workspaceId, objectIds, by = systemContext(workspaceId, 'vault')) => {
    for (let from = 0; from < objectIds.length; from += groupSizeMax) {
      const ids = objectIds.slice(from, from + groupSizeMax);
      for (;;) {
        const rows = await database.withWorkspace(workspaceId, (within) => selectObjectKeys(within, ids));
        // What was moved between our look and the deletion is still there, and looked at again.
        if (rows.length === 0) break;
        await destroyGroup(workspaceId, rows, by);
      }
    }
  };
}
