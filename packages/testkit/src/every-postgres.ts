import { existsSync, writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Binaries, findBinaries } from '@strongroom/local-cluster';
import { rootFolder } from './root-folder.ts';

/** Those of `older-postgres/package.json`, which `npm test` installs. */
const OLDER = [12, 15];
const folder = join(rootFolder, 'packages/testkit/older-postgres');
let found: Promise<Binaries[]> | null = null;

/**
 * The PostgreSQLs that may be a source, oldest first; the last is the one that comes with us. It is alone, with one clear line, where
 * the others are not installed: `describe.each(await everyPostgres())('on PostgreSQL $version', (binaries) => startPostgres({ binaries }))`.
 * Throws `Error` for that in CI, which has them.
 */
export function everyPostgres(): Promise<Binaries[]> {
  found ??= find();
  return found;
}

async function find(): Promise<Binaries[]> {
  const missing = OLDER.filter((version) => !existsSync(join(folder, 'node_modules', `postgres-${version}`)));
  const older = OLDER.filter((version) => !missing.includes(version));
  if (missing.length > 0) {
    const isForHere = `${process.platform}-${process.arch}` === 'linux-x64';
    const line = `no PostgreSQL ${missing.join(' and ')} here; \`npm test\` installs them on Linux x64`;
    if (isForHere && process.env['CI'] === 'true') throw new Error(line);
    writeSync(2, `skipped: ${line}\n`);
  }
  return Promise.all([...older.map(binariesOf), findBinaries()]);
}

async function binariesOf(version: number): Promise<Binaries> {
  const entry = createRequire(join(folder, 'package.json')).resolve(`postgres-${version}`);
  const { postgres, initdb }: Omit<Binaries, 'version'> = await import(pathToFileURL(entry).href);
  return { postgres, initdb, version };
}
