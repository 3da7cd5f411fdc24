import { type FileData, type FilePreviewed, previewFile } from '@strongroom/connectors';
import type { FilesDeps } from './deps.ts';
import { notFound } from './errors.ts';
import { readSealed, sealedPath } from './receive-file.ts';
import { findFile, type StoredFile } from './store.ts';

type Readable = Pick<StoredFile, 'id' | 'name' | 'format' | 'sizeBytes' | 'header'>;

/** The contents as a stream that decrypts, for a connector's child process; nothing is read before it is asked for. */
export function openStored(deps: FilesDeps, workspaceId: string, file: Readable): FileData {
  return {
    name: file.name,
    format: file.format,
    header: file.header,
    sizeBytes: file.sizeBytes,
    read: () => deps.vault.openFile(workspaceId, file.id, readSealed(sealedPath(deps.folder, workspaceId, file.id))),
  };
}

/** Throws `files/not_found` (404). */
export async function openById(deps: FilesDeps, workspaceId: string, fileId: string): Promise<FileData> {
  const file = await deps.database.withWorkspace(workspaceId, (transaction) => findFile(transaction, fileId));
  if (file === null || file.state !== 'kept') throw notFound();
  return openStored(deps, workspaceId, file);
}

/** Names and types of its columns, and whether the first line looks like headers; never a value. Throws `files/unreadable`. */
export async function readPreview(
  deps: FilesDeps,
  workspaceId: string,
  file: Readable,
  signal?: AbortSignal,
): Promise<FilePreviewed> {
  return previewFile(openStored(deps, workspaceId, file), {}, signal);
}
