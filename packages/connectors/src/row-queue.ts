import type { ProblemError, RowBytes } from '@strongroom/protocol';
import type { RunCompletion } from './contract.ts';
import { cancelled } from './errors.ts';

// Two batches are in flight: one being read, one being filled.
const BATCHES_MAX = 2;

/** Between a source that pushes and a reader that pulls. The source stops when the reader does. */
export type RowQueue = {
  /** Returns false when the source should pause until `onDrain`. */
  push(bytes: RowBytes): boolean;
  end(completion: RunCompletion): void;
  /** Drops what waits; the reader's next step and `completion` reject with `problem`. */
  fail(problem: ProblemError): void;
  readonly isSettled: boolean;
  readonly chunks: AsyncIterable<RowBytes>;
  readonly completion: Promise<RunCompletion>;
};

/** `onLeave` is called once when the reader returns before the end. */
export function createRowQueue({ onDrain, onLeave }: { onDrain: () => void; onLeave: () => void }): RowQueue {
  let waiting: RowBytes[] = [];
  let problem: ProblemError | null = null;
  let isEnded = false;
  let wake: (() => void) | null = null;
  const { promise: completion, resolve, reject } = Promise.withResolvers<RunCompletion>();
  // A reader that only looks at `chunks` has seen the same problem there.
  completion.catch(() => {});

  const notify = () => {
    wake?.();
    wake = null;
  };
  const fail = (reason: ProblemError) => {
    if (isEnded || problem !== null) return;
    problem = reason;
    waiting = [];
    reject(reason);
    notify();
  };

  async function* read(): AsyncGenerator<RowBytes> {
    try {
      for (;;) {
        if (problem !== null) throw problem;
        const next = waiting.shift();
        if (next !== undefined) {
          if (waiting.length < BATCHES_MAX && !isEnded) onDrain();
          yield next;
        } else if (isEnded) return;
        else await new Promise<void>((done) => (wake = done));
      }
    } finally {
      const hasLeft = !isEnded && problem === null;
      waiting = [];
      if (hasLeft) {
        fail(cancelled());
        onLeave();
      }
    }
  }

  return {
    push(bytes) {
      if (isEnded || problem !== null) return true;
      waiting.push(bytes);
      notify();
      return waiting.length < BATCHES_MAX;
    },
    end(result) {
      if (isEnded || problem !== null) return;
      isEnded = true;
      resolve(result);
      notify();
    },
    fail,
    get isSettled() {
      return isEnded || problem !== null;
    },
    chunks: read(),
    completion,
  };
}
