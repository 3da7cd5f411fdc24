import { expect, test } from 'vitest';
import { says } from './says.ts';

const term = { name: 'Turnover', synonyms: ['gross sales'], definition: 'All totals of a fiscal year' };

test.each(['', ' ', 'turn', 'SALES', 'fiscal turnover', 'year  gross'])(
  'a term says “%s” in its name, synonyms or definition',
  (words) => {
    expect(says(term, words)).toBe(true);
  },
);

test('all of the words must be there', () => {
  expect(says(term, 'turnover monthly')).toBe(false);
});
