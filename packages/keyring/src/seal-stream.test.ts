import { randomBytes, randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { newKey, openStream, sealBytes, sealStream, type Binding } from './index.ts';

const page = 64 * 1024;
const sealedPage = page + 16;
const header = 33;
const binding: Binding = { workspaceId: randomUUID(), objectId: randomUUID(), version: 1 };
const key = newKey();

async function* inPieces(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  for (let offset = 0, turn = 0; offset < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    yield bytes.subarray(offset, offset + size);
    offset += size;
  }
}

async function collect(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
}

const seal = (bytes: Uint8Array, sizes: readonly number[] = [bytes.length + 1]): Promise<Buffer> =>
  collect(sealStream(key, binding, inPieces(bytes, sizes)));
const open = (sealed: Uint8Array, own: Binding = binding): Promise<Buffer> =>
  collect(openStream(key, own, inPieces(sealed, [50_000])));
const refuse = (sealed: Uint8Array, own: Binding = binding): Promise<void> =>
  expect(open(sealed, own)).rejects.toMatchObject({ code: 'vault/unreadable' });

/** Header and sealed pages of a stream. */
function cut(sealed: Buffer): { head: Buffer; pages: Buffer[] } {
  const pages: Buffer[] = [];
  for (let offset = header; offset < sealed.length; offset += sealedPage)
    pages.push(sealed.subarray(offset, offset + sealedPage));
  return { head: sealed.subarray(0, header), pages };
}

test.each([0, 1, page - 1, page, page + 1, 3 * page, 3 * page + 7])(
  'a stream of %i bytes opens to the same bytes',
  async (size) => {
    const bytes = randomBytes(size);
    const sealed = await seal(bytes);
    expect(sealed.length).toBe(header + size + 16 * Math.max(1, Math.ceil(size / page)));
    expect((await open(sealed)).equals(bytes)).toBe(true);
  },
);

test('how a stream was cut into pieces on the way does not matter', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 3 * page }),
      fc.array(fc.integer({ min: 1, max: 100_000 }), { minLength: 1, maxLength: 4 }),
      async (size, sizes) => {
        const bytes = randomBytes(size);
        const large = sizes.map((piece) => Math.max(piece, 500));
        const sealed = await seal(bytes, large);
        expect((await collect(openStream(key, binding, inPieces(sealed, large)))).equals(bytes)).toBe(true);
      },
    ),
    { numRuns: 30 },
  );
});

test('one bit altered anywhere in a small sealed stream is refused', async () => {
  const sealed = await seal(Buffer.from('a small file'));
  for (let index = 0; index < sealed.length; index += 1) {
    const altered = Buffer.from(sealed);
    altered.writeUInt8(altered.readUInt8(index) ^ (1 << (index % 8)), index);
    await refuse(altered);
  }
});

test('a stream cut at a page boundary or anywhere else is refused', async () => {
  const sealed = await seal(randomBytes(3 * page));
  for (const size of [
    0,
    1,
    header - 1,
    header,
    header + 16,
    header + sealedPage,
    header + 2 * sealedPage,
    sealed.length - 1,
  ]) {
    await refuse(sealed.subarray(0, size));
  }
  const small = await seal(randomBytes(20));
  for (let size = 0; size < small.length; size += 1) await refuse(small.subarray(0, size));
});

test('pages dropped, repeated, reordered, added or taken from another sealing are refused', async () => {
  const bytes = randomBytes(3 * page);
  const { head, pages } = cut(await seal(bytes));
  const other = cut(await seal(bytes));
  const [first, second, last] = pages as [Buffer, Buffer, Buffer];
  await refuse(Buffer.concat([head, second, last]));
  await refuse(Buffer.concat([head, first, last]));
  await refuse(Buffer.concat([head, second, first, last]));
  await refuse(Buffer.concat([head, first, first, second, last]));
  await refuse(Buffer.concat([head, first, second, last, last]));
  await refuse(Buffer.concat([head, first, second, last, Buffer.alloc(16)]));
  await refuse(Buffer.concat([head, other.pages[0]!, second, last]));
  await refuse(Buffer.concat([other.head, first, second, last]));
  expect((await open(Buffer.concat([head, first, second, last]))).equals(bytes)).toBe(true);
});

test('another workspace, object or version does not open it, nor does a whole object pass for a stream', async () => {
  const sealed = await seal(Buffer.from('mine'));
  await refuse(sealed, { ...binding, workspaceId: randomUUID() });
  await refuse(sealed, { ...binding, objectId: randomUUID() });
  await refuse(sealed, { ...binding, version: 2 });
  await refuse(sealBytes(key, binding, randomBytes(100)));
});
