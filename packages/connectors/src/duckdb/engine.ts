import type { ProblemError } from '@strongroom/protocol';
import {
  cancelled,
  denied,
  failed,
  fileTooLarge,
  noMemoryFile,
  permission,
  resource,
  timedOut,
  type as typeProblem,
  unreadable,
} from '../errors.ts';
import type { Pooled } from '../pool.ts';
import { type Child, startChild } from './child-process.ts';
import { BYTES_FRAME, type Frame, readFrames, writeFrame, writeJson } from './frames.ts';
import type { Answer, ChildProblem, Command, FileColumn, FileFormat } from './messages.ts';

/** Bytes of a file, read afresh at each call; decrypted by whoever owns them. */
export type FileBytes = { readonly sizeBytes: number; read(): AsyncIterable<Uint8Array> };

export type EngineOptions = {
  /** What the engine may use for the file and for a query on it. */
  readonly memoryBytes: number;
  readonly sizeBytesMax: number;
  readonly openTimeoutMs: number;
};

/** A child process that holds one file in memory. */
export type Engine = Pooled & {
  readonly columns: FileColumn[];
  readonly headerGuess: boolean | null;
  send(command: Command): Promise<void>;
  /** The next frame, or null when the child is gone. */
  next(): Promise<Frame | null>;
};

const LOAD_PROBLEMS: Readonly<Partial<Record<ChildProblem, string>>> = {
  not_utf8: 'the file is not UTF-8 text; save it as UTF-8 and try again',
  empty: 'the file is empty',
  no_columns: 'the file has no columns',
  broken: 'the file is broken or incomplete, or not of the format that its name says',
  memory_file_full: 'this machine has too little memory (/dev/shm) to open the file',
  resource: 'the file needs more memory than a file may use',
};

/** Starts a child, streams the file into its memory and waits until it is loaded and the engine locked down. */
export async function openEngine(
  file: FileBytes,
  table: { format: FileFormat; header: boolean | null; name: string },
  options: EngineOptions,
  signal?: AbortSignal,
): Promise<Engine> {
  if (file.sizeBytes > options.sizeBytesMax) throw fileTooLarge(options.sizeBytesMax);
  const child = await startChild();
  const frames = readFrames(child.output);
  const stopped: { by: ProblemError | null } = { by: null };
  const stop = (reason: ProblemError) => {
    stopped.by ??= reason;
    child.kill();
  };
  const onAbort = () => stop(cancelled());
  const timer = setTimeout(() => stop(timedOut(options.openTimeoutMs)), options.openTimeoutMs);
  signal?.addEventListener('abort', onAbort, { once: true });
  if (signal?.aborted === true) onAbort();
  try {
    const opened = readAnswer(await withFile(child, file, table, options, frames));
    if (opened === null) throw unreadable(LOAD_PROBLEMS.broken!);
    if (opened.type === 'problem') throw explainLoad(opened.problem, opened.line);
    if (opened.type !== 'opened') throw failed('answer out of turn');
    return createEngine(child, frames, opened);
  } catch (error) {
    child.kill();
    throw stopped.by ?? error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}

async function withFile(
  child: Child,
  file: FileBytes,
  table: { format: FileFormat; header: boolean | null; name: string },
  options: EngineOptions,
  frames: AsyncGenerator<Frame>,
): Promise<Frame | null> {
  const answer = nextFrame(frames);
  let isAnswered = false;
  void answer.then(() => (isAnswered = true));
  const write = async () => {
    await writeJson(child.input, {
      type: 'open',
      format: table.format,
      header: table.header,
      table: table.name,
      memoryBytes: options.memoryBytes,
    } satisfies Command);
    let size = 0;
    for await (const chunk of file.read()) {
      size += chunk.length;
      if (size > options.sizeBytesMax) throw fileTooLarge(options.sizeBytesMax);
      // The child answers before the end when it has seen enough: not UTF-8, for one.
      if (isAnswered) return;
      await writeFrame(child.input, BYTES_FRAME, chunk);
    }
    await writeJson(child.input, { type: 'loaded' } satisfies Command);
  };
  await Promise.race([
    answer,
    write().catch((error: unknown) => {
      // A broken pipe is told by the answer, or by its absence; a file that can't be read is told by its owner.
      if ((error as NodeJS.ErrnoException).code === 'EPIPE' || !child.isAlive) return;
      throw error;
    }),
  ]);
  return answer;
}

function createEngine(child: Child, frames: AsyncGenerator<Frame>, opened: Answer & { type: 'opened' }): Engine {
  return {
    columns: opened.columns,
    headerGuess: opened.headerGuess,
    get isOpen() {
      return child.isAlive;
    },
    closed: child.closed,
    // A finished SELECT under a locked configuration leaves nothing behind.
    reset: async () => {},
    destroy: () => child.kill(),
    rest: () => child.unref(),
    wake: () => child.ref(),
    send: (command) => writeJson(child.input, command).catch(() => {}),
    next: () => nextFrame(frames),
  };
}

const nextFrame = (frames: AsyncGenerator<Frame>) =>
  frames.next().then(
    ({ value, done }) => (done === true ? null : value),
    () => null,
  );

export function readAnswer(frame: Frame | null): Answer | null {
  if (frame === null) return null;
  if (frame.kind === BYTES_FRAME) throw failed('bytes out of turn');
  return JSON.parse(frame.payload.toString('utf8')) as Answer;
}

function explainLoad(problem: ChildProblem, line: number | null): ProblemError {
  if (problem === 'no_memory_file') return noMemoryFile();
  if (problem === 'ragged')
    return unreadable(
      `line ${line} of the file does not fit the others: it has another number of columns, or a quote is not closed`,
    );
  return unreadable(LOAD_PROBLEMS[problem] ?? LOAD_PROBLEMS.broken!);
}

export function explainRun(problem: ChildProblem): ProblemError {
  if (problem === 'denied') return denied('engine');
  if (problem === 'type') return typeProblem('engine');
  if (problem === 'permission') return permission('engine');
  if (problem === 'resource') return resource('engine');
  return failed('engine');
}
