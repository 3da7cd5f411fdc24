import { expect, test } from 'vitest';
import { freshBytes } from './random-pool.ts';

test('no byte is given out twice, and none is left zero', () => {
  const given = Array.from({ length: 2000 }, () => freshBytes(44));
  expect(new Set(given.map((bytes) => bytes.toString('hex'))).size).toBe(2000);
  for (const bytes of given) bytes.fill(0);
  // Were two of them the same memory, or one still to be given out, it would come as zeros.
  const later = Array.from({ length: 2000 }, () => freshBytes(44));
  expect(later.some((bytes) => bytes.every((byte) => byte === 0))).toBe(false);
  expect(() => freshBytes(8193)).toThrow(RangeError);
});
