import fc from 'fast-check';
import { expect, test } from 'vitest';
import { plainJson, plainLine, plainText } from './plain-text.ts';

const CONTROL = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

test('no text, whatever it holds, brings a control character or a bidirectional mark to the terminal', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }),
      (text) => !CONTROL.test(plainLine(text)) && !CONTROL.test(plainText(text).replaceAll('\n', '')),
    ),
  );
});

test('an escape sequence is spelled out, not obeyed', () => {
  expect(plainLine('\u001b]0;owned\u0007 \u009b31m a\nb')).toBe('\\u001b]0;owned\\u0007 \\u009b31m a\\nb');
});

test('JSON keeps its meaning and steers no terminal', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const printed = plainJson(JSON.stringify(value, null, 2));
      expect(JSON.parse(printed)).toEqual(JSON.parse(JSON.stringify(value)));
      return !CONTROL.test(printed.replaceAll('\n', ''));
    }),
  );
});
