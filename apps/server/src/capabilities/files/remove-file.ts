import { rm } from 'node:fs/promises';
import type { FilesDeps } from './deps.ts';
import { sealedPath } from './receive-file.ts';
import { deleteFile, listExpired } from './store.ts';

/**
 * Key first, then bytes, then row: from the first step on nobody can read the file, and a removal cut short is
 * finished by the next. Removing what is gone does nothing.
 */
export async function removeFile(deps: FilesDeps, workspaceId: string, fileId: string): Promise<void> {
  await deps.vault.destroy(workspaceId, [fileId]);
  await rm(sealedPath(deps.folder, workspaceId, fileId), { force: true });
  await deps.database.withWorkspace(workspaceId, (transaction) => deleteFile(transaction, fileId));
}

/** Removes the uploads that nobody confirmed in time, those cut short included; resolves with how many. */
export async function removeExpired(deps: FilesDeps, workspaceId: string): Promise<number> {
  const expired = await deps.database.withWorkspace(workspaceId, (transaction) =>
    listExpired(transaction, deps.clock.now()),
  );
  for (const id of expired) await removeFile(deps, workspaceId, id);
  return expired.length;
}
