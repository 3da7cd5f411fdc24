import { createSecretKey, hash, randomBytes, type KeyObject } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatKeyFile, parseKeyFile, type KeyFile } from './key-file-format.ts';

const damaged = expect.objectContaining({ code: 'vault/key_file_damaged' });

const key = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map((bytes): KeyObject => createSecretKey(Buffer.from(bytes)));
const versions = fc
  .record({ first: fc.integer({ min: 1, max: 999_999 }), keys: fc.array(key, { minLength: 1, maxLength: 4 }) })
  .map(({ first, keys }) => new Map(keys.map((value, index) => [first + index, value])));
const keyFile: fc.Arbitrary<KeyFile> = fc.record({
  cluster: key,
  roots: versions,
  epochs: fc.array(fc.tuple(fc.uuid(), versions), { maxLength: 4 }).map((entries) => new Map(entries)),
});

function plain({ cluster, roots, epochs }: KeyFile): unknown {
  const texts = (all: ReadonlyMap<number, KeyObject>) => [...all].map(([version, value]) => [version, hex(value)]);
  return {
    cluster: hex(cluster),
    roots: texts(roots),
    epochs: new Map([...epochs].map(([id, all]) => [id, texts(all)])),
  };
}
const hex = (value: KeyObject): string => value.export().toString('hex');

function example(): KeyFile {
  const random = (): KeyObject => createSecretKey(randomBytes(32));
  return {
    cluster: random(),
    roots: new Map([[1, random()]]),
    epochs: new Map([
      [
        '0b5c2a4e-9d1f-4c3b-8a7e-6f5d4c3b2a19',
        new Map([
          [2, random()],
          [3, random()],
        ]),
      ],
    ]),
  };
}

/** Its lines changed, with a checksum that fits. */
function altered(change: (lines: string[]) => string[]): Buffer {
  const lines = formatKeyFile(example()).toString().split('\n').slice(0, -2);
  const body = change(lines)
    .map((line) => `${line}\n`)
    .join('');
  return Buffer.from(`${body}checksum ${hash('sha256', body)}\n`);
}

test('what is written reads back, and has one text only', () => {
  fc.assert(
    fc.property(keyFile, (file) => {
      const bytes = formatKeyFile(file);
      const read = parseKeyFile(bytes);
      expect(plain(read)).toEqual(plain(file));
      expect(formatKeyFile(read).equals(bytes)).toBe(true);
    }),
  );
});

test('one bit altered anywhere is refused', () => {
  const bytes = formatKeyFile(example());
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    const other = Buffer.from(bytes);
    other.writeUInt8(other.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
    expect(() => parseKeyFile(other), `bit ${bit}`).toThrow(damaged);
  }
});

test('a file cut anywhere, or with more after its end, is refused', () => {
  const bytes = formatKeyFile(example());
  for (let size = 0; size < bytes.length; size += 1)
    expect(() => parseKeyFile(bytes.subarray(0, size))).toThrow(damaged);
  expect(() => parseKeyFile(Buffer.concat([bytes, Buffer.from('\n')]))).toThrow(damaged);
  expect(() => parseKeyFile(Buffer.concat([bytes, bytes]))).toThrow(damaged);
});

test.each<[string, (lines: string[]) => string[]]>([
  ['another version', ([, ...rest]) => ['strongroom-keys 2', ...rest]],
  ['no cluster secret', ([first, , ...rest]) => [first!, ...rest]],
  ['no root key', ([first, cluster, , ...rest]) => [first!, cluster!, ...rest]],
  ['a line twice', (lines) => [...lines, lines.at(-1)!]],
  ['a version left out', (lines) => lines.map((line) => line.replace(/ 3 /, ' 4 '))],
  ['a line of another kind', (lines) => [...lines, 'hello']],
])('%s is refused, whatever the checksum says', (_what, change) => {
  expect(() => parseKeyFile(altered(change))).toThrow(damaged);
});

test('a refusal quotes nothing of the file', () => {
  const bytes = Buffer.from(formatKeyFile(example()).toString().replace('root 1', 'root x'));
  const [secret = ''] = /[\w-]{43}/.exec(bytes.toString()) ?? [];
  try {
    parseKeyFile(bytes);
    expect.unreachable();
  } catch (error) {
    expect(`${String(error)}${JSON.stringify(error)}`).not.toContain(secret);
  }
});
