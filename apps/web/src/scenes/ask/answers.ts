import { type AnswerEvent, type Frame, ProblemError } from '@strongroom/protocol';
import { type Asking, streamAnswer } from '../../api/answer-stream.ts';
import { noRows, readRows, type Rows } from '../../api/rows.ts';

/**
 * The answer being looked at.
 * INVARIANT: it lives in this variable of this tab and nowhere else: no storage, no query cache, no history entry.
 */
export type AnswerState = {
  phase: 'idle' | 'asking' | 'done' | 'dropped';
  asking: Asking | null;
  events: readonly AnswerEvent[];
  rows: Rows | null;
  failure: ProblemError | null;
  cancelled: boolean;
};

export type Answers = {
  get(): AnswerState;
  subscribe(listener: () => void): () => void;
  ask(asking: Asking): Promise<void>;
  /** Stops the query; what has arrived stays to be looked at. */
  cancel(): void;
  /** Stops the query and lets go of every row. */
  drop(): void;
};

const nothing: AnswerState = { phase: 'idle', asking: null, events: [], rows: null, failure: null, cancelled: false };

export function createAnswers(
  stream: (asking: Asking, signal: AbortSignal) => AsyncIterable<Frame> = streamAnswer,
): Answers {
  let state = nothing;
  let running: AbortController | null = null;
  const listeners = new Set<() => void>();

  const set = (change: Partial<AnswerState>): void => {
    state = { ...state, ...change };
    for (const listener of listeners) listener();
  };

  const ask = async (asking: Asking): Promise<void> => {
    running?.abort();
    const own = new AbortController();
    running = own;
    set({ ...nothing, phase: 'asking', asking });
    // A later question takes over: what still arrives for this one is thrown away.
    const setOwn = (change: Partial<AnswerState>): void => {
      if (running === own) set(change);
    };
    try {
      await collect(
        stream(asking, own.signal),
        (event) => setOwn({ events: [...state.events, event] }),
        (rows) => setOwn({ rows }),
      );
    } catch (cause) {
      if (!own.signal.aborted) setOwn({ failure: explained(cause) });
    }
    setOwn({ phase: 'done', cancelled: own.signal.aborted });
  };

  return {
    get: () => state,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    ask,
    cancel: () => running?.abort(),
    drop: () => {
      const had = state.rows !== null || state.phase === 'asking';
      running?.abort();
      running = null;
      set(had ? { ...nothing, phase: 'dropped', asking: state.asking } : nothing);
    },
  };
}

async function collect(
  frames: AsyncIterable<Frame>,
  onEvent: (event: AnswerEvent) => void,
  onRows: (rows: Rows) => void,
): Promise<void> {
  const pieces = createQueue();
  let reading: Promise<Rows> | null = null;
  let seen = 0;
  let completed: AnswerEvent | null = null;
  try {
    for await (const frame of frames) {
      if (frame.kind === 'rows') {
        seen += frame.bytes.length;
        pieces.push(frame.bytes);
      } else if (frame.event.type === 'released') {
        onEvent(frame.event);
        onRows(noRows(frame.event.columns));
        reading = readRows(pieces.drain(), frame.event.columns, onRows);
        reading.catch(() => undefined);
      } else if (frame.event.type === 'completed') {
        completed = frame.event;
      } else {
        onEvent(frame.event);
      }
    }
  } finally {
    pieces.end();
  }
  if (reading !== null && seen > 0) onRows(await reading);
  // Said last, so that "complete" is never shown above rows that are still being opened.
  if (completed !== null) onEvent(completed);
}

function explained(cause: unknown): ProblemError {
  return cause instanceof ProblemError
    ? cause
    : new ProblemError('web/unreadable_answer', 502, 'the answer could not be read', { internal: String(cause) });
}

/** Bytes handed over between two loops, in order. */
function createQueue(): { push(bytes: Uint8Array): void; end(): void; drain(): AsyncGenerator<Uint8Array> } {
  const waiting: Uint8Array[] = [];
  let ended = false;
  let wake = (): void => undefined;
  async function* drain(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const next = waiting.shift();
      if (next !== undefined) yield next;
      else if (ended) return;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  }
  return {
    push: (bytes) => {
      waiting.push(bytes);
      wake();
    },
    end: () => {
      ended = true;
      wake();
    },
    drain,
  };
}
