import { expect, test } from 'vitest';
import { displayWidth, renderTable } from './table.ts';

test('numbers stand under each other to the right, text to the left, and nothing trails', () => {
  expect(
    renderTable(
      [{ title: 'origin' }, { title: 'count', right: true }],
      [
        ['ATL', 10],
        ['東京', 12345],
        [null, '7'],
      ],
    ),
  ).toEqual(['origin  count', '──────  ─────', 'ATL        10', '東京    12345', '            7']);
});

test('a long cell is cut and an escape sequence in a cell or a title is spelled out', () => {
  const lines = renderTable([{ title: 'a\u001b[2J' }], [['x'.repeat(100)], ['\u001b[31mred']]);
  expect(lines[0]).toBe('a\\u001b[2J');
  expect(displayWidth(lines[2] ?? '')).toBe(60);
  expect(lines[3]).toBe('\\u001b[31mred');
});
