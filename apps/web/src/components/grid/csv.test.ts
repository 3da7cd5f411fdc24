import { expect, test } from 'vitest';
import { rowsOf } from '../../../dev/rows-of.ts';
import { csvPieces, tabSeparated } from './csv.ts';

const csv = (rows: Parameters<typeof csvPieces>[0], formulaSafe = false) =>
  [...csvPieces(rows, null, { formulaSafe })].join('');

test('CSV follows RFC 4180: CRLF, a header, quotes doubled, and line breaks kept inside quotes', () => {
  const rows = rowsOf(
    [
      ['name', 'text'],
      ['said "so"', 'text'],
    ],
    [
      ['a,b', 'c"d'],
      ['e\nf', 'plain'],
    ],
  );
  expect(csv(rows)).toBe('name,"said ""so"""\r\n"a,b","c""d"\r\n"e\nf",plain\r\n');
});

test('NULL and empty text stay different', () => {
  expect(
    csv(
      rowsOf(
        [
          ['a', 'text'],
          ['b', 'text'],
        ],
        [[null, '']],
      ),
    ),
  ).toBe('a,b\r\n,""\r\n');
});

test('exact CSV holds the values as they are; the disarmed one lets no text start a formula, and leaves numbers alone', () => {
  const rows = rowsOf(
    [
      ['=a', 'text'],
      ['b', 'decimal'],
    ],
    [
      ['=cmd()', '-1.50'],
      ['@x', '2'],
      ['+1 555', '-3'],
    ],
  );
  expect(csv(rows)).toBe('=a,b\r\n=cmd(),-1.50\r\n@x,2\r\n+1 555,-3\r\n');
  expect(csv(rows, true)).toBe("'=a,b\r\n'=cmd(),-1.50\r\n'@x,2\r\n'+1 555,-3\r\n");
});

test('an integer beyond a double is written digit for digit', () => {
  expect(csv(rowsOf([['n', 'integer']], [[9007199254740993n]]))).toBe('n\r\n9007199254740993\r\n');
});

test('copied cells are separated by tabs and cannot break out of their cell', () => {
  expect(
    tabSeparated([
      ['a\tb', 1],
      [null, 'c\nd'],
    ]),
  ).toBe('a b\t1\n\tc d');
});
