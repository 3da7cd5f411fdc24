import type { KeyWrapper } from '@strongroom/keyring';
import { type AuditContext, systemContext } from '#contracts';
import type { Database } from '#platform/database';
import { selectPending, updateFinal } from './destruction-store.ts';
import { epochsDestroyedEvent, keysDamagedEvent, type KeyRecord } from './key-record.ts';
import type { KeyMoves } from './move-keys.ts';

export type EndEpochs = (
  workspaceId: string,
  options?: {
    /** Only when a destruction has waited as long. */ readonly waitedMs?: number;
    readonly by?: AuditContext;
  },
) => Promise<{ /** Destructions that became final. */ readonly final: number }>;

/**
 * Makes destructions final: a new epoch begins, every living key moves into it, and the secrets of all older ones are destroyed
 * in the key holder. What was wrapped in them is dark from then on in every copy of the database, and the database can't be set
 * back to before. May be repeated; one cut short is finished by the next.
 */
export function endEpochs({
  database,
  wrapper,
  moves,
  record,
  now,
}: {
  database: Database;
  wrapper: KeyWrapper;
  moves: KeyMoves;
  record: () => KeyRecord;
  now: () => Date;
}): EndEpochs {
  return async (workspaceId, { waitedMs = 0, by = systemContext(workspaceId, 'vault') } = {}) => {
    const pending = () => database.withWorkspace(workspaceId, selectPending);
    const first = await pending();
    if (first === null || now().getTime() - first.since.getTime() < waitedMs) return { final: 0 };
    const final = await moves.move(
      workspaceId,
      async (place) => {
        const waiting = await pending();
        if (waiting === null) return null;
        // One cut short had begun its epoch already.
        if (waiting.epoch < place.epoch) return place;
        return { ...place, epoch: await wrapper.beginEpoch(workspaceId) };
      },
      async ({ epoch }, damaged) => {
        await wrapper.destroyEpochsBefore(workspaceId, epoch);
        const events = [epochsDestroyedEvent(epoch), ...(damaged > 0 ? [keysDamagedEvent(damaged)] : [])];
        const entries = await record().prepare(by, events);
        const [receipt] = entries.receipts;
        const count = await database.withWorkspace(workspaceId, async (within) => {
          await entries.write(within);
          return receipt === undefined ? 0 : updateFinal(within, epoch, { entry: receipt.entryId, at: now() });
        });
        entries.committed();
        return count;
      },
    );
    return { final: final ?? 0 };
  };
}
