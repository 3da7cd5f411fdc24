import type { Generated } from 'kysely';
import type { Tables, Transaction } from '#platform/database';
import type { FileFormat } from '@strongroom/connectors';

export type FilesTable = {
  workspace_id: string;
  id: string;
  name: string;
  format: FileFormat;
  /** bigint, which the driver gives as a string. */
  size_bytes: Generated<string | number>;
  header: boolean | null;
  state: 'receiving' | 'uploaded' | 'kept';
  uploaded_by: string;
  uploaded_at: Date;
  expires_at: Date | null;
};

declare module '#platform/database' {
  interface Tables {
    files: FilesTable;
  }
}

type Tx = Transaction<Tables>;

export type StoredFile = {
  readonly id: string;
  readonly name: string;
  readonly format: FileFormat;
  readonly sizeBytes: number;
  /** csv and tsv: whether the first line holds the names; null until a person has said so. */
  readonly header: boolean | null;
  readonly state: FilesTable['state'];
  readonly uploadedBy: string;
  readonly expiresAt: Date | null;
};

export async function insertFile(
  transaction: Tx,
  workspaceId: string,
  file: StoredFile,
  uploadedAt: Date,
): Promise<void> {
  await transaction
    .insertInto('files')
    .values({
      workspace_id: workspaceId,
      id: file.id,
      name: file.name,
      format: file.format,
      size_bytes: file.sizeBytes,
      header: file.header,
      state: file.state,
      uploaded_by: file.uploadedBy,
      uploaded_at: uploadedAt,
      expires_at: file.expiresAt,
    })
    .execute();
}

export async function markUploaded(transaction: Tx, id: string, sizeBytes: number): Promise<void> {
  await transaction
    .updateTable('files')
    .set({ state: 'uploaded', size_bytes: sizeBytes })
    .where('id', '=', id)
    .execute();
}

/** False when the file is no longer there to be kept. */
export async function markKept(transaction: Tx, id: string, header: boolean | null): Promise<boolean> {
  const result = await transaction
    .updateTable('files')
    .set({ state: 'kept', header, expires_at: null })
    .where('id', '=', id)
    .where('state', '=', 'uploaded')
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

export async function findFile(transaction: Tx, id: string): Promise<StoredFile | null> {
  const row = await transaction.selectFrom('files').selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined) return null;
  return {
    id: row.id,
    name: row.name,
    format: row.format,
    sizeBytes: Number(row.size_bytes),
    header: row.header,
    state: row.state,
    uploadedBy: row.uploaded_by,
    expiresAt: row.expires_at,
  };
}

export async function listExpired(transaction: Tx, now: Date): Promise<string[]> {
  const rows = await transaction.selectFrom('files').select('id').where('expires_at', '<', now).execute();
  return rows.map((row) => row.id);
}

export async function deleteFile(transaction: Tx, id: string): Promise<void> {
  await transaction.deleteFrom('files').where('id', '=', id).execute();
}
