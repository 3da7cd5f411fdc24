import { existsSync } from 'node:fs';
import { access, constants, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootFolder } from './root-folder.ts';

/** `.cache` in the repository where it holds `name` already or we may write to it, else a folder of our own. */
export async function cacheFolder(name: string): Promise<string> {
  const beside = join(rootFolder, '.cache');
  if (existsSync(join(beside, name))) return beside;
  const usable = await mkdir(beside, { recursive: true })
    .then(() => access(beside, constants.W_OK))
    .then(
      () => true,
      () => false,
    );
  const cache = usable ? beside : join(tmpdir(), `strongroom-cache-${process.getuid?.() ?? 0}`);
  await mkdir(cache, { recursive: true });
  return cache;
}
