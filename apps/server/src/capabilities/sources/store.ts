import type { Asker } from '#contracts';
import { governing, grantedSources } from '#access';
import type { Database, Reading, Tables, Transaction } from '#platform/database';

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
  /** Another whenever its schema was read; what is remembered of a schema is good for one. */
  schema_version: string;
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

/** What the asker may query: their own, and what is granted to them. */
function queryable(tables: Reading, asker: Asker) {
  return tables
    .selectFrom('sources')
    .where((source) =>
      source.or([source('owner_id', '=', asker.personId), source('id', 'in', grantedSources(tables, asker))]),
    );
}

/** By name. */
export async function listQueryable(transaction: Tx, asker: Asker): Promise<SourcesTable[]> {
  return queryable(transaction, asker).selectAll().orderBy('name').execute();
}

/** A source that may be queried, with what governs it. */
export type GovernedSource = Pick<SourcesTable, 'workspace_id' | 'id' | 'name' | 'kind' | 'schema_version'> & {
  readonly policy_id: string | null;
  readonly policy_sealed: Buffer | null;
  readonly run_sql: boolean;
};

/** By name; `name` narrows to one, and there is none for what is hidden or unknown. One round trip, outside any transaction of the caller's. */
export async function findGoverned(database: Database, asker: Asker, name?: string): Promise<GovernedSource[]> {
  return database.readInWorkspace(asker.workspaceId, (tables) => {
    const sources = queryable(tables, asker)
      .select(['workspace_id', 'id', 'name', 'kind', 'schema_version'])
      .select([
        governing.policyId.as('policy_id'),
        governing.policySealed.as('policy_sealed'),
        governing.runSql.as('run_sql'),
      ])
      .orderBy('name');
    return name === undefined ? sources : sources.where('name', '=', name);
  });
}

export async function listAll(transaction: Tx): Promise<SourcesTable[]> {
  return transaction.selectFrom('sources').selectAll().orderBy('name').execute();
}

/** False when the source has been removed meanwhile. */
export async function markRefreshed(
  transaction: Tx,
  id: string,
  found: { warnings: string[]; tables: number; at: Date; schemaVersion: string },
): Promise<boolean> {
  const result = await transaction
    .updateTable('sources')
    .set({
      status: 'ready',
      warnings: found.warnings,
      table_count: found.tables,
      refreshed_at: found.at,
      schema_version: found.schemaVersion,
    })
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
