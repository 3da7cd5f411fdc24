import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isPrintedJson } from './is-printed-json.ts';

/** What the guarantee says, done plainly. */
function printsAsItself(text: string): boolean {
  try {
    return JSON.stringify(JSON.parse(text)) === text;
  } catch {
    return false;
  }
}

const parts = ['{', '}', '[', ']', '"', ':', ',', '"a":', '"b":', '"1":', '"__proto__":', '""', '"x"', '"x y"', ' '];
const values = ['null', 'true', 'false', '0', '00', '-0', '7', '1e3', '1.0', '999999999999999', '9007199254740993'];
const strange = ['\\', '\\"', '\\u0041', '\\n', '\n', '\u007f', 'é', '\u2028', '\ud800', 'nul', '\\ud800'];

test('a text is taken for printed JSON exactly when it is read and printed as itself', () => {
  const pieces = fc.array(fc.constantFrom(...parts, ...values, ...strange), { maxLength: 12 });
  const printed = fc.json().map((text) => JSON.stringify(JSON.parse(text)));
  const object = fc
    .array(fc.tuple(fc.constantFrom('a', 'b', '1', 'aa', ''), fc.constantFrom(...values, '"x"', '"a"', '"a:"', '{}')))
    .map((pairs) => `{${pairs.map(([name, value]) => `"${name}":${value}`).join(',')}}`);
  const texts = fc.oneof(
    pieces.map((all) => all.join('')),
    printed,
    object,
    fc.string({ unit: 'binary' }),
  );
  fc.assert(
    fc.property(texts, (text) => {
      expect(isPrintedJson(text)).toBe(printsAsItself(text));
    }),
    { numRuns: 20_000 },
  );
});

test('what could be read as something else is refused', () => {
  for (const text of [
    '{"a":1,"a":1}',
    '{"a":"x","b":2,"a":"x"}',
    '{"b":1,"1":2}',
    '01',
    '-0',
    '1.0',
    '"\\u0041"',
    '{"a":1,}',
    '{"a":1}}',
  ])
    expect(isPrintedJson(text), text).toBe(false);
  for (const text of ['{}', '{"a":"b","b":"a"}', '{"ba":1,"a":1}', '0', 'null', '""', '{"rows":3,"bytes":0,"ok":true}'])
    expect(isPrintedJson(text), text).toBe(true);
});

test('a line full of names is not looked through for each of them', () => {
  const name = (at: number): string =>
    String(at)
      .padStart(5, '0')
      .replace(/\d/g, (digit) => 'abcdefghij'[Number(digit)] ?? '');
  const text = `{${Array.from({ length: 60_000 }, (_, at) => `"${name(at)}":1`).join()}}`;
  const startedMs = performance.now();
  expect(isPrintedJson(text)).toBe(true);
  expect(performance.now() - startedMs).toBeLessThan(3_000);
});
