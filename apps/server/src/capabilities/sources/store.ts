import type { Asker } from '#contracts';
import { grantedSources } from '#access';
import type { Tables, Transaction } from '#platform/database';

type Tx = Transaction<Tables>;

export type SourcesTable = {
  workspace_id: string;
  id: string;
  name: string;
  kind: 'postgres' | 'mariadb' | 'file';
  owner_id: string;
  location: string;
  status: 'ready' | 'unavailable';
  warnings: string[];
  table_count: number;
  /** The address with its credentials, sealed; null for files. */
  sealed_address: Buffer | null;
  file_id: string | null;
  is_sample: boolean;
  created_at: Date;
  refreshed_at: Date | null;
};

declare module '#platform/database' {
  interface Tables {
    sources: SourcesTable;
    sources_sample: { workspace_id: string; offered_at: Date };
  }
}

export async function insertSource(transaction: Tx, source: SourcesTable): Promise<void> {
  await transaction.insertInto('sources').values(source).execute();
}

export async function nameExists(transaction: Tx, name: string): Promise<boolean> {
  return (
    (await transaction.selectFrom('sources').select('id').where('name', '=', name).executeTakeFirst()) !== undefined
  );
}

export async function findByName(transaction: Tx, name: string): Promise<SourcesTable | null> {
  return (await transaction.selectFrom('sources').selectAll().where('name', '=', name).executeTakeFirst()) ?? null;
}

export async function findById(transaction: Tx, id: string): Promise<SourcesTable | null> {
  return (await transaction.selectFrom('sources').selectAll().where('id', '=', id).executeTakeFirst()) ?? null;
}

/** What the asker may query, by name: their own, and what is granted to them. `name` narrows to one. */
export async function listQueryable(transaction: Tx, asker: Asker, name?: string): Promise<SourcesTable[]> {
  const sources = transaction
    .selectFrom('sources')
    .selectAll()
    .where((source) =>
      source.or([source('owner_id', '=', asker.personId), source('id', 'in', grantedSources(transaction, asker))]),
    )
    .orderBy('name');
  return (name === undefined ? sources : sources.where('name', '=', name)).execute();
}

export async function listAll(transaction: Tx): Promise<SourcesTable[]> {
  return transaction.selectFrom('sources').selectAll().orderBy('name').execute();
}

/** False when the source has been removed meanwhile. */
export async function markRefreshed(
  transaction: Tx,
  id: string,
  found: { warnings: string[]; tables: number; at: Date },
): Promise<boolean> {
  const result = await transaction
    .updateTable('sources')
    .set({ status: 'ready', warnings: found.warnings, table_count: found.tables, refreshed_at: found.at })
    .where('id', '=', id)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

export async function markUnavailable(transaction: Tx, id: string): Promise<void> {
  await transaction.updateTable('sources').set({ status: 'unavailable' }).where('id', '=', id).execute();
}

/** The catalog's rows of the source go with it (`on delete cascade`). */
export async function deleteSource(transaction: Tx, id: string): Promise<void> {
  await transaction.deleteFrom('sources').where('id', '=', id).execute();
}

export async function markSampleOffered(transaction: Tx, workspaceId: string, at: Date): Promise<void> {
  await transaction
    .insertInto('sources_sample')
    .values({ workspace_id: workspaceId, offered_at: at })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

export async function sampleOffered(transaction: Tx): Promise<boolean> {
  return (await transaction.selectFrom('sources_sample').select('offered_at').executeTakeFirst()) !== undefined;
}
