import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { newKey, openBytes, sealBytes, type Binding } from './index.ts';

const binding: Binding = { workspaceId: randomUUID(), objectId: randomUUID(), version: 1 };
const unreadable = expect.objectContaining({ code: 'vault/unreadable' });

test('whatever is sealed opens to the same bytes, 29 bytes longer while sealed', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 4096 }),
      fc.uuid(),
      fc.uuid(),
      fc.integer({ min: 1 }),
      (bytes, workspaceId, objectId, version) => {
        const key = newKey();
        const own = { workspaceId, objectId, version };
        const sealed = sealBytes(key, own, bytes);
        expect(sealed.length).toBe(bytes.length + 29);
        expect(openBytes(key, own, sealed).equals(bytes)).toBe(true);
      },
    ),
  );
});

test('one bit altered anywhere in a sealed object is refused', () => {
  const key = newKey();
  const sealed = sealBytes(key, binding, Buffer.from('a small object'));
  for (let bit = 0; bit < sealed.length * 8; bit += 1) {
    const altered = Buffer.from(sealed);
    altered.writeUInt8(altered.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
    expect(() => openBytes(key, binding, altered)).toThrow(unreadable);
  }
});

test('a sealed object cut or lengthened anywhere is refused', () => {
  const key = newKey();
  const sealed = sealBytes(key, binding, Buffer.from('a small object'));
  for (let size = 0; size < sealed.length; size += 1)
    expect(() => openBytes(key, binding, sealed.subarray(0, size))).toThrow(unreadable);
  expect(() => openBytes(key, binding, Buffer.concat([sealed, Buffer.of(0)]))).toThrow(unreadable);
});

test('another workspace, object, version or key does not open it', () => {
  const key = newKey();
  const sealed = sealBytes(key, binding, Buffer.from('mine'));
  expect(() => openBytes(key, { ...binding, workspaceId: randomUUID() }, sealed)).toThrow(unreadable);
  expect(() => openBytes(key, { ...binding, objectId: randomUUID() }, sealed)).toThrow(unreadable);
  expect(() => openBytes(key, { ...binding, version: 2 }, sealed)).toThrow(unreadable);
  expect(() => openBytes(newKey(), binding, sealed)).toThrow(unreadable);
});

test('the same bytes never seal alike twice', () => {
  const key = newKey();
  expect(sealBytes(key, binding, Buffer.of(1)).equals(sealBytes(key, binding, Buffer.of(1)))).toBe(false);
});

test.each([{ workspaceId: 'main' }, { objectId: '' }, { version: 0 }, { version: 1.5 }])(
  'a binding with %o is a mistake of the caller',
  (wrong) => {
    expect(() => sealBytes(newKey(), { ...binding, ...wrong }, Buffer.of(1))).toThrow(TypeError);
  },
);
