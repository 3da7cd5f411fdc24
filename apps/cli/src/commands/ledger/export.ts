import { open, rename, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CommandFailure, WrongUsage } from '../../failure.ts';
import type { Session } from '../../session.ts';
import { plainLine } from '../../plain-text.ts';
import { type LedgerFilter, queryOf } from './filter.ts';

/**
 * Writes the verifiable export, or with `plain` the entries that the filter finds, a line of JSON each, to a file that only
 * its owner may read; an older file of that name stays until the new one is whole.
 */
export async function exportTo(
  { server, terminal, settings }: Session,
  file: string,
  { plain = false, ...filter }: LedgerFilter & { plain?: boolean },
): Promise<void> {
  const query = queryOf(filter);
  if (!plain && query !== '') throw new WrongUsage('only --plain can leave entries out: nobody could verify the rest');
  const path = resolve(settings.startFolder, file);
  const aside = `${path}.${process.pid}.part`;
  const response = await server.open('GET', plain ? `ledger/export-plain${query}` : 'ledger/export', {
    headers: { accept: 'application/x-ndjson' },
  });
  const sizeBytes = await write(aside, response.body ?? []).catch(async (error: unknown) => {
    await rm(aside, { force: true });
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'the server ended';
    throw new CommandFailure('cli/export_failed', `\`${file}\` could not be written (${code})`);
  });
  await rename(aside, path);
  if (terminal.json) return terminal.printJson({ file: path, sizeBytes });
  terminal.line(`Wrote ${plainLine(file)} (${sizeBytes} bytes)`);
  if (!plain) terminal.aside(`strongroom verify ledger ${plainLine(file)} checks it anywhere`);
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
