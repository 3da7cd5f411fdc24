import { expect, test } from 'vitest';
import { rowWindow } from './row-window.ts';

const at = (total: number, top: number) => rowWindow({ total, rowHeight: 32, top, viewHeight: 516 });

test('a few rows are all drawn', () => {
  expect(at(5, 0)).toMatchObject({ first: 0, last: 5, height: 160, offset: 0 });
});

test('of a million rows only those in view are drawn, and the sheet stays below what browsers can scroll', () => {
  const shown = at(1_000_000, 0);
  expect(shown.height).toBe(12_000_000);
  expect(shown.last - shown.first).toBeLessThan(40);
});

test('the last row of ten million can be reached, and lies at the bottom of the view', () => {
  const end = at(10_000_000, 12_000_000);
  expect(end.last).toBe(10_000_000);
  const bottom = end.offset + (end.last - end.first) * 32;
  expect(Math.round(bottom)).toBe(12_000_000);
});

test.each([0, 1, 499_999, 9_999_999])('row %d of ten million can be shown', (row) => {
  const top = at(10_000_000, 0).topFor(row, 0);
  const shown = at(10_000_000, top);
  expect(row).toBeGreaterThanOrEqual(shown.first);
  expect(row).toBeLessThan(shown.last);
});

test('a row in view does not move the view', () => {
  expect(at(1000, 320).topFor(12, 320)).toBe(320);
});
