import type { FilePreview } from './index.ts';
import { type Asker, randomUUIDv7 } from '#contracts';
import type { FilesDeps } from './deps.ts';
import { formatOf, parseFileName } from './format.ts';
import { readPreview } from './open-file.ts';
import { receiveFile, sealedPath } from './receive-file.ts';
import { removeFile } from './remove-file.ts';
import { insertFile, markUploaded } from './store.ts';

/** An upload nobody confirms goes after an hour. */
const UPLOAD_LIFE_MS = 60 * 60 * 1000;

/**
 * Takes a file's bytes, sealed as they come, and says what it holds: names and types of its columns, never a value.
 * `name` is the file's own, percent-encoded (attacker-controlled). Throws `files/*` 4xx; then nothing is kept.
 */
export async function uploadFile(
  deps: FilesDeps,
  asker: Asker,
  bytes: AsyncIterable<Uint8Array>,
  encodedName: string | undefined,
  signal?: AbortSignal,
): Promise<FilePreview> {
  const name = parseFileName(encodedName);
  const format = formatOf(name);
  const id = randomUUIDv7(deps.clock.now().getTime());
  const { workspaceId } = asker;
  // The row comes first: whatever happens from here on, the sweep finds what is left.
  await deps.database.withWorkspace(workspaceId, (transaction) =>
    insertFile(
      transaction,
      workspaceId,
      {
        id,
        name,
        format,
        sizeBytes: 0,
        header: null,
        state: 'receiving',
        uploadedBy: asker.personId,
        expiresAt: new Date(deps.clock.now().getTime() + UPLOAD_LIFE_MS),
      },
      deps.clock.now(),
    ),
  );
  try {
    const sizeBytes = await receiveFile({
      file: sealedPath(deps.folder, workspaceId, id),
      name,
      format,
      bytes,
      sizeBytesMax: deps.sizeBytesMax,
      seal: (plaintext) => deps.vault.sealFile(workspaceId, id, plaintext),
    });
    const { columns, table, headerGuess } = await readPreview(
      deps,
      workspaceId,
      { id, name, format, sizeBytes, header: null },
      signal,
    );
    await deps.database.withWorkspace(workspaceId, (transaction) => markUploaded(transaction, id, sizeBytes));
    return { upload: id, format, sizeBytes, table, columns, headerGuess };
  } catch (error) {
    await removeFile(deps, workspaceId, id);
    throw error;
  }
}
