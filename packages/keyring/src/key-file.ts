import { randomBytes, type KeyObject } from 'node:crypto';
import { constants } from 'node:fs';
import { link, mkdir, open, readdir, rename, unlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, keyFileDamaged, keyFileExposed, keyUnavailable } from './errors.ts';
import { formatKeyFile, keyFileSizeBytesMax, parseKeyFile, type KeyFile } from './key-file-format.ts';
import { withLockFile } from './with-lock-file.ts';
import { newKey } from './wrap-key.ts';

const fileName = 'root.key';
const lockName = '.root.key.lock';
const unfinishedPattern = /^\.root\.key\.[0-9a-f]{16}\.new$/;
/** A reader is overtaken by one rewrite at a time, so that this many in a row do not happen. */
const readsMax = 100;

/**
 * The secret that passwords of our own clusters come from. Makes `root.key` (mode 0600) at the first start, and never another.
 * Durable when it resolves: file and folder are flushed. Two first starts at once end with the same file.
 * Throws `vault/key_file_exposed` when others may read or write the file, `vault/key_file_damaged` when it is no key file.
 */
export async function loadClusterSecret(folder: string): Promise<KeyObject> {
  const found = await readKeyFile(folder);
  if (found !== null) return found.cluster;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return withLockFile(join(folder, lockName), async () => {
    const madeMeanwhile = await readKeyFile(folder);
    if (madeMeanwhile !== null) return madeMeanwhile.cluster;
    const first: KeyFile = { cluster: newKey(), roots: new Map([[1, newKey()]]), epochs: new Map() };
    const written = await writeBeside(folder, first);
    // A link fails where a rename would replace a file that somebody just put back.
    try {
      await link(written, join(folder, fileName));
    } finally {
      await unlink(written);
    }
    await flushFolder(folder);
    return first.cluster;
  });
}

/** null when there is no key file. Throws like `loadClusterSecret`. */
export async function readKeyFile(folder: string): Promise<KeyFile | null> {
  for (let reads = 1; ; reads += 1) {
    const file = await openKeyFile(folder);
    if (file === null) return null;
    try {
      return await readOpened(file);
    } catch (error) {
      // A rewrite replaced the file after we had opened it, and overwrites what it replaced: the new one is whole.
      const replaced = (await file.stat()).nlink === 0;
      if (!replaced || reads === readsMax) throw error;
    } finally {
      await file.close();
    }
  }
}

/**
 * Replaces the file by what `change` makes of it, one change at a time among all processes that use the folder; null changes nothing.
 * Durable when it resolves: the new file and its folder are flushed, and what was replaced is overwritten as far as the disk lets us.
 * Throws `vault/key_unavailable` without a key file, and like `loadClusterSecret`.
 */
export async function changeKeyFile(folder: string, change: (file: KeyFile) => KeyFile | null): Promise<void> {
  await withLockFile(join(folder, lockName), async () => {
    const current = await readKeyFile(folder);
    if (current === null) throw keyUnavailable('the key file is not there');
    const next = change(current);
    if (next === null) return;
    await removeUnfinished(folder);
    const written = await writeBeside(folder, next);
    const path = join(folder, fileName);
    const old = await open(path, constants.O_WRONLY | constants.O_NOFOLLOW).catch(() => null);
    try {
      await rename(written, path);
      await flushFolder(folder);
      if (old !== null) await overwrite(old).catch(() => undefined);
    } finally {
      await old?.close();
    }
  });
}

/** A symbolic link could lead to a file whose folder others can write; a pipe would keep whoever opens it waiting. */
async function openKeyFile(folder: string): Promise<FileHandle | null> {
  return open(join(folder, fileName), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(
    (error: unknown) => {
      if (codeOf(error) === 'ENOENT') return null;
      if (codeOf(error) === 'ELOOP') throw keyFileDamaged('it is a symbolic link');
      throw error;
    },
  );
}

async function readOpened(file: FileHandle): Promise<KeyFile> {
  const status = await file.stat();
  if (!status.isFile()) throw keyFileDamaged('it is not a file');
  // Windows has no such bits; its folders are private by their access lists.
  if (process.platform !== 'win32' && (status.mode & 0o077) !== 0) throw keyFileExposed(status.mode);
  if (status.size > keyFileSizeBytesMax) throw keyFileDamaged(`it is larger than ${keyFileSizeBytesMax} bytes`);
  const bytes = Buffer.alloc(status.size);
  let size = 0;
  while (size < bytes.length) {
    const { bytesRead } = await file.read(bytes, size, bytes.length - size, size);
    if (bytesRead === 0) break;
    size += bytesRead;
  }
  try {
    return parseKeyFile(bytes.subarray(0, size));
  } finally {
    bytes.fill(0);
  }
}

/** A new file beside the key file, flushed; returns its path. Throws `vault/key_unavailable` when it would be too large to read. */
async function writeBeside(folder: string, contents: KeyFile): Promise<string> {
  const bytes = formatKeyFile(contents);
  if (bytes.length > keyFileSizeBytesMax)
    throw keyUnavailable(`the key file would be larger than ${keyFileSizeBytesMax} bytes`);
  const path = join(folder, `.${fileName}.${randomBytes(8).toString('hex')}.new`);
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } catch (error) {
    await unlink(path);
    throw error;
  } finally {
    bytes.fill(0);
    await file.close();
  }
  return path;
}

/** What a rewrite that was killed left behind holds keys. Only under the lock, where nobody else's is under way. */
async function removeUnfinished(folder: string): Promise<void> {
  for (const name of (await readdir(folder)).filter((entry) => unfinishedPattern.test(entry))) {
    const path = join(folder, name);
    const file = await open(path, constants.O_WRONLY | constants.O_NOFOLLOW);
    try {
      await overwrite(file);
    } finally {
      await file.close();
    }
    await unlink(path);
  }
}

/** Zeros in place of the keys. File systems that copy on write and disks that move blocks may keep the old ones. */
async function overwrite(file: FileHandle): Promise<void> {
  const { size } = await file.stat();
  await file.write(Buffer.alloc(size), 0, size, 0);
  await file.sync();
}

async function flushFolder(folder: string): Promise<void> {
  const directory = await open(folder, constants.O_RDONLY);
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
