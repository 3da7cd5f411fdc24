import { sql } from 'kysely';
import type { ErasedKind, HeldObject } from '#contracts';
import type { Tables, Transaction } from '#platform/database';

type ErasuresTable = {
  workspace_id: string;
  id: string;
  kind: ErasedKind;
  subject_id: string;
  object_ids: string[];
  object_kinds: string[];
  requested_by: string;
  requested_at: Date;
  request_entry: string;
  due_at: Date;
  final_at: Date | null;
  end_entry: string | null;
};

declare module '#platform/database' {
  interface Tables {
    lifecycle_erasures: ErasuresTable;
  }
}

type Within = Transaction<Tables>;

export type ErasureRow = {
  readonly id: string;
  readonly kind: ErasedKind;
  readonly subjectId: string;
  readonly objects: readonly HeldObject[];
  readonly requestedBy: string;
  readonly requestedAt: Date;
  readonly requestEntry: string;
  /** When the keys' epochs are to end at the latest. */
  readonly dueAt: Date;
  readonly finalAt: Date | null;
  readonly endEntry: string | null;
};

export async function insertErasure(within: Within, workspaceId: string, erasure: ErasureRow): Promise<void> {
  await within
    .insertInto('lifecycle_erasures')
    .values({
      workspace_id: workspaceId,
      id: erasure.id,
      kind: erasure.kind,
      subject_id: erasure.subjectId,
      ...objectColumns(erasure.objects),
      requested_by: erasure.requestedBy,
      requested_at: erasure.requestedAt,
      request_entry: erasure.requestEntry,
      due_at: erasure.dueAt,
      final_at: erasure.finalAt,
      end_entry: erasure.endEntry,
    })
    .execute();
}

export async function updateObjects(within: Within, id: string, objects: readonly HeldObject[]): Promise<void> {
  await within.updateTable('lifecycle_erasures').set(objectColumns(objects)).where('id', '=', id).execute();
}

/** False when it was ended already. */
export async function updateEnd(within: Within, id: string, end: { entry: string; at: Date }): Promise<boolean> {
  const updated = await within
    .updateTable('lifecycle_erasures')
    .set({ end_entry: end.entry, final_at: end.at })
    .where('id', '=', id)
    .where('end_entry', 'is', null)
    .executeTakeFirst();
  return updated.numUpdatedRows === 1n;
}

export async function selectErasure(within: Within, id: string): Promise<ErasureRow | null> {
  const row = await within.selectFrom('lifecycle_erasures').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? null : erasureRow(row);
}

/** The newest first. */
export async function selectErasures(within: Within, rowsMax: number): Promise<ErasureRow[]> {
  const rows = await within.selectFrom('lifecycle_erasures').selectAll().orderBy('id', 'desc').limit(rowsMax).execute();
  return rows.map(erasureRow);
}

/** Not ended, the oldest first. */
export async function selectOpenErasures(within: Within): Promise<ErasureRow[]> {
  const rows = await within
    .selectFrom('lifecycle_erasures')
    .selectAll()
    .where('end_entry', 'is', null)
    .orderBy('id')
    .execute();
  return rows.map(erasureRow);
}

/** All rows of the workspace in all tables; throws when its keys are not destroyed. */
export async function dropWorkspace(within: Within): Promise<void> {
  await sql`select strongroom.lifecycle_drop_workspace()`.execute(within);
}

function objectColumns(objects: readonly HeldObject[]): Pick<ErasuresTable, 'object_ids' | 'object_kinds'> {
  return { object_ids: objects.map(({ id }) => id), object_kinds: objects.map(({ what }) => what) };
}

function erasureRow(row: ErasuresTable): ErasureRow {
  return {
    id: row.id,
    kind: row.kind,
    subjectId: row.subject_id,
    objects: row.object_ids.map((id, at) => ({ id, what: row.object_kinds[at] ?? 'object' })),
    requestedBy: row.requested_by,
    requestedAt: row.requested_at,
    requestEntry: row.request_entry,
    dueAt: row.due_at,
    finalAt: row.final_at,
    endEntry: row.end_entry,
  };
}
