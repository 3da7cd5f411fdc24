import {
  type AnswerColumn,
  type AnswerEvent,
  decodeFrames,
  encodeEvent,
  encodeRows,
  type Frame,
} from '@strongroom/protocol';
import { DateDay, Int64, Table, tableToIPC, TimestampMicrosecond, Utf8, vectorFromArray } from 'apache-arrow';
import { expect, test } from 'vitest';
import { createAnswers } from './answers.ts';

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

/** The bytes of an answer, cut into pieces of the given size, as a network would. */
async function* pieces(parts: readonly Uint8Array[], size: number): AsyncGenerator<Uint8Array> {
  const whole = Buffer.concat(parts);
  for (let start = 0; start < whole.length; start += size) yield whole.subarray(start, start + size);
}

async function* frames(parts: readonly Uint8Array[], size = 7): AsyncGenerator<Frame> {
  yield* decodeFrames(pieces(parts, size));
}

test.each([1, 7, 4096])('frames cut into pieces of %d bytes become the rows that were sent', async (size) => {
  const answers = createAnswers(() =>
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
  const answers = createAnswers(() => frames([encodeEvent(released), encodeRows(arrow).subarray(0, 50)]));
  await answers.ask(asking);
  expect(answers.get().failure?.code).toBe('web/unreadable_answer');
  expect(answers.get().events.some(({ type }) => type === 'completed')).toBe(false);
});

test('bytes that are no Arrow stream are a failure, not rows', async () => {
  const answers = createAnswers(() =>
    frames([encodeEvent(released), encodeRows(new Uint8Array(64).fill(7)), encodeEvent(completed)]),
  );
  await answers.ask(asking);
  expect(answers.get().failure?.code).toBe('web/unreadable_answer');
});

test('no rows at all is an answer too', async () => {
  const answers = createAnswers(() =>
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
  async function* stream(_: unknown, signal: AbortSignal): AsyncGenerator<Frame> {
    signals.push(signal);
    yield* frames(parts);
    reached();
    await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
  }
  return { stream, waiting, signals };
}

test('cancelling closes the connection and keeps what has arrived', async () => {
  const { stream, waiting, signals } = hanging([encodeEvent(released)]);
  const answers = createAnswers(stream);
  const asked = answers.ask(asking);
  await waiting;
  answers.cancel();
  await asked;
  expect(signals[0]?.aborted).toBe(true);
  expect(answers.get()).toMatchObject({ phase: 'done', cancelled: true, failure: null });
});

test('leaving closes the connection and lets go of every row', async () => {
  const { stream, waiting, signals } = hanging([encodeEvent(released), encodeRows(arrow)]);
  const answers = createAnswers(stream);
  const asked = answers.ask(asking);
  await waiting;
  answers.drop();
  await asked;
  expect(signals[0]?.aborted).toBe(true);
  expect(answers.get()).toMatchObject({ phase: 'dropped', rows: null, events: [] });
});

test('a second question takes over: nothing of the first is shown any more', async () => {
  const { stream, waiting } = hanging([encodeEvent(released)]);
  let asked = 0;
  const answers = createAnswers((given, signal) =>
    asked++ === 0 ? stream(given, signal) : frames([encodeEvent({ ...completed, outcome: 'empty', rowCount: 0 })]),
  );
  const first = answers.ask(asking);
  await waiting;
  await Promise.all([answers.ask({ ...asking, text: 'second' }), first]);
  expect(answers.get()).toMatchObject({ phase: 'done', cancelled: false, asking: { text: 'second' } });
  expect(answers.get().events.map(({ type }) => type)).toEqual(['completed']);
});
