import { expect, test } from 'vitest';
import { moved, rangeOf } from './selection.ts';

const press = (key: string, more: { shiftKey?: boolean; ctrlKey?: boolean } = {}) => ({
  key,
  shiftKey: false,
  ctrlKey: false,
  metaKey: false,
  ...more,
});
const bounds = { rows: 100, columns: 4, page: 10 };
const start = { row: 5, column: 1, anchorRow: 5, anchorColumn: 1 };

test('arrows move one cell, and never off the grid', () => {
  expect(moved(start, press('ArrowDown'), bounds)).toMatchObject({ row: 6, column: 1, anchorRow: 6 });
  expect(moved({ ...start, row: 0 }, press('ArrowUp'), bounds)).toMatchObject({ row: 0 });
  expect(moved(start, press('End', { ctrlKey: true }), bounds)).toMatchObject({ row: 99, column: 3 });
});

test('Shift keeps the anchor, so that a range is selected', () => {
  const next = moved(start, press('PageDown', { shiftKey: true }), bounds) ?? start;
  expect(rangeOf(next)).toEqual({ top: 5, bottom: 15, left: 1, right: 1 });
});

test('other keys are left to the page', () => {
  expect(moved(start, press('Tab'), bounds)).toBeNull();
});
