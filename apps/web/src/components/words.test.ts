import { expect, test } from 'vitest';
import { adviceFor } from './advice.ts';
import { ago, bytes, count, milliseconds, sentence } from './words.ts';

test('numbers have separators and units', () => {
  expect([
    count(1, 'row'),
    count(200_000, 'row'),
    milliseconds(38.4),
    milliseconds(0.2),
    milliseconds(1536),
    bytes(412),
    bytes(13_500_000),
  ]).toEqual(['1 row', '200,000 rows', '38 ms', '1 ms', '1.5 s', '412 B', '13.5 MB']);
});

test('times are said as people say them', () => {
  const now = Date.parse('2026-01-02T12:00:00Z');
  expect([
    ago(null),
    ago('2026-01-02T11:59:50Z', now),
    ago('2026-01-02T11:55:00Z', now),
    ago('2026-01-01T11:00:00Z', now),
  ]).toEqual(['never', 'just now', '5 minutes ago', 'yesterday']);
});

test('a message of the server becomes a sentence', () => {
  expect([sentence('the name `a` is taken'), sentence('Really?'), sentence('')]).toEqual([
    'The name `a` is taken.',
    'Really?',
    '',
  ]);
});

test('every refusal says what to do, known or not', () => {
  for (const code of ['query/denied', 'guard/two_statements', 'never/seen'])
    for (const status of [400, 401, 403, 404, 409, 413, 422, 429, 500, 503])
      expect(adviceFor({ code, status })).toMatch(/^[A-Z].+\.$|:\/\//);
});
