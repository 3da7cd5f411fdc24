import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { FileData } from '@strongroom/connectors';
import type { z } from 'zod';
import type { filePreviewSchema } from '@strongroom/protocol';
import type { Asker, DataHolder } from '#contracts';
import type { Tables, Transaction } from '#platform/database';
import type { FilesDeps } from './deps.ts';
import { findUpload, keepFile } from './keep-file.ts';
import { openById, openStored } from './open-file.ts';
import { removeExpired, removeFile } from './remove-file.ts';
import type { StoredFile } from './store.ts';
import { uploadFile } from './upload-file.ts';

export type FilePreview = z.output<typeof filePreviewSchema>;
export type { StoredFile };

export type Files = {
  /** See upload-file.ts. `encodedName` is percent-encoded. */
  upload(
    asker: Asker,
    bytes: AsyncIterable<Uint8Array>,
    encodedName: string | undefined,
    signal?: AbortSignal,
  ): Promise<FilePreview>;
  /** The asker's own upload that waits, with the header as confirmed. Throws `files/upload_not_found`, `files/header_unconfirmed`. */
  findUpload(asker: Asker, uploadId: string, header: boolean | undefined): Promise<StoredFile>;
  /** Keeps it for good, inside the transaction that makes a source of it. */
  keep(transaction: Transaction<Tables>, file: StoredFile): Promise<void>;
  /** The contents as a stream that decrypts; each `read` starts from the front. */
  openStored(workspaceId: string, file: StoredFile): Promise<FileData>;
  /** The same for a kept file. Throws `files/not_found`. */
  open(workspaceId: string, fileId: string): Promise<FileData>;
  /** Destroys its key and deletes its bytes. */
  remove(workspaceId: string, fileId: string): Promise<void>;
  /** Removes uploads that nobody confirmed within an hour; resolves with how many. At a start and now and then. */
  sweep(workspaceId: string): Promise<number>;
  readonly holder: DataHolder;
  readonly sizeBytesMax: number;
};

/** One file may have 512 MB unless the root says otherwise. */
const FILE_BYTES_MAX = 512 * 1024 * 1024;

export function createFiles(options: Omit<FilesDeps, 'sizeBytesMax'> & { sizeBytesMax?: number }): Files {
  const deps: FilesDeps = { ...options, sizeBytesMax: options.sizeBytesMax ?? FILE_BYTES_MAX };
  return {
    upload: (asker, bytes, encodedName, signal) => uploadFile(deps, asker, bytes, encodedName, signal),
    findUpload: (asker, uploadId, header) => findUpload(deps, asker, uploadId, header),
    keep: keepFile,
    openStored: async (workspaceId, file) => openStored(deps, workspaceId, file),
    open: (workspaceId, fileId) => openById(deps, workspaceId, fileId),
    remove: (workspaceId, fileId) => removeFile(deps, workspaceId, fileId),
    sweep: (workspaceId) => removeExpired(deps, workspaceId),
    holder: {
      forgetWorkspace: (workspaceId) => rm(path.join(deps.folder, workspaceId), { recursive: true, force: true }),
    },
    sizeBytesMax: deps.sizeBytesMax,
  };
}

export { filesRoutes } from './routes.ts';
export { migrations } from './migrations.ts';
export { holdings } from './holdings.ts';
