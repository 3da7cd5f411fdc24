import { sql, type ColumnType } from 'kysely';
import type { Tables, Transaction } from '#platform/database';

declare module '#platform/database' {
  interface Tables {
    vault_destructions: {
      workspace_id: string;
      object_id: string;
      commitment: ColumnType<Buffer, Uint8Array, never>;
      epoch: number;
      birth_entry: string | null;
      destruction_entry: string;
      destroyed_at: Date;
      final_entry: string | null;
      final_at: Date | null;
    };
  }
}

type Within = Transaction<Tables>;

/** A data key that was destroyed, and the audit entries that say so. */
export type Destruction = {
  readonly objectId: string;
  readonly commitment: Uint8Array;
  /** In which it was wrapped last: what is left of it in old pages and copies opens as long as that epoch's secret is there. */
  readonly epoch: number;
  readonly birthEntry: string | null;
  readonly destructionEntry: string;
  readonly destroyedAt: Date;
  /** When the epoch's secret was destroyed; null while that is still to come. */
  readonly finalAt: Date | null;
  readonly finalEntry: string | null;
};

export async function insertDestruction(
  within: Within,
  workspaceId: string,
  destruction: Omit<Destruction, 'finalAt' | 'finalEntry'>,
): Promise<void> {
  await within
    .insertInto('vault_destructions')
    .values({
      workspace_id: workspaceId,
      object_id: destruction.objectId,
      commitment: destruction.commitment,
      epoch: destruction.epoch,
      birth_entry: destruction.birthEntry,
      destruction_entry: destruction.destructionEntry,
      destroyed_at: destruction.destroyedAt,
      final_entry: null,
      final_at: null,
    })
    .execute();
}

/** Of the destructions that are not final: how many, the newest epoch among them, and since when. null when there is none. */
export async function selectPending(within: Within): Promise<{ count: number; epoch: number; since: Date } | null> {
  const row = await within
    .selectFrom('vault_destructions')
    .select((select) => [
      select.fn.countAll<string>().as('count'),
      select.fn.max('epoch').as('epoch'),
      select.fn.min('destroyed_at').as('since'),
    ])
    .where('final_at', 'is', null)
    .executeTakeFirstOrThrow();
  return Number(row.count) === 0 ? null : { count: Number(row.count), epoch: row.epoch, since: row.since };
}

/** Those in an epoch below `before`, or of these only that of one object; how many. */
export async function updateFinal(
  within: Within,
  before: number,
  final: { entry: string; at: Date },
  objectId?: string,
): Promise<number> {
  const pending = within
    .updateTable('vault_destructions')
    .set({ final_entry: final.entry, final_at: final.at })
    .where('final_at', 'is', null)
    .where('epoch', '<', before);
  const updated = await (
    objectId === undefined ? pending : pending.where('object_id', '=', objectId)
  ).executeTakeFirst();
  return Number(updated.numUpdatedRows);
}

export async function hasDestruction(within: Within, objectId: string): Promise<boolean> {
  const row = await within
    .selectFrom('vault_destructions')
    .select('object_id')
    .where('object_id', '=', objectId)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** The newest of each object. */
export async function selectDestructions(within: Within, objectIds: readonly string[]): Promise<Destruction[]> {
  const rows = await within
    .selectFrom('vault_destructions')
    .selectAll()
    .distinctOn('object_id')
    .where(sql<boolean>`object_id = any(${objectIds}::uuid[])`)
    .orderBy('object_id')
    .orderBy('destroyed_at', 'desc')
    .execute();
  return rows.map((row) => ({
    objectId: row.object_id,
    commitment: row.commitment,
    epoch: row.epoch,
    birthEntry: row.birth_entry,
    destructionEntry: row.destruction_entry,
    destroyedAt: row.destroyed_at,
    finalAt: row.final_at,
    finalEntry: row.final_entry,
  }));
}
