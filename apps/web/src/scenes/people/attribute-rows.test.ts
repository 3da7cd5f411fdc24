import { expect, test } from 'vitest';
import { attributesOf, rowsOf, wrongWith } from './attribute-rows.ts';

test('rows give back what they were made of, and an empty one gives nothing', () => {
  const attributes = { region: 'north', desk: '' };
  expect(attributesOf([...rowsOf(attributes), { key: 9, name: '', value: '' }])).toEqual(attributes);
});

test('a name that a filter could not ask for, and one that is there already, are said', () => {
  const rows = [
    { key: 0, name: 'region', value: 'north' },
    { key: 1, name: 'region', value: 'south' },
    { key: 2, name: 'the region', value: 'x' },
    { key: 3, name: '', value: 'x' },
    { key: 4, name: '', value: '' },
  ];
  expect(rows.map((row) => wrongWith(row, rows) !== null)).toEqual([false, true, true, true, false]);
});
