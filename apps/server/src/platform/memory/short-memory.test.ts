import { expect, test } from 'vitest';
import type { Database } from '#platform/database';
import { createShortMemory, forgetting } from './short-memory.ts';

let nowMs = 1_000_000;
const clock = { now: () => new Date(nowMs) };
const memoryOf = () => createShortMemory<string | null>({ keptMs: 1_000, clock }, (value) => value !== null);
const counted = (answer: string | null = 'read') => {
  const read = { count: 0, once: async () => `${answer} ${(read.count += 1)}` };
  return read;
};

test('what was read is given again for its time, and not a moment longer', async () => {
  const memory = memoryOf();
  const read = counted();
  expect(await memory.get('a', read.once)).toBe('read 1');
  nowMs += 999;
  expect(await memory.get('a', read.once)).toBe('read 1');
  nowMs += 1;
  expect(await memory.get('a', read.once)).toBe('read 2');
});

test('a clock that was set back makes nothing last', async () => {
  const memory = memoryOf();
  const read = counted();
  await memory.get('a', read.once);
  nowMs -= 3_600_000;
  expect(await memory.get('a', read.once)).toBe('read 2');
});

test('a read that began before a change is given to nobody who asks after it', async () => {
  const memory = memoryOf();
  const { promise: slow, resolve } = Promise.withResolvers<string>();
  const before = memory.get('a', () => slow);
  memory.forget();
  const after = memory.get('a', async () => 'new');
  resolve('old');
  expect(await before).toBe('old');
  expect(await after).toBe('new');
  expect(await memory.get('a', async () => 'newest')).toBe('new');
});

test('a no and a failure are asked for again each time', async () => {
  const memory = memoryOf();
  expect(await memory.get('a', async () => null)).toBeNull();
  await expect(memory.get('a', () => Promise.reject(new Error('away')))).rejects.toThrow('away');
  expect(await memory.get('a', async () => 'there')).toBe('there');
});

test('a room’s own transactions make it forget, also those that fail', async () => {
  const memory = memoryOf();
  const read = counted();
  const failing = () => Promise.reject(new Error('rolled back'));
  const database = forgetting(
    {
      withWorkspace: (_: string, work: (within: never) => Promise<unknown>) => work(undefined as never),
      withLookup: failing,
      atOnce: async () => [],
    } as unknown as Database,
    memory,
  );
  expect(await memory.get('a', read.once)).toBe('read 1');
  await database.withWorkspace('w', async () => null);
  expect(await memory.get('a', read.once)).toBe('read 2');
  await expect(database.withLookup('w', async () => null)).rejects.toThrow('rolled back');
  expect(await memory.get('a', read.once)).toBe('read 3');
});
