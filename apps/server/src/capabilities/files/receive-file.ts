import { open, mkdir, rm } from 'node:fs/promises';
import { createReadStream } from 'node:fs';
import path from 'node:path';
import type { FileFormat } from '@strongroom/connectors';
import { ProblemError } from '@strongroom/protocol';
import { emptyFile, noSpace, tooLarge, uploadCut } from './errors.ts';
import { checkFirstBytes } from './format.ts';

const HEAD_BYTES = 4096;

/** Where the sealed bytes of a file are. Both ids are UUIDs of ours, so the path can't leave the folder. */
export function sealedPath(folder: string, workspaceId: string, fileId: string): string {
  return path.join(folder, workspaceId, fileId);
}

/**
 * Seals a stream onto the disk as it arrives and resolves with the plaintext's size once it is durable.
 * INVARIANT: a plaintext byte never touches the disk; memory holds two pieces of the stream at most.
 * Throws `files/too_large`, `files/empty`, `files/wrong_format`, `files/upload_cut`, `files/no_space`; then nothing is left.
 */
export async function receiveFile(options: {
  file: string;
  name: string;
  format: FileFormat;
  bytes: AsyncIterable<Uint8Array>;
  sizeBytesMax: number;
  seal: (plaintext: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>;
}): Promise<number> {
  const counted = { sizeBytes: 0 };
  await mkdir(path.dirname(options.file), { recursive: true, mode: 0o700 });
  try {
    const handle = await open(options.file, 'wx', 0o600);
    try {
      for await (const page of options.seal(checked(options, counted))) await handle.writeFile(page);
      await handle.sync();
    } finally {
      await handle.close();
    }
    return counted.sizeBytes;
  } catch (error) {
    await rm(options.file, { force: true });
    throw asProblem(error);
  }
}

/** Ciphertext from the disk. */
export function readSealed(file: string): AsyncIterable<Uint8Array> {
  return createReadStream(file, { highWaterMark: 256 * 1024 });
}

async function* checked(
  {
    name,
    format,
    bytes,
    sizeBytesMax,
  }: { name: string; format: FileFormat; bytes: AsyncIterable<Uint8Array>; sizeBytesMax: number },
  counted: { sizeBytes: number },
): AsyncGenerator<Uint8Array> {
  let head = new Uint8Array(0);
  let looked = false;
  for await (const piece of fromClient(bytes)) {
    counted.sizeBytes += piece.length;
    if (counted.sizeBytes > sizeBytesMax) throw tooLarge(sizeBytesMax);
    if (!looked) {
      head = Buffer.concat([head, piece.subarray(0, HEAD_BYTES - head.length)]);
      if (head.length >= HEAD_BYTES) {
        checkFirstBytes(name, format, head);
        looked = true;
      }
    }
    yield piece;
  }
  if (counted.sizeBytes === 0) throw emptyFile();
  if (!looked) checkFirstBytes(name, format, head);
}

async function* fromClient(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* bytes;
  } catch (error) {
    throw error instanceof ProblemError ? error : uploadCut();
  }
}

function asProblem(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  return code === 'ENOSPC' || code === 'EDQUOT' ? noSpace() : error;
}
