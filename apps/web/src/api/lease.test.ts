import { type LeaseRenewal, ProblemError, type ShownAnswer } from '@strongroom/protocol';
import { beforeEach, expect, test } from 'vitest';
import { createLease, type LeaseListener, type Moment, type TabLease } from './lease.ts';

const LIVE_MS = 15_000;
const shown = [{ source: 'shop', view: 'v' }];

let now: Moment;
let tick: (() => void) | null;
let happened: string[];
let sent: { lease: string; shown: ShownAnswer[]; signal: AbortSignal }[];
/** What the server makes of the next heartbeat. */
let answer: () => Promise<LeaseRenewal>;
let lease: TabLease;

beforeEach(() => {
  now = { monotonicMs: 0, wallMs: 1_000_000 };
  tick = null;
  happened = [];
  sent = [];
  answer = async () => ({ renewedForMs: LIVE_MS, drop: [] });
  let opened = 0;
  const listener: LeaseListener = {
    shown: () => shown,
    onDrop: (views) => void happened.push(`drop ${views.join()}`),
    onLapse: (why) => void happened.push(why),
  };
  lease = createLease(listener, {
    open: async () => ({ lease: `lease ${++opened}`, renewedForMs: LIVE_MS }),
    renew: (id, what, { signal }) => {
      sent.push({ lease: id, shown: what, signal });
      return answer();
    },
    end: async (id) => void happened.push(`ended ${id}`),
    startTicks: (_everyMs, onTick) => {
      tick = onTick;
      return () => (tick = null);
    },
    now: () => now,
  });
});

/** Each second one tick, as the clock of the page gives them. */
async function pass(seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second += 1) {
    now = { monotonicMs: now.monotonicMs + 1_000, wallMs: now.wallMs + 1_000 };
    tick?.();
    await new Promise(setImmediate);
  }
}
const refuse = (status: number) => async () => {
  throw new ProblemError('query/lease_lapsed', status, 'refused');
};

test('one lease serves all, and is renewed three times in its life, with what is shown', async () => {
  expect(await Promise.all([lease.hold(), lease.hold()])).toEqual(['lease 1', 'lease 1']);
  expect(await lease.hold()).toBe('lease 1');
  await pass(60);
  expect(sent).toHaveLength(12);
  expect(sent[0]).toMatchObject({ lease: 'lease 1', shown });
  expect(happened).toEqual([]);
});

test('when the server does not answer it is over as soon as it would be there, and not before', async () => {
  await lease.hold();
  await pass(6);
  answer = refuse(503);
  await pass(13);
  expect(happened).toEqual([]);
  // Renewed last in the fifth second, for fifteen.
  await pass(1);
  expect(happened).toEqual(['unheard']);
  expect(tick).toBeNull();
  expect(await lease.hold()).toBe('lease 2');
});

test('an answer that never comes is given up, and another is asked for', async () => {
  await lease.hold();
  answer = () => new Promise(() => {});
  await pass(11);
  expect(sent.map(({ signal }) => signal.aborted)).toEqual([true, false]);
  await pass(4);
  expect(happened).toEqual(['unheard']);
  expect(sent.every(({ signal }) => signal.aborted)).toBe(true);
});

test('an answer counts from when it was asked for, not from when it came', async () => {
  await lease.hold();
  const late = Promise.withResolvers<LeaseRenewal>();
  answer = () => late.promise;
  await pass(9);
  late.resolve({ renewedForMs: LIVE_MS, drop: [] });
  answer = refuse(503);
  await pass(10);
  expect(happened).toEqual([]);
  await pass(1);
  expect(happened).toEqual(['unheard']);
});

test.each<[string, Moment]>([
  ['the machine slept, and one of its clocks with it', { monotonicMs: 1_000, wallMs: 3_600_000 }],
  ['its clock was set back', { monotonicMs: 20_000, wallMs: -3_600_000 }],
])('after the time in which %s it is over before anything is sent', async (_, passed) => {
  await lease.hold();
  now = { monotonicMs: now.monotonicMs + passed.monotonicMs, wallMs: now.wallMs + passed.wallMs };
  tick?.();
  expect([happened, sent]).toEqual([['unheard'], []]);
});

test.each([
  [403, 'refused'],
  [404, 'refused'],
  [410, 'unheard'],
])('a heartbeat that is answered with %i ends it at once', async (status, why) => {
  await lease.hold();
  answer = refuse(status);
  await pass(5);
  expect(happened).toEqual([why]);
});

test('what may not be shown any more is told, and the lease goes on', async () => {
  await lease.hold();
  answer = async () => ({ renewedForMs: LIVE_MS, drop: ['v'] });
  await pass(5);
  expect(happened).toEqual(['drop v']);
  expect(tick).not.toBeNull();
});

test('ending tells the server, forgetting does not, and of neither anything is heard later', async () => {
  await lease.hold();
  const late = Promise.withResolvers<LeaseRenewal>();
  answer = () => late.promise;
  await pass(5);
  lease.end();
  late.resolve({ renewedForMs: LIVE_MS, drop: ['v'] });
  await pass(1);
  expect(happened).toEqual(['ended lease 1']);
  await lease.hold();
  lease.forget();
  await pass(30);
  expect(happened).toEqual(['ended lease 1']);
});

test('one that was not wanted any more before it came is ended', async () => {
  const opening = lease.hold();
  lease.end();
  await opening;
  expect(happened).toEqual(['ended lease 1']);
  expect(tick).toBeNull();
});
