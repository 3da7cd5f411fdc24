import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type TemporaryFolder = AsyncDisposable & { readonly path: string };

/** A new folder that only we may enter, removed with all it holds at the end of the `await using` block. */
export async function temporaryFolder(purpose = 'test'): Promise<TemporaryFolder> {
  const path = await mkdtemp(join(tmpdir(), `strongroom-${purpose}-`));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true, maxRetries: 3 }) };
}
