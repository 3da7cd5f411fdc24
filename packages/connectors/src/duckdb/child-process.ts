import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';

export type Child = {
  readonly input: Writable;
  readonly output: Readable;
  readonly isAlive: boolean;
  /** Resolves when the process is gone and its folder removed. */
  readonly closed: Promise<void>;
  kill(): void;
  ref(): void;
  unref(): void;
};

// From source as TypeScript, shipped as JavaScript.
const ENGINE_CHILD = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? './engine-child.ts' : './engine-child.js', import.meta.url),
);
const HEAP_MEGABYTES = 512;

/**
 * Starts the one program that connectors start: our own worker.
 * INVARIANT: it gets an empty environment and an empty folder to stand in, so neither key nor path reaches the engine
 * that reads hostile files; its standard error, where the engine could print values, goes nowhere.
 */
export async function startChild(): Promise<Child> {
  const folder = await mkdtemp(join(tmpdir(), 'strongroom-file-'));
  const child: ChildProcess = spawn(
    process.execPath,
    [`--max-old-space-size=${HEAP_MEGABYTES}`, '--disable-warning=ExperimentalWarning', ENGINE_CHILD],
    {
      env: {},
      cwd: folder,
      stdio: ['pipe', 'pipe', 'ignore'],
      windowsHide: true,
    },
  );
  let isAlive = true;
  const closed = new Promise<void>((resolve) => {
    const end = () => {
      isAlive = false;
      void rm(folder, { recursive: true, force: true })
        .catch(() => {})
        .then(resolve);
    };
    child.once('exit', end);
    child.once('error', end);
  });
  // A write to a child that has just died is answered by `closed`.
  child.stdin!.on('error', () => {});
  child.stdout!.on('error', () => {});
  const pipes = [child, child.stdin, child.stdout] as unknown as { ref?(): void; unref?(): void }[];
  return {
    input: child.stdin!,
    output: child.stdout!,
    get isAlive() {
      return isAlive;
    },
    closed,
    kill: () => void child.kill('SIGKILL'),
    ref: () => pipes.forEach((pipe) => pipe.ref?.()),
    unref: () => pipes.forEach((pipe) => pipe.unref?.()),
  };
}
