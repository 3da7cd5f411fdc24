import { expect, test } from 'vitest';
import { rowsOf } from '../../../dev/rows-of.ts';
import { formatFor } from './format.ts';

test('decimals of a column line up, with at most four digits after the point', () => {
  const rows = rowsOf([['delay', 'decimal']], [['8.3312044921875000'], ['10.0000000000000000']]);
  expect([0, 1].map((row) => formatFor(rows, 0)(rows.at(row, 0)))).toEqual(['8.3312', '10.0000']);
});

test('amounts get thousands separators; years and ids do not', () => {
  const rows = rowsOf(
    [
      ['flights', 'integer'],
      ['year', 'integer'],
      ['customer_id', 'integer'],
    ],
    [[10934, 2001, 123456]],
  );
  expect([0, 1, 2].map((column) => formatFor(rows, column)(rows.at(0, column)))).toEqual(['10,934', '2001', '123456']);
});

test('a number that a double cannot hold is shown digit for digit', () => {
  const rows = rowsOf(
    [
      ['n', 'decimal'],
      ['m', 'integer'],
    ],
    [['123456789012345678901', 9007199254740993n]],
  );
  expect(formatFor(rows, 0)('123456789012345678901')).toBe('123456789012345678901');
  expect(formatFor(rows, 1)(9007199254740993n)).toBe('9,007,199,254,740,993');
});
