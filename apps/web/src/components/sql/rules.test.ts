import { expect, test } from 'vitest';
import { policyInShort, readRules } from './rules.ts';

test('what a policy did is told from what is done to any SQL', () => {
  const rules = readRules([
    'tables named in full',
    'rows of public.staff filtered by its policy',
    'public.staff.name masked (pseudonym)',
    'public.staff.email masked (clear, partial)',
    'at most 100,000 rows',
  ]);
  expect(rules).toEqual({
    filtered: ['public.staff'],
    masked: [
      { column: 'public.staff.name', how: 'pseudonym' },
      { column: 'public.staff.email', how: 'clear, partial' },
    ],
    others: ['tables named in full', 'at most 100,000 rows'],
  });
  expect(policyInShort(rules)).toBe('rows filtered, 2 columns masked');
});

test('without a policy there is nothing to say of one', () => {
  expect(policyInShort(readRules(['at most 100,000 rows']))).toBe('');
});
