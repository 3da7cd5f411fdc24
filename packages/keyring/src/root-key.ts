import { createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import { constants } from 'node:fs';
import { link, mkdir, open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { keyFileDamaged, keyFileExposed } from './errors.ts';

const fileName = 'root.key';
const sizeBytes = 32;

/**
 * The root key of an installation: 32 random bytes in `root.key`, mode 0600, made at the first start.
 * Durable when it resolves: file and folder are flushed. Two first starts at once end with the same key.
 * Throws `vault/key_file_exposed` when others may read or write the file, `vault/key_file_damaged` when it is no key.
 */
export async function loadRootKey(folder: string): Promise<KeyObject> {
  const found = await readRootKey(folder);
  if (found !== null) return found;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeOnce(folder, randomBytes(sizeBytes));
  const written = await readRootKey(folder);
  if (written === null) throw keyFileDamaged('it vanished while it was made');
  return written;
}

/** null when there is no key file. Throws like `loadRootKey`. */
export async function readRootKey(folder: string): Promise<KeyObject | null> {
  // A symbolic link could lead to a file whose folder others can write.
  const file = await open(join(folder, fileName), constants.O_RDONLY | constants.O_NOFOLLOW).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return null;
    if (codeOf(error) === 'ELOOP') throw keyFileDamaged('it is a symbolic link');
    throw error;
  });
  if (file === null) return null;
  try {
    const { mode, size } = await file.stat();
    // Windows has no such bits; its folders are private by their access lists.
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) throw keyFileExposed(mode);
    if (size !== sizeBytes) throw keyFileDamaged(`it holds ${size} bytes, not ${sizeBytes}`);
    return createSecretKey(await file.readFile());
  } finally {
    await file.close();
  }
}

/** Atomic and never over an existing key: a hard link fails when the name is taken, a rename would replace it. */
async function writeOnce(folder: string, bytes: Uint8Array): Promise<void> {
  const temporary = join(folder, `.${fileName}.${randomBytes(8).toString('hex')}`);
  const file = await open(temporary, 'wx', 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    await link(temporary, join(folder, fileName));
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  } finally {
    await unlink(temporary);
  }
  const directory = await open(folder, constants.O_RDONLY);
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}
