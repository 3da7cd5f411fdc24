import { expect, test } from 'vitest';
import { holdsPassword } from './add-database.ts';

test.each([
  ['postgres://reader:secret@db.example.com/sales', true],
  ['postgres://reader%3Asecret@db.example.com/sales', true],
  ['postgres://db.example.com/sales?user=reader&password=secret', true],
  ['postgres://reader:secret@a,b/sales', true],
  ['host=db password=secret', true],
  ['postgres://reader@db.example.com/sales', false],
  ['postgres://reader@db.example.com:5432/sales?sslmode=require', false],
])('a password in a URL is seen: %s', (url, expected) => {
  expect(holdsPassword(url)).toBe(expected);
});
