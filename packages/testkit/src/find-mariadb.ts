import { execFile } from 'node:child_process';
import { existsSync, writeSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from './cache-folder.ts';

const run = promisify(execFile);

/** `share`: the folder of the messages, character sets and the SQL that makes the system tables. */
export type MariadbPrograms = {
  readonly server: string;
  readonly share: string;
  readonly environment: Readonly<Record<string, string>>;
};

const PACKAGE = 'mariadb-server-core';
/** Those of the machine's own loader must stay the machine's own. */
const LIBRARY = /^\|?Depends: (lib(?!c6|gcc|stdc)\S+)$/;
let found: Promise<MariadbPrograms | null> | null = null;

/**
 * The system's MariaDB, else Debian's packages unpacked once into the cache, which needs no root. null, with one clear
 * line, where it can't be had: `test.skipIf((await findMariadb()) === null)`. Throws `Error` for that in CI, which brings it.
 */
export function findMariadb(): Promise<MariadbPrograms | null> {
  found ??= find();
  return found;
}

async function find(): Promise<MariadbPrograms | null> {
  const system = programsIn('', {});
  if (system !== null) return system;
  const problem = await unpacked().then(
    (folder) => folder,
    (error: NodeJS.ErrnoException) => error,
  );
  const programs =
    typeof problem === 'string'
      ? programsIn(problem, { LD_LIBRARY_PATH: (await libraryFolders(problem)).join(delimiter) })
      : null;
  if (programs !== null) return programs;
  const line = `no MariaDB here, and Debian's package ${PACKAGE} can't be fetched`;
  if (process.env['CI'] === 'true') throw new Error(line);
  writeSync(2, `skipped: ${line}\n`);
  return null;
}

function programsIn(root: string, environment: Record<string, string>): MariadbPrograms | null {
  const folders = root === '' ? (process.env['PATH'] ?? '').split(delimiter) : [];
  const server = [...folders, `${root}/usr/sbin`, `${root}/usr/local/bin`]
    .map((folder) => join(folder, 'mariadbd'))
    .find((path) => existsSync(path));
  const share = ['/usr/share/mysql', '/usr/share/mariadb', '/usr/local/share/mariadb']
    .map((folder) => `${root}${folder}`)
    .find(
      (folder) =>
        existsSync(join(folder, 'mysql_system_tables.sql')) || existsSync(join(folder, 'mariadb_system_tables.sql')),
    );
  return server === undefined || share === undefined ? null : { server, share, environment };
}

async function unpacked(): Promise<string> {
  const { stdout: wanted } = await run('apt-cache', ['depends', PACKAGE]);
  const { stdout: policy } = await run('apt-cache', ['policy', PACKAGE]);
  const version = /Candidate: (?:\d+:)?([\w.+~-]+)/.exec(policy)?.[1];
  if (version === undefined) throw new Error('no such package');
  const libraries = wanted.split('\n').flatMap((line) => LIBRARY.exec(line.trim())?.[1] ?? []);
  const folder = join(await cacheFolder(`mariadb-${version}`), `mariadb-${version}`);
  if (existsSync(folder)) return folder;

  // Built aside and renamed, so that two test files that start at once, or a killed start, leave nothing half made.
  const fresh = await mkdtemp(`${folder}-`);
  const archives = join(fresh, 'archives');
  await mkdir(archives);
  await run('apt-get', ['download', PACKAGE, ...libraries], { cwd: archives });
  for (const archive of await readdir(archives)) await run('dpkg', ['-x', join(archives, archive), fresh]);
  await rm(archives, { recursive: true });
  await rename(fresh, folder).catch(() => rm(fresh, { recursive: true, force: true }));
  return folder;
}

/** `usr/lib/x86_64-linux-gnu` and its like, whatever the machine is. */
async function libraryFolders(root: string): Promise<string[]> {
  const bases = [join(root, 'usr/lib'), join(root, 'lib')].filter((base) => existsSync(base));
  const inside = await Promise.all(bases.map(async (base) => (await readdir(base)).map((name) => join(base, name))));
  return inside.flat().filter((path) => path.endsWith('-linux-gnu'));
}
