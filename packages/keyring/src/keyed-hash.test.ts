import { createHmac, createSecretKey } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { keyedHash } from './index.ts';

test('gives what HMAC-SHA256 gives, for every key of at most a block and every message, in however many parts, one after the other', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 64 }),
      fc.array(fc.array(fc.uint8Array({ maxLength: 600 }), { maxLength: 4 }), { minLength: 1, maxLength: 4 }),
      (bytes, messages) => {
        const key = createSecretKey(bytes);
        const hash = keyedHash(key);
        for (const parts of messages) {
          const hmac = createHmac('sha256', key).update(Buffer.concat(parts)).digest('hex');
          expect(hash(...parts).toString('hex')).toBe(hmac);
        }
      },
    ),
  );
});

test('a key longer than a block, which HMAC would hash first, is refused', () => {
  expect(() => keyedHash(createSecretKey(Buffer.alloc(65)))).toThrow(TypeError);
});
