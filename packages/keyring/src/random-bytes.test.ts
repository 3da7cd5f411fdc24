import { expect, test, vi } from 'vitest';
import type * as Crypto from 'node:crypto';
import { fillRandom } from './random-bytes.ts';

const pools = vi.hoisted(() => new Set<Buffer>());

vi.mock('node:crypto', async (original) => {
  const real = await original<typeof Crypto>();
  return {
    ...real,
    randomFillSync: (pool: Buffer) => {
      pools.add(pool);
      return real.randomFillSync(pool);
    },
  };
});

test('random bytes are given out once, and the pool keeps none of them', () => {
  const seen = new Set<string>();
  const sizes = [32, 12, 8, 100];
  for (let turn = 0; turn < 4_000; turn += 1) {
    const bytes = Buffer.alloc(sizes[turn % sizes.length] ?? 8);
    fillRandom(bytes);
    expect(seen.has(bytes.toString('hex'))).toBe(false);
    seen.add(bytes.toString('hex'));
    for (const pool of pools) expect(pool.includes(bytes)).toBe(false);
  }
  expect(pools.size).toBe(1);
});

test('more than the pool holds is a mistake of the caller', () => {
  expect(() => {
    fillRandom(Buffer.alloc(1024 * 1024));
  }).toThrow(RangeError);
});
