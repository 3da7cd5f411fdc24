import { execFile } from 'node:child_process';
import { chmod, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Under which user PostgreSQL runs; it refuses to run as root.
 * `prefix` goes before the program, `ids` into spawn, `owner` is who must own its folder.
 */
export type RunAs = {
  readonly prefix: readonly string[];
  readonly ids: { uid?: number; gid?: number };
  readonly owner: { uid: number; gid: number } | null;
};

const SYSTEM_USER = 'strongroom-db';
const NOBODY = '65534';

/**
 * Not root: as ourselves. Root: as a system user of its own, where that user can reach the folder and the programs;
 * else inside a user namespace in which our own user has another name (then it can reach what root can, without
 * root's capabilities), for example in a folder made by `mktemp -d`.
 */
export async function chooseRunAs(folder: string, program: string): Promise<RunAs> {
  if (process.getuid?.() !== 0) return { prefix: [], ids: {}, owner: null };
  const user = await systemUser();
  if (user !== null && (await reachable(program)) && (await makeReachable(folder))) {
    return { prefix: [], ids: user, owner: user };
  }
  const prefix = ['unshare', '--user', `--map-user=${NOBODY}`, `--map-group=${NOBODY}`, '--'];
  try {
    await run(prefix[0] as string, [...prefix.slice(1), 'true']);
  } catch {
    throw new Error(
      `PostgreSQL can't run as root here: let other users pass through ${dirname(folder)} (chmod o+x), or start as an ordinary user`,
    );
  }
  return { prefix, ids: {}, owner: null };
}

async function systemUser(): Promise<{ uid: number; gid: number } | null> {
  try {
    await run('id', ['-u', SYSTEM_USER]);
  } catch {
    try {
      await run('useradd', [
        '--system',
        '--user-group',
        '--no-create-home',
        '--home-dir',
        '/nonexistent',
        '--shell',
        '/usr/sbin/nologin',
        SYSTEM_USER,
      ]);
    } catch {
      // Another start may have created it in the same moment; the next lines tell.
    }
  }
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', SYSTEM_USER]), run('id', ['-g', SYSTEM_USER])]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    return null;
  }
}

/** Whether every user may pass through each folder above `path`. */
async function reachable(path: string): Promise<boolean> {
  for (let at = dirname(path); ; at = dirname(at)) {
    if (((await stat(at)).mode & 0o001) === 0) return false;
    if (at === dirname(at)) return true;
  }
}

/** Lets others pass through (not read) the folder right above, which is the product's own; never further up. */
async function makeReachable(folder: string): Promise<boolean> {
  const parent = dirname(folder);
  if (!(await reachable(parent))) return false;
  const { mode } = await stat(parent);
  if ((mode & 0o001) === 0) await chmod(parent, (mode & 0o777) | 0o011);
  return true;
}
