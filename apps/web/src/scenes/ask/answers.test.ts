import {
  type AnswerColumn,
  type AnswerEvent,
  decodeFrames,
  encodeEvent,
  encodeRows,
  type Frame,
  ProblemError,
} from '@strongroom/protocol';
import { DateDay, Int64, Table, tableToIPC, TimestampMicrosecond, Utf8, vectorFromArray } from 'apache-arrow';
import { describe, expect, test } from 'vitest';
import type { LeaseListener } from '../../api/lease.ts';
import { type Answers, createAnswers } from './answers.ts';

const columns: AnswerColumn[] = [
  { name: 'origin', type: 'text', kind: 'text' },
  { name: 'flights', type: 'bigint', kind: 'integer' },
  { name: 'cost', type: 'numeric', kind: 'decimal' },
  { name: 'day', type: 'date', kind: 'date' },
  { name: 'at', type: 'timestamp with time zone', kind: 'timestamp' },
];
const arrow = tableToIPC(
  new Table({
    origin: vectorFromArray(['ORD', null, 'LAX'], new Utf8()),
    flights: vectorFromArray([5n, 9007199254740993n, null], new Int64()),
    cost: vectorFromArray(['1.10', '-2', null], new Utf8()),
    day: vectorFromArray([new Date(Date.UTC(2001, 0, 2)), null, new Date(Date.UTC(1969, 11, 31))], new DateDay()),
    at: vectorFromArray([Date.UTC(2001, 0, 2, 3, 4, 5), null, null], new TimestampMicrosecond('UTC')),
  }),
  'stream',
);
const released: AnswerEvent = { type: 'released', receipt: 'entry-1', columns, view: 'view-1' };
const completed: AnswerEvent = {
  type: 'completed',
  outcome: 'rows',
  rowCount: 3,
  complete: true,
  limit: null,
  elapsedMs: 1,
  receipt: 'entry-2',
};
const asking = { mode: 'question' as const, text: 'q', source: null };

/** What the lease of the answers was told to do, and what tells them of it. */
let told: string[] = [];
let listener: LeaseListener;
function answersOf(stream: Parameters<typeof createAnswers>[0]): Answers {
  told = [];
  return createAnswers(stream, (given) => {
    listener = given;
    return { hold: async () => 'lease-1', end: () => void told.push('end'), forget: () => void told.push('forget') };
  });
}

/** The bytes of an answer, cut into pieces of the given size, as a network would. */
async function* pieces(parts: readonly Uint8Array[], size: number): AsyncGenerator<Uint8Array> {
  const whole = Buffer.concat(parts);
  for (let start = 0; start < whole.length; start += size) yield whole.subarray(start, start + size);
}

async function* frames(parts: readonly Uint8Array[], size = 7): AsyncGenerator<Frame> {
  yield* decodeFrames(pieces(parts, size));
}

test.each([1, 7, 4096])('frames cut into pieces of %d bytes become the rows that were sent', async (size) => {
  const answers = answersOf(() =>
    frames(
      [
        encodeEvent(released),
        encodeRows(arrow.subarray(0, 100)),
        encodeRows(arrow.subarray(100)),
        encodeEvent(completed),
      ],
      size,
    ),
  );
  await answers.ask(asking);
  const { rows, events, failure } = answers.get();
  expect(failure).toBeNull();
  expect(events.map(({ type }) => type)).toEqual(['released', 'completed']);
  const cells = [0, 1, 2].map((row) => columns.map((_, column) => rows?.at(row, column)));
  expect(cells).toEqual([
    ['ORD', 5, '1.10', '2001-01-02', '2001-01-02 03:04:05+00'],
    [null, 9007199254740993n, '-2', null, null],
    ['LAX', null, null, '1969-12-31', null],
  ]);
});

test('an answer cut off in the middle is a failure, and never looks complete', async () => {
  const answers = answersOf(() => frames([encodeEvent(released), encodeRows(arrow).subarray(0, 50)]));
  await answers.ask(asking);
  expect(answers.get().failure?.code).toBe('web/unreadable_answer');
  expect(answers.get().events.some(({ type }) => type === 'completed')).toBe(false);
});

test('bytes that are no Arrow stream are a failure, not rows', async () => {
  const answers = answersOf(() =>
    frames([encodeEvent(released), encodeRows(new Uint8Array(64).fill(7)), encodeEvent(completed)]),
  );
  await answers.ask(asking);
  expect(answers.get().failure?.code).toBe('web/unreadable_answer');
});

test('no rows at all is an answer too', async () => {
  const answers = answersOf(() =>
    frames([encodeEvent(released), encodeEvent({ ...completed, outcome: 'empty', rowCount: 0 })]),
  );
  await answers.ask(asking);
  expect(answers.get()).toMatchObject({ phase: 'done', failure: null, rows: { count: 0 } });
});

/** An answer that gives its first part and then waits until it is aborted. */
function hanging(parts: readonly Uint8Array[]) {
  let reached = (): void => undefined;
  const waiting = new Promise<void>((resolve) => (reached = resolve));
  const signals: AbortSignal[] = [];
  async function* stream(_asking: unknown, _lease: string, signal: AbortSignal): AsyncGenerator<Frame> {
    signals.push(signal);
    yield* frames(parts);
    reached();
    await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
  }
  return { stream, waiting, signals };
}

test('cancelling closes the connection and keeps what has arrived', async () => {
  const { stream, waiting, signals } = hanging([encodeEvent(released)]);
  const answers = answersOf(stream);
  const asked = answers.ask(asking);
  await waiting;
  answers.cancel();
  await asked;
  expect(signals[0]?.aborted).toBe(true);
  expect(answers.get()).toMatchObject({ phase: 'done', cancelled: true, failure: null });
});

test('leaving closes the connection and lets go of every row', async () => {
  const { stream, waiting, signals } = hanging([encodeEvent(released), encodeRows(arrow)]);
  const answers = answersOf(stream);
  const asked = answers.ask(asking);
  await waiting;
  answers.drop('left');
  await asked;
  expect(signals[0]?.aborted).toBe(true);
  expect(answers.get()).toMatchObject({ phase: 'dropped', rows: null, events: [], gone: { why: 'left' } });
  expect(told).toEqual(['end']);
});

test('a second question takes over: nothing of the first is shown any more', async () => {
  const { stream, waiting } = hanging([encodeEvent(released)]);
  let asked = 0;
  const answers = answersOf((given, lease, signal) =>
    asked++ === 0
      ? stream(given, lease, signal)
      : frames([encodeEvent({ ...completed, outcome: 'empty', rowCount: 0 })]),
  );
  const first = answers.ask(asking);
  await waiting;
  await Promise.all([answers.ask({ ...asking, text: 'second' }), first]);
  expect(answers.get()).toMatchObject({ phase: 'done', cancelled: false, asking: { text: 'second' } });
  expect(answers.get().events.map(({ type }) => type)).toEqual(['completed']);
});

const planned: AnswerEvent = { type: 'planned', source: 'shop', asked: 'select', run: 'select', rules: [] };
const stopped = (code: string): AnswerEvent => ({
  type: 'stopped',
  step: 'run',
  outcome: null,
  problem: { type: 't', title: 't', status: 403, code },
  understanding: null,
  receipt: null,
});
const whole = [encodeEvent(planned), encodeEvent(released), encodeRows(arrow), encodeEvent(completed)];

describe('rows go with the lease of the tab', () => {
  test('which is asked for by the question, and names what is shown', async () => {
    const seen: string[] = [];
    const answers = answersOf((_asking, lease) => {
      seen.push(lease);
      return frames(whole);
    });
    expect(listener.shown()).toEqual([]);
    await answers.ask(asking);
    expect([seen, listener.shown(), told]).toEqual([['lease-1'], [{ source: 'shop', view: 'view-1' }], []]);
  });

  test.each([
    ['unheard', 'unheard'],
    ['refused', 'changed'],
  ] as const)('when it is %s, while they come and after', async (lapse, why) => {
    const { stream, waiting, signals } = hanging(whole.slice(0, 3));
    const answers = answersOf(stream);
    const asked = answers.ask(asking);
    await waiting;
    listener.onLapse(lapse);
    await asked;
    expect(signals[0]?.aborted).toBe(true);
    const after = { phase: 'dropped', rows: null, events: [], gone: { why, source: 'shop' }, asking };
    expect(answers.get()).toMatchObject(after);

    const done = answersOf(() => frames(whole));
    await done.ask(asking);
    listener.onLapse(lapse);
    expect(done.get()).toMatchObject(after);
  });

  test('when what they were made from may not be shown any more, and only then', async () => {
    const answers = answersOf(() => frames(whole));
    await answers.ask(asking);
    listener.onDrop(['view of an answer that was here before']);
    expect(answers.get().rows?.count).toBe(3);
    listener.onDrop(['view-1']);
    expect(answers.get()).toMatchObject({ phase: 'dropped', rows: null, gone: { why: 'changed', source: 'shop' } });
    expect(told).toEqual(['end']);
  });

  test('when the server says that it lapsed', async () => {
    const answers = answersOf(() => frames([...whole.slice(0, 3), encodeEvent(stopped('query/lease_lapsed'))]));
    await answers.ask(asking);
    expect(answers.get()).toMatchObject({ phase: 'dropped', rows: null, gone: { why: 'unheard' } });
  });

  test('on sign-out, with what was asked and without a word to the server', async () => {
    const answers = answersOf(() => frames(whole));
    expect(answers.forget()).toBe(false);
    await answers.ask(asking);
    told = [];
    expect(answers.forget()).toBe(true);
    expect(answers.get()).toMatchObject({ phase: 'idle', rows: null, asking: null, events: [] });
    expect(told).toEqual(['forget']);
  });
});

test('an answer that is stopped keeps none of the rows that came before', async () => {
  const answers = answersOf(() => frames([...whole.slice(0, 3), encodeEvent(stopped('query/rights_changed'))]));
  await answers.ask(asking);
  expect(answers.get()).toMatchObject({ phase: 'done', rows: null, failure: null });
  expect(told).toEqual(['end']);
});

test('where no lease is to be had nothing is asked', async () => {
  const answers = createAnswers(
    () => {
      throw new Error('asked');
    },
    () => ({
      hold: () => Promise.reject(new ProblemError('query/too_many_leases', 429, 'too many')),
      end: () => {},
      forget: () => {},
    }),
  );
  await answers.ask(asking);
  expect(answers.get()).toMatchObject({ phase: 'done', failure: { code: 'query/too_many_leases' } });
});
