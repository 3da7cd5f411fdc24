// The child process: one file, one engine, no keys, no environment, no network use. Everything it reads is hostile.
import { rmdirSync } from 'node:fs';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import type { RowBytes } from '@strongroom/protocol';
import type { Answer, Command } from './messages.ts';
import { BYTES_FRAME, JSON_FRAME, type Frame, readFrames, writeFrame, writeJson } from './frames.ts';
import { FileProblem, classifyLoadError, classifyQueryError } from './classify.ts';
import { loadFile } from './load-file.ts';
import { openMemoryFile } from './memory-file.ts';
import { runQuery } from './run-query.ts';

const FIRST_LINE_BYTES = 64 * 1024;
const CONFIGURATION = {
  threads: '1',
  temp_directory: '',
  autoinstall_known_extensions: 'false',
  autoload_known_extensions: 'false',
  allow_community_extensions: 'false',
  allow_persistent_secrets: 'false',
};
// INVARIANT: these run after the file is loaded and before the first text that an asker had a hand in.
const LOCK_DOWN = [
  "set TimeZone = 'UTC'",
  "set disabled_filesystems = 'LocalFileSystem'",
  'set enable_external_access = false',
  'set lock_configuration = true',
];

const answer = (value: Answer) => writeJson(process.stdout, value);

async function open(
  command: Command & { type: 'open' },
  frames: AsyncGenerator<Frame>,
): Promise<DuckDBConnection | null> {
  try {
    const { memoryBytes, ...file } = command;
    const { path, firstLine, close } = await receiveFile(frames, command.format !== 'parquet');
    const instance = await DuckDBInstance.create(':memory:', {
      ...CONFIGURATION,
      memory_limit: `${Math.floor(memoryBytes / 2 ** 20)}MiB`,
    });
    const connection = await instance.connect();
    const loaded = await loadFile(connection, { ...file, path, firstLine });
    close();
    for (const setting of LOCK_DOWN) await connection.run(setting);
    await answer({ type: 'opened', ...loaded });
    return connection;
  } catch (error) {
    await answer({ type: 'problem', ...classifyLoadError(error) });
    return null;
  }
}

async function receiveFile(frames: AsyncGenerator<Frame>, isText: boolean) {
  const file = openMemoryFile();
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let first = Buffer.alloc(0);
  let size = 0;
  for (;;) {
    const { value: frame, done } = await frames.next();
    if (done === true) throw new FileProblem('broken');
    if (frame.kind === JSON_FRAME) break;
    if (isText) checkText(decoder, frame.payload, true);
    if (first.length < FIRST_LINE_BYTES) first = Buffer.concat([first, frame.payload.subarray(0, FIRST_LINE_BYTES)]);
    size += frame.payload.length;
    file.write(frame.payload);
  }
  if (isText) checkText(decoder, Buffer.alloc(0), false);
  if (size === 0) throw new FileProblem('empty');
  return {
    path: file.path,
    close: file.close,
    firstLine:
      first
        .toString('utf8')
        .replace(/^\ufeff/, '')
        .split(/\r?\n/, 1)[0] ?? '',
  };
}

function checkText(decoder: InstanceType<typeof TextDecoder>, bytes: Buffer, stream: boolean): void {
  if (bytes.includes(0)) throw new FileProblem('not_utf8');
  try {
    decoder.decode(bytes, { stream });
  } catch {
    throw new FileProblem('not_utf8');
  }
}

async function run(connection: DuckDBConnection, command: Command & { type: 'run' }): Promise<void> {
  try {
    const rows = (bytes: RowBytes) => writeFrame(process.stdout, BYTES_FRAME, bytes);
    const { completed, end } = await runQuery(connection, command, {
      columns: (columns) => answer({ type: 'columns', columns }),
      rows,
    });
    // The completion goes first: a reader may leave at the end mark, and must not look as if it left early.
    await answer(completed);
    await rows(end);
  } catch (error) {
    await answer({ type: 'problem', problem: classifyQueryError(error), line: null });
  }
}

const frames = readFrames(process.stdin);
let connection: DuckDBConnection | null = null;
for (;;) {
  const { value: frame, done } = await frames.next();
  if (done === true) break;
  if (frame.kind !== JSON_FRAME) continue;
  const command = JSON.parse(frame.payload.toString('utf8')) as Command;
  if (command.type === 'open') connection = await open(command, frames);
  else if (command.type === 'run' && connection !== null) await run(connection, command);
}

// Our input ended without our being killed: whoever started us is gone and can't remove the folder.
try {
  rmdirSync(process.cwd());
} catch {
  // Removed already.
}
