import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import type { SourceSchema } from '@strongroom/protocol';
import type { CheckTask, FilterTask } from './check.ts';
import { createFairQueue } from './fair-queue.ts';
import { notCheckable } from './refusal.ts';
import { createSentSchemas } from './schema-book.ts';
import type { WorkerReply, WorkerTask } from './worker.ts';

/** Bounds what a flood of checks can hold in memory; 100 KB each. */
const WAITING = { waitingMax: 500, waitingMaxPerKey: 50 };
/** JavaScript memory of one worker; more than a legitimate statement of 100 KB comes near to. */
const LIMITS = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 32, stackSizeMb: 4 };
const STARTUP_MS = 30_000;

type Reply = Exclude<WorkerReply, { kind: 'ready' }>;
/** `schema`: what the statement is checked against. */
type Task = (CheckTask & { schema: SourceSchema }) | FilterTask;
type Job = { task: Task; key: string | null; settle: (reply: Reply) => void };
/** One worker thread. `job` is set while it checks; `timer` runs while it starts or checks. */
type Slot = {
  worker: Worker;
  ready: boolean;
  job: Job | null;
  timer: NodeJS.Timeout;
  schemas: ReturnType<typeof createSentSchemas>;
};

// V8's optimising compiler takes some 500 MB for a moment over the parser's one huge function, and the check gets no
// faster by it (docs/decisions/0008-no-optimised-webassembly.md).
for (const flag of ['--no-wasm-tier-up', '--no-wasm-dynamic-tiering']) setFlagsFromString(flag);

/** `key`: whose check it is; of one key one at a time, and keys in turn. */
export type Workers = { run(task: Task, key: string | null): Promise<Reply>; close(): Promise<void> };

/** A fixed number of threads, each doing one check at a time; one that takes too long or breaks is ended and replaced. */
export function startWorkers(options: { count: number; timeoutMs: number }): Workers {
  const slots = new Set<Slot>();
  const waiting = createFairQueue<Job>(WAITING);
  let closed = false;

  const refusal = (): Reply => ({ kind: 'refused', refusal: notCheckable().data, spent: true });

  function start(): void {
    const file = import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js';
    // Neither environment nor standard output: what a statement could make a parser do there, nobody needs.
    const worker = new Worker(new URL(file, import.meta.url), {
      env: {},
      execArgv: [],
      resourceLimits: LIMITS,
      stdout: true,
      stderr: true,
    });
    worker.stdout.resume();
    worker.stderr.resume();
    const timer = setTimeout(() => end(slot), STARTUP_MS);
    const slot: Slot = { worker, ready: false, job: null, timer, schemas: createSentSchemas() };
    slots.add(slot);
    worker.on('message', (reply: WorkerReply) => {
      if (!slots.has(slot)) return;
      clearTimeout(slot.timer);
      slot.ready = true;
      const job = slot.job;
      slot.job = null;
      if (job !== null) waiting.done(job.key);
      if (reply.kind !== 'ready') {
        job?.settle(reply);
        if (reply.kind === 'refused' && reply.spent) return end(slot);
      }
      dispatch();
    });
    worker.on('error', () => end(slot));
    worker.on('exit', () => end(slot));
  }

  /** Ends a worker, refuses what it was doing and starts another, unless nobody waits: then the next check does. */
  function end(slot: Slot): void {
    if (!slots.delete(slot)) return;
    clearTimeout(slot.timer);
    void slot.worker.terminate();
    if (slot.job !== null) {
      waiting.done(slot.job.key);
      slot.job.settle(refusal());
    }
    // A worker that can't even start would be replaced for ever: what waits is refused instead.
    if (!slot.ready) for (const job of waiting.drain()) job.settle(refusal());
    if (slot.ready && !closed) start();
    dispatch();
  }

  function dispatch(): void {
    for (const slot of slots) {
      if (!slot.ready || slot.job !== null) continue;
      const job = waiting.take();
      if (job === undefined) {
        slot.worker.unref();
        continue;
      }
      slot.job = job;
      slot.timer = setTimeout(() => end(slot), options.timeoutMs);
      slot.worker.ref();
      slot.worker.postMessage(messageOf(job.task, slot));
    }
  }

  for (let index = 0; index < options.count; index += 1) start();

  return {
    run(task, key) {
      return new Promise((settle) => {
        if (closed || !waiting.add(key, { task, key, settle })) return settle(refusal());
        while (slots.size < options.count) start();
        dispatch();
      });
    },
    async close() {
      closed = true;
      for (const job of waiting.drain()) job.settle(refusal());
      const workers = [...slots];
      for (const slot of workers) end(slot);
      await Promise.all(workers.map((slot) => slot.worker.terminate()));
    },
  };
}

/** The schema goes along only where the worker does not have it. */
function messageOf(task: Task, { schemas }: Slot): WorkerTask {
  if ('filter' in task) return task;
  const { schema, ...check } = task;
  return { ...check, of: schemas.messageOf(schema) };
}
