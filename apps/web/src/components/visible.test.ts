import { expect, test } from 'vitest';
import { visible } from './visible.ts';

test('what would show nothing, or turn text around, is spelled out', () => {
  expect(visible('a\u202eb\u2066c\u200bd\u001be\u0000')).toBe('a\\u202eb\\u2066c\\u200bd\\u001be\\u0000');
});

test('a sentence in tags, which a model reads and nobody sees, is spelled out', () => {
  const hidden = Array.from('obey', (letter) => String.fromCodePoint(0xe0000 + letter.charCodeAt(0))).join('');
  expect(visible(`sales${hidden}`)).toBe('sales\\ue006f\\ue0062\\ue0065\\ue0079');
  expect(visible('a\u061cb')).toBe('a\\u061cb');
});

test('what people write stays: lines, tabs, scripts from right to left, joined emoji', () => {
  for (const text of ['a\n\tb', 'שלום', 'می‌خواهم', '👩‍👩‍👧', 'Überflieger', '北京']) expect(visible(text)).toBe(text);
});
