import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { repage } from './repage.ts';

test('pages are the bytes in order, all full but the last, in few parts, however the pieces were cut', async () => {
  const size = fc.oneof(fc.integer({ min: 0, max: 10 }), fc.integer({ min: 3_000, max: 50_000 }));
  await fc.assert(
    fc.asyncProperty(fc.array(size, { maxLength: 40 }), fc.integer({ min: 1, max: 20_000 }), async (sizes, first) => {
      const pieces = sizes.map((each) => randomBytes(each));
      async function* given(): AsyncGenerator<Uint8Array> {
        yield* pieces;
      }
      const pages: Buffer[] = [];
      const lasts: boolean[] = [];
      for await (const { parts, last } of repage(given(), 20_000, first)) {
        expect(parts.length).toBeLessThan(12);
        pages.push(Buffer.concat(parts));
        lasts.push(last);
      }
      expect(Buffer.concat(pages).equals(Buffer.concat(pieces))).toBe(true);
      expect(lasts).toEqual(lasts.map((_, at) => at === lasts.length - 1));
      for (const [at, page] of pages.slice(0, -1).entries()) expect(page.length).toBe(at === 0 ? first : 20_000);
      expect(pages.at(-1)!.length === 0 && pages.length > 1).toBe(false);
    }),
  );
});
