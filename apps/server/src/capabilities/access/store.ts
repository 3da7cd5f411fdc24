import type { Expression, ExpressionBuilder, Generated, SqlBool } from 'kysely';
import type { Asker } from '#contracts';
import type { Reading, Tables, Transaction } from '#platform/database';

export const subjectKinds = ['everyone', 'person', 'team'] as const;
export type SubjectKind = (typeof subjectKinds)[number];
export type Subject = { readonly kind: SubjectKind; readonly id: string };

type SourceGrantsTable = {
  workspace_id: string;
  source_id: string;
  subject_kind: SubjectKind;
  subject_id: string;
  granted_by: string | null;
  granted_at: Generated<Date>;
};

declare module '#platform/database' {
  interface Tables {
    source_grants: SourceGrantsTable;
  }
}

/** The one place that says when a grant holds for an asker: `mayQuery` and every list use it. */
function holdsFor(asker: Asker) {
  return (grant: ExpressionBuilder<Tables, 'source_grants'>): Expression<SqlBool> =>
    grant.and([
      grant('source_grants.workspace_id', '=', asker.workspaceId),
      grant.or([
        grant('source_grants.subject_kind', '=', 'everyone'),
        grant.and([
          grant('source_grants.subject_kind', '=', 'person'),
          grant('source_grants.subject_id', '=', asker.personId),
        ]),
        ...(asker.teams.length === 0
          ? []
          : [
              grant.and([
                grant('source_grants.subject_kind', '=', 'team'),
                grant('source_grants.subject_id', 'in', [...asker.teams]),
              ]),
            ]),
      ]),
    ]);
}

export async function hasGrant(transaction: Transaction<Tables>, asker: Asker, sourceId: string): Promise<boolean> {
  const row = await transaction
    .selectFrom('source_grants')
    .select('source_id')
    .where('source_id', '=', sourceId)
    .where(holdsFor(asker))
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** The same relation as a sub-query, for lists: ids of the sources granted to the asker. */
export function grantedSources(tables: Reading, asker: Asker) {
  return tables.selectFrom('source_grants').select('source_grants.source_id').where(holdsFor(asker));
}

export async function insertGrant(
  transaction: Transaction<Tables>,
  grant: { workspaceId: string; sourceId: string; subject: Subject; grantedBy: string | null },
): Promise<void> {
  await transaction
    .insertInto('source_grants')
    .values({
      workspace_id: grant.workspaceId,
      source_id: grant.sourceId,
      subject_kind: grant.subject.kind,
      subject_id: grant.subject.id,
      granted_by: grant.grantedBy,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

export async function deleteGrant(
  transaction: Transaction<Tables>,
  workspaceId: string,
  sourceId: string,
  subject: Subject,
): Promise<void> {
  await transaction
    .deleteFrom('source_grants')
    .where('workspace_id', '=', workspaceId)
    .where('source_id', '=', sourceId)
    .where('subject_kind', '=', subject.kind)
    .where('subject_id', '=', subject.id)
    .execute();
}

export async function selectGrants(
  transaction: Transaction<Tables>,
  workspaceId: string,
  sourceId: string,
): Promise<Subject[]> {
  const rows = await transaction
    .selectFrom('source_grants')
    .select(['subject_kind', 'subject_id'])
    .where('workspace_id', '=', workspaceId)
    .where('source_id', '=', sourceId)
    .orderBy('granted_at')
    .execute();
  return rows.map((row) => ({ kind: row.subject_kind, id: row.subject_id }));
}

export async function deleteGrantsOf(
  transaction: Transaction<Tables>,
  workspaceId: string,
  by: { sourceId: string } | { subject: Subject },
): Promise<void> {
  const rows = transaction.deleteFrom('source_grants').where('workspace_id', '=', workspaceId);
  await (
    'sourceId' in by
      ? rows.where('source_id', '=', by.sourceId)
      : rows.where('subject_kind', '=', by.subject.kind).where('subject_id', '=', by.subject.id)
  ).execute();
}
