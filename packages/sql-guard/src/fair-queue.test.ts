import { expect, test } from 'vitest';
import { createFairQueue } from './fair-queue.ts';

test('who adds much waits for themselves alone: keys are served in turn, one item of a key at a time', () => {
  const queue = createFairQueue<string>({ waitingMax: 10, waitingMaxPerKey: 5 });
  for (const item of ['a1', 'a2', 'a3']) queue.add('a', item);
  queue.add('b', 'b1');
  queue.add('c', 'c1');
  expect(queue.take()).toBe('a1');
  expect(queue.take()).toBe('b1');
  queue.done('a');
  expect(queue.take()).toBe('c1');
  expect(queue.take()).toBe('a2');
  expect(queue.take()).toBeUndefined();
  queue.done('a');
  expect(queue.take()).toBe('a3');
});

test('items without a key run beside one another', () => {
  const queue = createFairQueue<number>({ waitingMax: 10, waitingMaxPerKey: 1 });
  for (const item of [1, 2, 3]) expect(queue.add(null, item)).toBe(true);
  expect([queue.take(), queue.take(), queue.take(), queue.take()]).toEqual([1, 2, 3, undefined]);
});

test('one key can not fill the queue for the others', () => {
  const queue = createFairQueue<number>({ waitingMax: 4, waitingMaxPerKey: 2 });
  expect([1, 2, 3].map((item) => queue.add('a', item))).toEqual([true, true, false]);
  expect([1, 2, 3].map((item) => queue.add(`other ${item}`, item))).toEqual([true, true, false]);
  expect(queue.drain()).toEqual([1, 2, 1, 2]);
  expect(queue.add('a', 1)).toBe(true);
});
