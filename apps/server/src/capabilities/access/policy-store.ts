import { type ColumnType, type Generated, sql } from 'kysely';
import type { Tables, Transaction } from '#platform/database';

declare module '#platform/database' {
  interface Tables {
    source_policies: {
      workspace_id: string;
      source_id: string;
      id: string;
      sealed: ColumnType<Buffer, Uint8Array, Uint8Array>;
      applied_by: string | null;
      applied_at: Generated<Date>;
    };
  }
}

/** `id`: of this version, and of the object of the vault it is sealed under. */
export type PolicyRow = { readonly id: string; readonly sealed: Buffer };

/**
 * For reads of `sources`, as columns of theirs, so that whether a source may be queried and what of it may be seen is of one moment.
 * `runSql`: see `selectRunSql`.
 */
export const governing = {
  policyId: sql<string | null>`(select id from source_policies where source_policies.source_id = sources.id)`,
  policySealed: sql<Buffer | null>`(select sealed from source_policies where source_policies.source_id = sources.id)`,
  runSql: sql<boolean>`coalesce((select run_sql from access_settings), true)`,
};

export async function selectPolicies(
  within: Transaction<Tables>,
  sourceIds: readonly string[],
): Promise<ReadonlyMap<string, PolicyRow>> {
  if (sourceIds.length === 0) return new Map();
  const rows = await within
    .selectFrom('source_policies')
    .select(['source_id', 'id', 'sealed'])
    .where('source_id', 'in', [...sourceIds])
    .execute();
  return new Map(rows.map(({ source_id: sourceId, ...row }) => [sourceId, row]));
}

/** In place of the one before, whose id it resolves with; null for the first. */
export async function insertPolicy(
  within: Transaction<Tables>,
  policy: { workspace_id: string; source_id: string; id: string; sealed: Uint8Array; applied_by: string },
): Promise<string | null> {
  // Until the end of the transaction, so that of two at once the second sees the first.
  await sql`select pg_advisory_xact_lock(hashtextextended(${`policy/${policy.source_id}`}, 0))`.execute(within);
  const before = await deletePolicy(within, policy.source_id);
  await within.insertInto('source_policies').values(policy).execute();
  return before;
}

export async function deletePolicy(within: Transaction<Tables>, sourceId: string): Promise<string | null> {
  const deleted = await within
    .deleteFrom('source_policies')
    .where('source_id', '=', sourceId)
    .returning('id')
    .executeTakeFirst();
  return deleted?.id ?? null;
}
