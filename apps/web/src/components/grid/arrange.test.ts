import { expect, test } from 'vitest';
import { rowsOf } from '../../../dev/rows-of.ts';
import { arrange, filterTest } from './arrange.ts';

const rows = rowsOf(
  [
    ['code', 'text'],
    ['amount', 'decimal'],
  ],
  [
    ['b', '10.5'],
    ['a', null],
    ['c', '9'],
    ['a', '100'],
  ],
);
const order = (...given: Parameters<typeof arrange> extends [unknown, ...infer Rest] ? Rest : never) =>
  Array.from(arrange(rows, ...given) ?? []);

test('nothing asked for arranges nothing', () => {
  expect(arrange(rows, null, new Map([[0, '  ']]))).toBeNull();
});

test('decimals that arrive as text sort as numbers, and NULL is last either way', () => {
  expect(order({ column: 1, direction: 'ascending' }, new Map())).toEqual([2, 0, 3, 1]);
  expect(order({ column: 1, direction: 'descending' }, new Map())).toEqual([3, 0, 2, 1]);
});

test('rows that are equal keep their order', () => {
  expect(order({ column: 0, direction: 'ascending' }, new Map())).toEqual([1, 3, 0, 2]);
});

test('filters of several columns all hold', () => {
  expect(
    order(
      null,
      new Map([
        [0, 'A'],
        [1, '>50'],
      ]),
    ),
  ).toEqual([3]);
});

test.each([
  ['>= 9', ['9', '100'], ['8.9', null]],
  ['!=9', ['10'], ['9', null]],
  ['1,000', [], ['1000']],
  ['<1,000', ['999'], ['1000']],
])('the filter `%s` of a number column', (text, kept, dropped) => {
  const passes = filterTest(text, 'decimal');
  expect(kept.every((value) => passes?.(value))).toBe(true);
  expect(dropped.some((value) => passes?.(value))).toBe(false);
});

test('a comparison without a value filters nothing yet', () => {
  expect(filterTest('>', 'integer')).toBeNull();
});
