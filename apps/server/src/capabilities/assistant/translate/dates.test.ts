import { describe, expect, test } from 'vitest';
import { readDate } from './dates.ts';
import { tokenize } from './tokens.ts';

const today = new Date('2026-11-20T12:00:00Z'); // a Friday
const read = (text: string) => {
  const tokens = tokenize(text);
  const found = readDate(tokens, 0, today);
  return found === null || found.length !== tokens.length ? null : [found.range.from, found.range.before];
};

describe('dates in a question', () => {
  test.each([
    ['in January 2001', '2001-01-01', '2001-02-01'],
    ['in December 2001', '2001-12-01', '2002-01-01'],
    ['on March 5, 2001', '2001-03-05', '2001-03-06'],
    ['on 5 March 2001', '2001-03-05', '2001-03-06'],
    ['on 2001-03-05', '2001-03-05', '2001-03-06'],
    ['in 2001', '2001-01-01', '2002-01-01'],
    ['in the 1990s', '1990-01-01', '2000-01-01'],
    ['before February 2001', null, '2001-02-01'],
    ['after February 2001', '2001-03-01', null],
    ['since 2001-03-05', '2001-03-05', null],
    ['until March 5, 2001', null, '2001-03-06'],
    ['on or after Apr 1, 2023', '2023-04-01', null],
    ['between January 5 and January 10, 2001', '2001-01-05', '2001-01-11'],
    ['between 2001-01-05 and 2001-01-10', '2001-01-05', '2001-01-11'],
    ['from March to May 2001', '2001-03-01', '2001-06-01'],
    ['in the first quarter of 2001', '2001-01-01', '2001-04-01'],
    ['in Q3 2001', '2001-07-01', '2001-10-01'],
    ['today', '2026-11-20', '2026-11-21'],
    ['yesterday', '2026-11-19', '2026-11-20'],
    ['last month', '2026-10-01', '2026-11-01'],
    ['this year', '2026-01-01', '2027-01-01'],
    ['last week', '2026-11-09', '2026-11-16'],
    ['in the last 7 days', '2026-11-13', '2026-11-21'],
    ['on 13/02/2001', '2001-02-13', '2001-02-14'],
  ])('`%s` is from %s to before %s', (text, from, before) => {
    expect(read(text)).toEqual([from, before]);
  });

  test.each(['on 3/4/2001', 'on March 5', 'over 2001', '2001', 'on June 31, 2001', 'between 5 and 10', 'in Chicago'])(
    '`%s` is not guessed',
    (text) => {
      expect(read(text)).toBeNull();
    },
  );

  test('a month without a year is that month of any year', () => {
    expect(readDate(tokenize('in March'), 0, today)?.range).toEqual({
      from: null,
      before: null,
      month: 3,
      weekdays: null,
    });
  });
});
