import { openAsBlob } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import type { FilePreview, Source } from '@strongroom/protocol';
import { CommandFailure, WrongUsage } from '../../failure.ts';
import type { Session } from '../../session.ts';
import type { Terminal } from '../../terminal.ts';
import { showSource } from './show.ts';

/** Uploads the bytes as they are read, shows the columns found, and makes a source of them once the headers are confirmed. */
export async function addFile(
  session: Session,
  name: string,
  path: string,
  options: { header?: boolean },
): Promise<void> {
  const { server, terminal } = session;
  const file = await openFile(resolve(session.settings.startFolder, path), path);
  const preview = await server.call<FilePreview>('POST', 'files', {
    raw: file,
    headers: { 'content-type': 'application/octet-stream', 'x-file-name': encodeURIComponent(basename(path)) },
  });
  const header = preview.headerGuess === null ? undefined : await confirmHeader(terminal, preview, options.header);
  const body = { name, upload: preview.upload, ...(header === undefined ? {} : { header }) };
  const source = await server.call<Source>('POST', 'sources:confirm-file', { body });
  if (terminal.json) return terminal.printJson(source);
  // The person was shown them when asked; without a header line the names would be values.
  if (header !== false && !(terminal.interactive && options.header === undefined)) showColumns(terminal, preview);
  showSource(terminal, source);
}

async function openFile(path: string, asTyped: string): Promise<Blob> {
  try {
    if ((await stat(path)).isFile()) return await openAsBlob(path);
  } catch {
    throw new CommandFailure('cli/no_file', `\`${asTyped}\` can't be read`);
  }
  throw new CommandFailure('cli/no_file', `\`${asTyped}\` is not a file`);
}

/** Without a header line the first row's values would become names, so a person says which it is. */
async function confirmHeader(terminal: Terminal, preview: FilePreview, said: boolean | undefined): Promise<boolean> {
  if (said !== undefined) return said;
  if (terminal.interactive) {
    showColumns(terminal, preview);
    return terminal.confirm('Is the first line of the file a line of column names?', preview.headerGuess === true);
  }
  const columns = preview.columns.map(({ name }) => name).join(', ');
  throw new WrongUsage(
    `say --header if the first line holds the column names, else --no-header; as names it would give: ${columns}`,
  );
}

function showColumns(terminal: Terminal, preview: FilePreview): void {
  terminal.table(
    [{ title: 'column' }, { title: 'type' }],
    preview.columns.map(({ name, type }) => [name, type]),
  );
  terminal.line();
}
