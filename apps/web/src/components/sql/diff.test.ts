import { expect, test } from 'vitest';
import { diff } from './diff.ts';
import { arranged, tokens } from './tokens.ts';

const changed = (asked: string, run: string) =>
  diff(asked, run)
    .filter(({ change, token }) => change !== 'same' && token.kind !== 'space')
    .map(({ change, token }) => `${change === 'added' ? '+' : '-'}${token.text}`);

test('the texts of the tokens add up to the SQL, whatever is in it', () => {
  const sql = `SELECT "a b", 'it''s -- not a comment', $x$ ; $x$, 1.5e3::numeric /* c */ -- end\nFROM é WHERE a<>b ; \\`;
  expect(
    tokens(sql)
      .map(({ text }) => text)
      .join(''),
  ).toBe(sql);
});

test('arranging for reading changes nothing but spaces', () => {
  const sql = 'SELECT a FROM t LEFT JOIN u ON u.id = t.id WHERE a IN (SELECT b FROM c ORDER BY 1) GROUP BY a LIMIT 5';
  const read = arranged(tokens(sql))
    .map(({ text }) => text)
    .join('');
  expect(read.replace(/\s+/g, ' ')).toBe(sql);
  expect(read.split('\n')).toEqual([
    'SELECT a',
    'FROM t',
    'LEFT JOIN u ON u.id = t.id',
    'WHERE a IN (SELECT b FROM c ORDER BY 1)',
    'GROUP BY a',
    'LIMIT 5',
  ]);
});

test('an added limit and filter are the only additions', () => {
  expect(changed('select a from t;', 'SELECT a FROM public.t WHERE (owner = 7) LIMIT 101')).toEqual([
    '+public',
    '+.',
    '+WHERE',
    '+(',
    '+owner',
    '+=',
    '+7',
    '+)',
    '+LIMIT',
    '+101',
  ]);
});

test('case and line breaks outside quotes are no difference, inside quotes they are', () => {
  expect(changed('select A\nfrom T', 'SELECT a FROM t')).toEqual([]);
  expect(changed("SELECT 'A'", "SELECT 'a'")).toEqual(["-'A'", "+'a'"]);
});

test('what was asked and taken away is shown as removed', () => {
  expect(changed('SELECT a FROM t LIMIT 900', 'SELECT a FROM t LIMIT 100')).toEqual(['-900', '+100']);
});

test('the tokens that are not removed are the SQL that ran, word for word', () => {
  const run = 'SELECT a, count(*) FROM public.t GROUP BY a ORDER BY (count(*)) DESC LIMIT 5';
  const shown = diff('SELECT a, count(*) AS n FROM t GROUP BY 1 ORDER BY n DESC', run)
    .filter(({ change }) => change !== 'removed')
    .map(({ token }) => token.text)
    .join('');
  expect(shown.replace(/\s+/g, ' ')).toBe(run);
});

test('SQL too long to compare is shown whole', () => {
  const long = `SELECT ${Array.from({ length: 4000 }, (_, index) => `c${index}`).join(', ')}`;
  expect(diff('SELECT 1', long).every(({ change }) => change === 'same')).toBe(true);
});
