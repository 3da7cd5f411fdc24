import { createCipheriv, type KeyObject } from 'node:crypto';
import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { newKey, unwrapKey, wrapKey } from './index.ts';

/** With nothing kept from any other key. */
function wrappedAlone(wrapping: KeyObject, key: KeyObject): Buffer {
  const cipher = createCipheriv('id-aes256-wrap', wrapping, Buffer.alloc(8, 0xa6));
  return Buffer.concat([cipher.update(key.export()), cipher.final()]);
}

test('keys wrapped one after the other under one key are wrapped as each alone', () => {
  const [one, other] = [newKey(), newKey()];
  for (let turn = 0; turn < 100; turn += 1) {
    const wrapping = turn % 3 === 0 ? other : one;
    const key = newKey();
    const wrapped = wrapKey(wrapping, key);
    expect(wrapped.equals(wrappedAlone(wrapping, key))).toBe(true);
    expect(unwrapKey(wrapping, wrapped).equals(key)).toBe(true);
  }
});

test('an altered key is refused, and what comes after it unwraps', () => {
  const [wrapping, key] = [newKey(), newKey()];
  const wrapped = wrapKey(wrapping, key);
  for (let bit = 0; bit < wrapped.length * 8; bit += 1) {
    const altered = Buffer.from(wrapped);
    altered.writeUInt8(altered.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
    expect(() => unwrapKey(wrapping, altered)).toThrow(expect.objectContaining({ code: 'vault/unreadable' }));
    expect(unwrapKey(wrapping, wrapped).equals(key)).toBe(true);
  }
  expect(() => unwrapKey(newKey(), wrapped)).toThrow(expect.objectContaining({ code: 'vault/unreadable' }));
});

test('no two fresh keys are alike or share a part, and none prints', () => {
  const seen = new Set<string>();
  for (let turn = 0; turn < 2_000; turn += 1) {
    const key = newKey();
    const bytes = key.export();
    for (let at = 0; at < bytes.length; at += 8) seen.add(bytes.subarray(at, at + 8).toString('hex'));
    const printed = `${inspect(key)}${JSON.stringify(key)}`;
    expect(printed).not.toContain(bytes.toString('hex'));
  }
  expect(seen.size).toBe(2_000 * 4);
});
