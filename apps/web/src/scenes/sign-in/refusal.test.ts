import { expect, test } from 'vitest';
import { refusalOf } from './refusal.ts';

test('who is refused at the sign-in is told why and what to do, in our own words', () => {
  expect(refusalOf('?problem=identity/not_invited')).toMatch(/ask an admin/i);
  expect(refusalOf('?problem=%3Cb%3ECall 555%3C/b%3E')).toBe(
    'The sign-in did not work. Start again; if it keeps failing, ask an admin.',
  );
  expect(refusalOf('')).toBeNull();
});
