import { open, rename, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CommandFailure } from './failure.ts';
import type { Session } from './session.ts';

/** Writes an answer to a file that only its owner may read; an older file of that name stays until the new one is whole. */
export async function writeDownload(
  { server, settings }: Session,
  { path, accept, file }: { path: string; accept: string; file: string },
): Promise<{ readonly file: string; readonly sizeBytes: number }> {
  const target = resolve(settings.startFolder, file);
  const aside = `${target}.${process.pid}.part`;
  const response = await server.open('GET', path, { headers: { accept } });
  const sizeBytes = await write(aside, response.body ?? []).catch(async (error: unknown) => {
    await rm(aside, { force: true });
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'the server ended';
    throw new CommandFailure('cli/export_failed', `\`${file}\` could not be written (${code})`);
  });
  await rename(aside, target);
  return { file: target, sizeBytes };
}

async function write(path: string, chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<number> {
  const handle = await open(path, 'wx', 0o600);
  try {
    let sizeBytes = 0;
    for await (const chunk of chunks) sizeBytes += (await handle.write(chunk)).bytesWritten;
    return sizeBytes;
  } finally {
    await handle.close();
  }
}
