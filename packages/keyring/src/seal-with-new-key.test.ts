import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { commitToKey, newKey, openBytes, sealWithNewKey, unwrapKey } from './index.ts';

test('what is sealed opens with the key that was wrapped, which is the one that is committed to', () => {
  const wrapping = newKey();
  const seal = sealWithNewKey(wrapping);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 4096 }), fc.uuid(), fc.uuid(), (bytes, workspaceId, objectId) => {
      const binding = { workspaceId, objectId, version: 1 };
      const { sealed, wrappedKey, commitment } = seal(binding, bytes);
      const key = unwrapKey(wrapping, wrappedKey);
      expect(openBytes(key, binding, sealed).equals(bytes)).toBe(true);
      expect(commitToKey(key).equals(commitment)).toBe(true);
      expect(() => openBytes(key, { ...binding, version: 2 }, sealed)).toThrow();
    }),
  );
});

test('no two objects share a key or a nonce, and no wrapping key opens what another one wrapped', () => {
  const [one, other] = [newKey(), newKey()];
  const seals = [sealWithNewKey(one), sealWithNewKey(other)];
  const binding = { workspaceId: randomUUID(), objectId: randomUUID(), version: 1 };
  const made = Array.from({ length: 2000 }, (_, at) => seals[at % 2]!(binding, Buffer.from('the same')));
  const keys = made.map(({ wrappedKey }, at) => unwrapKey(at % 2 === 0 ? one : other, wrappedKey));
  expect(new Set(keys.map((key) => key.export().toString('hex'))).size).toBe(2000);
  expect(new Set(made.map(({ sealed }) => sealed.subarray(1, 13).toString('hex'))).size).toBe(2000);
  for (const { wrappedKey } of made.filter((_, at) => at % 2 === 1))
    expect(() => unwrapKey(one, wrappedKey)).toThrow(expect.objectContaining({ code: 'vault/unreadable' }));
});
