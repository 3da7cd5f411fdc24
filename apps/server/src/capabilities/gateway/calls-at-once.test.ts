import { expect, test } from 'vitest';
import { createCallsAtOnce } from './calls-at-once.ts';

const refusal = expect.objectContaining({ code: 'gateway/too_many_at_once', status: 429 });

test('a key has only so many requests at a time, so that others have theirs; and all have only so many together', () => {
  const bytes = 100;
  const atOnce = createCallsAtOnce({ ofKey: { requests: 2, bytes }, ofAll: { requests: 3, bytes } });
  const [first] = [atOnce.begin('one', 0), atOnce.begin('one', 0)];
  expect(() => atOnce.begin('one', 0)).toThrow(refusal);
  const other = atOnce.begin('other', 0);
  expect(() => atOnce.begin('other', 0)).toThrow(refusal);
  first();
  atOnce.begin('one', 0);
  other();
  atOnce.begin('other', 0);
  expect(() => atOnce.begin('third', 0)).toThrow(refusal);
});

test('what a key, and all together, have in memory has a bound', () => {
  const requests = 100;
  const atOnce = createCallsAtOnce({ ofKey: { requests, bytes: 10 }, ofAll: { requests, bytes: 15 } });
  const first = atOnce.begin('one', 10);
  expect(() => atOnce.begin('one', 1)).toThrow(refusal);
  atOnce.begin('one', 0);
  expect(() => atOnce.begin('other', 6)).toThrow(refusal);
  atOnce.begin('other', 5);
  first();
  atOnce.begin('third', 10);
  expect(() => atOnce.begin('one', 1)).toThrow(refusal);
});
