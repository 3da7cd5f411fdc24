import { expect, test } from 'vitest';
import { rowsOf } from '../../../dev/rows-of.ts';
import { changeKind, chartData, chooseChart } from './choose.ts';

test('one value is one number', () => {
  expect(chooseChart(rowsOf([['flights', 'integer']], [[200_000]]))?.kind).toBe('number');
});

test('time and a measure are a line, in the order of time', () => {
  const rows = rowsOf(
    [
      ['delay', 'decimal'],
      ['month', 'timestamp'],
    ],
    [
      ['2', '2001-02-01 00:00:00'],
      ['1', '2001-01-01 00:00:00'],
    ],
  );
  const choice = chooseChart(rows);
  expect(choice).toEqual({ kind: 'line', x: 1, y: 0, series: null });
  expect(chartData(rows, choice!).points.map(({ y }) => y)).toEqual([1, 2]);
});

test('a year that is a number counts as time', () => {
  expect(
    chooseChart(
      rowsOf(
        [
          ['year', 'integer'],
          ['strikes', 'integer'],
        ],
        [
          [1999, 1],
          [2000, 2],
        ],
      ),
    ),
  ).toMatchObject({ kind: 'line', x: 0, y: 1 });
});

test('a category and a measure are bars, the largest first, fifteen at most', () => {
  const rows = rowsOf(
    [
      ['state', 'text'],
      ['delay', 'float'],
    ],
    Array.from({ length: 50 }, (_, index) => [`s${index}`, index]),
  );
  const choice = chooseChart(rows);
  expect(choice).toEqual({ kind: 'bar', x: 0, y: 1, series: null });
  const data = chartData(rows, choice!);
  expect(data.points.length).toBe(15);
  expect(data.points[0]).toMatchObject({ x: 's49', y: 49 });
  expect(data.of).toBe(50);
});

test('two measures are a scatter', () => {
  expect(
    chooseChart(
      rowsOf(
        [
          ['distance', 'integer'],
          ['delay', 'integer'],
        ],
        [
          [1, 2],
          [3, 4],
        ],
      ),
    ),
  ).toEqual({ kind: 'scatter', x: 0, y: 1, series: null });
});

test('a few categories beside time split the line', () => {
  const rows = rowsOf(
    [
      ['day', 'date'],
      ['origin', 'text'],
      ['flights', 'integer'],
    ],
    [
      ['2001-01-01', 'ORD', 1],
      ['2001-01-01', 'LAX', 2],
      ['2001-01-02', 'ORD', 3],
    ],
  );
  expect(chooseChart(rows)?.series).toBe(1);
});

test('raw rows, many for one place, are read in the grid', () => {
  expect(
    chooseChart(
      rowsOf(
        [
          ['origin', 'text'],
          ['delay', 'integer'],
        ],
        [
          ['ORD', 1],
          ['ORD', 2],
        ],
      ),
    ),
  ).toBeNull();
  expect(
    chooseChart(
      rowsOf(
        [
          ['date', 'timestamp'],
          ['delay', 'integer'],
        ],
        [
          ['2001-01-01', 1],
          ['2001-01-01', 2],
        ],
      ),
    ),
  ).toBeNull();
});

test('texts alone, ids alone and no rows have no chart', () => {
  expect(
    chooseChart(
      rowsOf(
        [
          ['a', 'text'],
          ['b', 'text'],
        ],
        [
          ['x', 'y'],
          ['z', 'w'],
        ],
      ),
    ),
  ).toBeNull();
  expect(
    chooseChart(
      rowsOf(
        [
          ['id', 'integer'],
          ['name', 'text'],
        ],
        [
          [1, 'x'],
          [2, 'y'],
        ],
      ),
    ),
  ).toBeNull();
  expect(chooseChart(rowsOf([['n', 'integer']], []))).toBeNull();
});

test('NULL measures are not drawn', () => {
  expect(
    chartData(
      rowsOf(
        [
          ['a', 'text'],
          ['n', 'integer'],
        ],
        [
          ['x', null],
          ['y', 1],
        ],
      ),
      { kind: 'bar', x: 0, y: 1, series: null },
    ).points.length,
  ).toBe(1);
});

test('changing to scatter finds a measure for the other axis', () => {
  const rows = rowsOf(
    [
      ['a', 'text'],
      ['n', 'integer'],
      ['m', 'integer'],
    ],
    [
      ['x', 1, 2],
      ['y', 3, 4],
    ],
  );
  expect(changeKind(rows, { kind: 'bar', x: 0, y: 1, series: null }, 'scatter')).toMatchObject({
    kind: 'scatter',
    x: 2,
    y: 1,
  });
});
