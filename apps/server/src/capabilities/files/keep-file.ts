import type { Asker } from '#contracts';
import type { Tables, Transaction } from '#platform/database';
import type { FilesDeps } from './deps.ts';
import { headerUnconfirmed, uploadNotFound } from './errors.ts';
import { findFile, markKept, type StoredFile } from './store.ts';

/**
 * The asker's own upload that waits, with the header as they confirmed it.
 * INVARIANT: the first line of a csv or tsv becomes names only after a person said that it holds names.
 * Throws `files/upload_not_found` (404: also when it is somebody else's), `files/header_unconfirmed` (422).
 */
export async function findUpload(
  deps: FilesDeps,
  asker: Asker,
  uploadId: string,
  header: boolean | undefined,
): Promise<StoredFile> {
  const file = await deps.database.withWorkspace(asker.workspaceId, (transaction) => findFile(transaction, uploadId));
  const waits = file?.state === 'uploaded' && file.expiresAt !== null && file.expiresAt > deps.clock.now();
  if (file === null || !waits || file.uploadedBy !== asker.personId) throw uploadNotFound();
  const lined = file.format === 'csv' || file.format === 'tsv';
  if (lined && header === undefined) throw headerUnconfirmed();
  return { ...file, header: lined ? (header ?? null) : null };
}

/** Keeps an upload for good, inside the transaction that makes a source of it. Throws `files/upload_not_found`. */
export async function keepFile(transaction: Transaction<Tables>, file: StoredFile): Promise<void> {
  if (!(await markKept(transaction, file.id, file.header))) throw uploadNotFound();
}
