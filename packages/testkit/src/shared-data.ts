import { existsSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { rootFolder } from './root-folder.ts';

const told = new Set<string>();

/**
 * Path of outside material in the folder `shared/data` beside the repository, or null, with one clear line, where it
 * is absent: `const cases = sharedData('wycheproof'); test.skipIf(cases === null)('…')`.
 */
export function sharedData(name: string): string | null {
  const path = join(rootFolder, '..', 'shared', 'data', name);
  if (existsSync(path)) return path;
  if (!told.has(name))
    writeSync(2, `skipped: the outside test data \`${name}\` is not beside the repository (../shared/data/${name})\n`);
  told.add(name);
  return null;
}
