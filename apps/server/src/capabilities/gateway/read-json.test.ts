import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { elementsOf, readJsonObject, setMembers } from './read-json.ts';

const read = (text: string | Buffer) => readJsonObject(Buffer.from(text));
const codeOf = (text: string | Buffer): unknown => {
  try {
    read(text);
    return null;
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
};
const object = fc.dictionary(
  fc.string().filter((name) => name !== '__proto__' && !name.includes('\0')),
  fc.jsonValue(),
  {
    maxKeys: 6,
  },
);

describe('what readers of JSON differ about is refused', () => {
  test.each([
    ['nothing', '', 'gateway/bad_json'],
    ['an array', '[]', 'gateway/bad_json'],
    ['half an object', '{"a":1', 'gateway/bad_json'],
    ['two objects', '{}{}', 'gateway/bad_json'],
    ['a comma at the end', '{"a":1,}', 'gateway/bad_json'],
    ['a comment', '{"a":1/**/}', 'gateway/bad_json'],
    ['a single quote', "{'a':1}", 'gateway/bad_json'],
    ['a number with a zero before it', '{"a":01}', 'gateway/bad_json'],
    ['NaN', '{"a":NaN}', 'gateway/bad_json'],
    ['a line end in a text', '{"a":"\n"}', 'gateway/bad_json'],
    ['an escape that is none', String.raw`{"a":"\x41"}`, 'gateway/bad_json'],
    ['a byte order mark', '\ufeff{}', 'gateway/bad_json'],
    ['half a character in a name', String.raw`{"\ud800":1}`, 'gateway/bad_json'],
    ['invalid UTF-8', Buffer.from('7b2261223a22ff227d', 'hex'), 'gateway/bad_utf8'],
    ['an overlong slash', Buffer.from('7b2261223a22c0af227d', 'hex'), 'gateway/bad_utf8'],
    ['a NUL', '{"a":"\0"}', 'gateway/nul'],
    ['an escaped NUL', String.raw`{"a":["\u0000"]}`, 'gateway/nul'],
    ['a name twice', '{"store":false,"store":true}', 'gateway/duplicate_member'],
    ['a name twice, once escaped', String.raw`{"store":false,"st\u006fre":true}`, 'gateway/duplicate_member'],
    ['a name twice, once in another case', '{"store":false,"STORE":true}', 'gateway/duplicate_member'],
    ['a name twice, once with a long s', '{"store":false,"\u017ftore":true}', 'gateway/duplicate_member'],
    ['a name twice further down', '{"a":[{"b":1,"b":2}]}', 'gateway/duplicate_member'],
    ['129 levels', `{"a":${'['.repeat(128)}${']'.repeat(128)}}`, 'gateway/too_deep'],
    ['a million levels', `{"a":${'['.repeat(1_000_000)}`, 'gateway/too_deep'],
    [
      '100,001 members',
      `{${Array.from({ length: 100_001 }, (_, at) => `"${at}":0`).join()}}`,
      'gateway/too_many_members',
    ],
    // Each is two bytes to us and much memory to whoever builds them.
    ['100,001 empty lists', `{"a":[${'[],'.repeat(100_000)}[]]}`, 'gateway/too_many_members'],
    ['a long name at the top', `{"${'a'.repeat(65)}":1}`, 'gateway/long_name'],
    ['a name of a few bytes that is long when it is folded', `{"${'\ufdfa'.repeat(22)}":1}`, 'gateway/long_name'],
  ])('%s', (_what, text, code) => {
    expect(codeOf(text)).toBe(code);
  });
});

test('names that differ in case only are different further down, as in the schema of a tool', () => {
  expect(codeOf('{"tools":[{"properties":{"id":1,"ID":2}}]}')).toBe(null);
});

test('a long name is one as any other further down, and so are many numbers', () => {
  expect(codeOf(`{"${'a'.repeat(64)}":{"${'a'.repeat(1_000)}":[${'0,'.repeat(200_000)}0]}}`)).toBe(null);
});

test('any object that JSON.stringify writes is read, and each member stands where it is said to', () => {
  fc.assert(
    fc.property(object, fc.constantFrom(undefined, 1, '\t'), (value, space) => {
      const folded = Object.keys(value).map((name) => name.normalize('NFKC').toLowerCase());
      fc.pre(new Set(folded).size === folded.length && !JSON.stringify(value).includes(String.raw`\u0000`));
      fc.pre(Object.keys(value).every((name) => name.isWellFormed()));
      const bytes = Buffer.from(JSON.stringify(value, null, space));
      const { members } = readJsonObject(bytes);
      expect([...members.keys()]).toEqual(Object.keys(value));
      for (const [name, { start, end }] of members)
        expect(JSON.parse(bytes.toString('utf8', start, end))).toEqual(JSON.parse(JSON.stringify(value[name])));
    }),
  );
});

test('whatever JSON.parse refuses is refused', () => {
  const piece = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"',
    '"a"',
    'b',
    '\\',
    '1',
    '-',
    '.',
    'e',
    'true',
    'null',
    ' ',
    '0',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const text = `{"a":${pieces.join('')}}`;
      let parsed: unknown;
      try {
        parsed = JSON.parse(text);
      } catch {
        expect(codeOf(text)).not.toBe(null);
        return;
      }
      const code = codeOf(text);
      expect([null, 'gateway/duplicate_member']).toContain(code);
      if (code === null) expect(parsed).toBeTypeOf('object');
    }),
    { numRuns: 20_000 },
  );
});

test('each element of a list stands where it is said to', () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue()), fc.constantFrom(undefined, 1), (values, space) => {
      const text = JSON.stringify(values, null, space);
      const elements = elementsOf(Buffer.from(text)).map(({ start, end }): unknown =>
        JSON.parse(Buffer.from(text).toString('utf8', start, end)),
      );
      expect(elements).toEqual(JSON.parse(text));
    }),
  );
});

test('a member that is set is set, whatever stood there, and no other byte changes', () => {
  fc.assert(
    fc.property(object, (value) => {
      fc.pre(
        !JSON.stringify(value).includes(String.raw`\u0000`) && Object.keys(value).every((name) => name.isWellFormed()),
      );
      const folded = Object.keys(value).map((name) => name.normalize('NFKC').toLowerCase());
      fc.pre(new Set(folded).size === folded.length && !folded.includes('store'));
      const text = JSON.stringify(value);
      const bytes = Buffer.from(text);
      const set = setMembers(bytes, readJsonObject(bytes), { store: 'false' });
      expect(JSON.parse(set.toString())).toEqual({ ...(JSON.parse(text) as object), store: false });
      expect(set.toString().endsWith(text.slice(1))).toBe(true);
      const again = setMembers(set, readJsonObject(set), { store: 'true' });
      expect(again.toString()).toBe(set.toString().replace('"store":false', '"store":true'));
    }),
  );
});

test('numbers leave as they came, also those that no double holds', () => {
  const bytes = Buffer.from('{ "seed": 12345678901234567890, "t": 1.0e-400 }');
  expect(setMembers(bytes, readJsonObject(bytes), { store: 'false' }).toString()).toBe(
    '{"store":false, "seed": 12345678901234567890, "t": 1.0e-400 }',
  );
});
