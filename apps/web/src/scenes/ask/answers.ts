import { type AnswerEvent, type Frame, ProblemError, type ShownAnswer } from '@strongroom/protocol';
import { type Asking, streamAnswer } from '../../api/answer-stream.ts';
import { createLease, type LeaseListener, type TabLease } from '../../api/lease.ts';
import { noRows, readRows, type Rows } from '../../api/rows.ts';

/**
 * The answer being looked at.
 * INVARIANT: it lives in this variable of this tab and nowhere else: no storage, no query cache, no history entry.
 */
export type AnswerState = {
  phase: 'idle' | 'asking' | 'done' | 'dropped';
  /** Why its rows are not here any more. */
  gone: Gone | null;
  asking: Asking | null;
  events: readonly AnswerEvent[];
  rows: Rows | null;
  failure: ProblemError | null;
  cancelled: boolean;
};

/** `left`, `slept`: this tab was left, or put to sleep by the browser. `unheard`: it and the server lost touch. `changed`: the right to it. */
export type Gone = { readonly why: 'left' | 'slept' | 'unheard' | 'changed'; readonly source: string | null };

export type Answers = {
  get(): AnswerState;
  subscribe(listener: () => void): () => void;
  ask(asking: Asking): Promise<void>;
  /** Stops the query; what has arrived stays to be looked at. */
  cancel(): void;
  /** Stops the query and lets go of every row. */
  drop(why: 'left' | 'slept'): void;
  /** The same, and of what was asked too: the person is signed out. True when there was something. */
  forget(): boolean;
};

const nothing: AnswerState = {
  phase: 'idle',
  gone: null,
  asking: null,
  events: [],
  rows: null,
  failure: null,
  cancelled: false,
};

export function createAnswers(
  stream: (asking: Asking, lease: string, signal: AbortSignal) => AsyncIterable<Frame> = streamAnswer,
  leaseOf: (listener: LeaseListener) => TabLease = createLease,
): Answers {
  let state = nothing;
  let running: AbortController | null = null;
  const listeners = new Set<() => void>();

  const set = (change: Partial<AnswerState>): void => {
    state = { ...state, ...change };
    for (const listener of listeners) listener();
  };

  const lose = (why: Gone['why']): void => {
    const had = state.rows !== null || state.phase === 'asking';
    running?.abort();
    running = null;
    const { asking, events } = state;
    set(had ? { ...nothing, phase: 'dropped', asking, gone: { why, source: sourceOf(events) } } : nothing);
  };
  // INVARIANT: no row is here without a lease, and each goes with it.
  const lease = leaseOf({
    shown: () => shownBy(state.events),
    onDrop: (views) => {
      if (!shownBy(state.events).some(({ view }) => views.includes(view))) return;
      lose('changed');
      lease.end();
    },
    onLapse: (why) => lose(why === 'refused' ? 'changed' : why),
  });

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
      const held = await lease.hold();
      await collect(stream(asking, held, own.signal), {
        onEvent: (event) => setOwn({ events: [...state.events, event] }),
        onRows: (rows) => setOwn({ rows }),
        // Of what came before it nothing is kept.
        onStopped: (event) => setOwn({ events: [...state.events, event], rows: null }),
      });
    } catch (cause) {
      if (!own.signal.aborted) setOwn({ failure: explained(cause) });
    }
    if (running !== own) return;
    if (state.events.some(isLapse)) {
      lease.forget();
      return lose('unheard');
    }
    if ((state.rows?.count ?? 0) === 0) lease.end();
    set({ phase: 'done', cancelled: own.signal.aborted });
  };

  return {
    get: () => state,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    ask,
    cancel: () => running?.abort(),
    drop: (why) => {
      lose(why);
      lease.end();
    },
    forget: () => {
      const had = state.phase !== 'idle';
      running?.abort();
      running = null;
      // Its session is over, or will be: nobody needs to be told.
      lease.forget();
      set(nothing);
      return had;
    },
  };
}

function sourceOf(events: readonly AnswerEvent[]): string | null {
  return events.findLast((event) => event.type === 'planned')?.source ?? null;
}

/** What the rows were made from, once they are released. */
function shownBy(events: readonly AnswerEvent[]): ShownAnswer[] {
  const source = sourceOf(events);
  const view = events.findLast((event) => event.type === 'released')?.view;
  return source === null || view === undefined ? [] : [{ source, view }];
}

function isLapse(event: AnswerEvent): boolean {
  return event.type === 'stopped' && event.problem.code === 'query/lease_lapsed';
}

type Collector = {
  onEvent(event: AnswerEvent): void;
  onRows(rows: Rows): void;
  /** The last of all. */
  onStopped(event: AnswerEvent): void;
};

async function collect(frames: AsyncIterable<Frame>, { onEvent, onRows, onStopped }: Collector): Promise<void> {
  const pieces = createQueue();
  let reading: Promise<Rows> | null = null;
  let seen = 0;
  let completed: AnswerEvent | null = null;
  let isStopped = false;
  try {
    for await (const frame of frames) {
      if (frame.kind === 'rows') {
        seen += frame.bytes.length;
        pieces.push(frame.bytes);
      } else if (frame.event.type === 'released') {
        onEvent(frame.event);
        onRows(noRows(frame.event.columns));
        reading = readRows(pieces.drain(), frame.event.columns, (rows) => {
          if (!isStopped) onRows(rows);
        });
        reading.catch(() => undefined);
      } else if (frame.event.type === 'completed') {
        completed = frame.event;
      } else if (frame.event.type === 'stopped') {
        isStopped = true;
        onStopped(frame.event);
      } else {
        onEvent(frame.event);
      }
    }
  } finally {
    pieces.end();
  }
  if (isStopped) return;
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
