import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

type Manifest = Record<string, { file: string; isEntry?: boolean; imports?: string[]; dynamicImports?: string[] }>;

export const FIRST_LOAD_BYTES_MAX = 400_000;

/**
 * Compressed bytes of the scripts that the first page needs before anything is asked: the entry, the app it starts,
 * and what these import. Scenes, the editor, charts, the grid and Arrow come later.
 */
export async function firstLoad(dist: string): Promise<{ files: string[]; gzipBytes: number }> {
  const manifest = JSON.parse(await readFile(path.join(dist, '.vite', 'manifest.json'), 'utf8')) as Manifest;
  const entry = Object.keys(manifest).find((key) => manifest[key]?.isEntry === true);
  if (entry === undefined) throw new Error('the build has no entry');
  const needed = new Set<string>();
  const visit = (key: string): void => {
    if (needed.has(key)) return;
    needed.add(key);
    for (const imported of manifest[key]?.imports ?? []) visit(imported);
  };
  visit(entry);
  for (const started of manifest[entry]?.dynamicImports ?? []) visit(started);
  const files = [...needed].flatMap((key) => manifest[key]?.file ?? []).filter((file) => file.endsWith('.js'));
  const contents = await Promise.all(files.map((file) => readFile(path.join(dist, file))));
  return { files, gzipBytes: contents.reduce((sum, content) => sum + gzipSync(content, { level: 9 }).length, 0) };
}
