import { sql } from 'kysely';
import type { ColumnType } from 'kysely';
import type { Database, Tables, Transaction } from '#platform/database';

type CanariesTable = {
  workspace_id: string;
  id: string;
  name: string;
  sealed: ColumnType<Buffer, Uint8Array, never>;
  planted_at: Date;
  found_count: ColumnType<number, never, number>;
  found_at: ColumnType<Date | null, never, Date>;
};

declare module '#platform/database' {
  interface Tables {
    canaries: CanariesTable;
  }
}

type Within = Transaction<Tables>;

export type CanaryRow = { readonly id: string; readonly name: string; readonly sealed: Buffer };

/** One round trip, outside any transaction. */
export function readCanaries(database: Database, workspaceId: string): Promise<CanaryRow[]> {
  return database.readInWorkspace(workspaceId, (tables) =>
    tables.selectFrom('canaries').select(['id', 'name', 'sealed']).orderBy('id'),
  );
}

export function selectCanaries(within: Within) {
  return within
    .selectFrom('canaries')
    .select(['name', 'planted_at', 'found_count', 'found_at'])
    .orderBy('name')
    .execute();
}

/** False, changing nothing, when the name is taken. */
export async function insertCanary(
  within: Within,
  canary: { workspace_id: string; id: string; name: string; sealed: Uint8Array; planted_at: Date },
): Promise<boolean> {
  const result = await within
    .insertInto('canaries')
    .values(canary)
    .onConflict((conflict) => conflict.columns(['workspace_id', 'name']).doNothing())
    .executeTakeFirst();
  return result.numInsertedOrUpdatedRows === 1n;
}

export async function selectId(within: Within, name: string): Promise<string | null> {
  const row = await within.selectFrom('canaries').select('id').where('name', '=', name).executeTakeFirst();
  return row?.id ?? null;
}

export async function deleteCanary(within: Within, id: string): Promise<void> {
  await within.deleteFrom('canaries').where('id', '=', id).execute();
}

export async function countFinding(within: Within, id: string, at: Date): Promise<void> {
  await within
    .updateTable('canaries')
    .set({ found_count: sql<number>`found_count + 1`, found_at: at })
    .where('id', '=', id)
    .execute();
}
