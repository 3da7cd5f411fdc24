import { chmod, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { ConfigurationError } from './environment.ts';

/**
 * Makes the home folder (0700) and proves that it can be written, so that a full or read-only disk is said at once.
 * Throws `ConfigurationError` with one line.
 */
export async function prepareHome(home: string): Promise<void> {
  try {
    await makeFolders(home);
    // Passing through (x) may be open: as root the embedded database runs under a user of its own.
    const { mode } = await stat(home);
    if ((mode & 0o066) !== 0) await chmod(home, mode & 0o711);
    const probe = path.join(home, `.probe-${randomBytes(6).toString('hex')}`);
    await writeDurably(probe, Buffer.alloc(4096));
    await rm(probe);
  } catch (error) {
    throw new ConfigurationError([`STRONGROOM_HOME: can't write to \`${home}\`: ${reasonOf(error)}`]);
  }
}

/** Not `mkdir`'s own recursion, which never ends where a file system refuses new folders with ENOENT, as /proc does. */
async function makeFolders(folder: string): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (error) {
    if (isError(error, 'EEXIST') && (await stat(folder)).isDirectory()) return;
    const parent = path.dirname(folder);
    if (!isError(error, 'ENOENT') || (await exists(parent))) throw error;
    await makeFolders(parent);
    await mkdir(folder, { mode: 0o700 });
  }
}

function isError(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

async function exists(folder: string): Promise<boolean> {
  return stat(folder).then(
    () => true,
    () => false,
  );
}

/** Writes a file only its owner can read, whole or not at all: temporary file, flush, rename. */
export async function writePrivateFile(file: string, contents: string): Promise<void> {
  const temporary = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    await writeDurably(temporary, Buffer.from(contents));
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

async function writeDurably(file: string, contents: Buffer): Promise<void> {
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(contents);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

const REASONS: Readonly<Record<string, string>> = {
  EROFS: 'the disk is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ENOTDIR: 'a part of the path is not a folder',
  ENOENT: 'no folder can be made there',
  EEXIST: 'it is not a folder',
};

/** One clause a person understands for an error of the file system. */
export function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
  return code === null ? 'unexpected error' : (REASONS[code] ?? code);
}
