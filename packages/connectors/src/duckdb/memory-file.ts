import { closeSync, constants, ftruncateSync, openSync, statfsSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';

// linux/fcntl.h: not among Node's constants.
const O_TMPFILE = 0o20000000 | (constants.O_DIRECTORY ?? 0);
const TMPFS_MAGIC = 0x0102_1994;
const RAMFS_MAGIC = 0x8584_58f6;

export class NoMemoryFileError extends Error {}
export class MemoryFileFullError extends Error {}

export type MemoryFile = { readonly path: string; write(bytes: Uint8Array): void; close(): void };

/**
 * A file that has no name and lives in memory.
 * INVARIANT: the bytes of an uploaded file are never written to a file system that is on a disk.
 */
export function openMemoryFile(): MemoryFile {
  const fd = [`/dev/shm`, `/run/user/${process.getuid?.() ?? 0}`, '/run', tmpdir()].reduce(
    (found, folder) => (found >= 0 ? found : tryOpen(folder)),
    -1,
  );
  if (fd < 0) throw new NoMemoryFileError();
  return {
    path: `/proc/self/fd/${fd}`,
    write(bytes) {
      try {
        for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at, bytes.length - at);
      } catch {
        throw new MemoryFileFullError();
      }
    },
    close() {
      ftruncateSync(fd, 0);
      closeSync(fd);
    },
  };
}

function tryOpen(folder: string): number {
  try {
    const { type } = statfsSync(folder);
    if (type !== TMPFS_MAGIC && type !== RAMFS_MAGIC) return -1;
    return openSync(folder, O_TMPFILE | constants.O_RDWR, 0o600);
  } catch {
    return -1;
  }
}
