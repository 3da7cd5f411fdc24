import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { waysOf } from './ways-of.ts';

/** Every file below `folder` that holds one of `words`, byte by byte, as `word in path`. What goes while it is looked at holds nothing. */
export async function scanFolder(folder: string, words: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const bytes = await readFile(path).catch(goneIsEmpty);
    for (const word of words)
      if (waysOf(word).some((way) => bytes.includes(way))) found.push(`${word} in ${relative(folder, path)}`);
  }
  return found;
}

/** Those of a database that runs come and go. */
function goneIsEmpty(error: unknown): Buffer {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return Buffer.alloc(0);
  throw error;
}
