import { expect, test } from 'vitest';
import { policyChanges } from './policy-changes.ts';

const policy = (tables: string) => `source: people\ntables:\n${tables}`;
const staff = '  public.staff:\n    grant:\n      - everyone\n';
const pay = '  public.pay:\n    grant:\n      - everyone\n';

test('says which tables were added, changed and taken out', () => {
  expect(policyChanges(policy(staff), policy(staff))).toBe('');
  expect(policyChanges(policy(staff), policy(staff + pay))).toBe('public.pay added');
  expect(policyChanges(policy(staff + pay), policy(`${staff}    filter: id = 1\n`))).toBe(
    'public.staff changed, public.pay taken out',
  );
});

test('names a handful and counts the rest', () => {
  const many = Array.from({ length: 8 }, (_, index) => `  public.t${index}:\n    grant:\n      - everyone\n`).join('');
  expect(policyChanges(policy(''), policy(many))).toMatch(/^public\.t0 added, .*public\.t4 added, 3 more changed$/);
});
