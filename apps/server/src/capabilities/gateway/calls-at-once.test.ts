import { expect, test } from 'vitest';
import { createCallsAtOnce } from './calls-at-once.ts';

test('a key has only so many requests at a time, so that others have theirs; and all have only so many together', () => {
  const atOnce = createCallsAtOnce({ ofKeyMax: 2, ofAllMax: 3 });
  const refusal = expect.objectContaining({ code: 'gateway/too_many_at_once', status: 429 });
  const [first] = [atOnce.begin('one'), atOnce.begin('one')];
  expect(() => atOnce.begin('one')).toThrow(refusal);
  const other = atOnce.begin('other');
  expect(() => atOnce.begin('other')).toThrow(refusal);
  first();
  atOnce.begin('one');
  other();
  atOnce.begin('other');
  expect(() => atOnce.begin('third')).toThrow(refusal);
});
