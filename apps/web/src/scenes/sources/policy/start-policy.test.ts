import { expect, test } from 'vitest';
import { startPolicy } from './start-policy.ts';

const column = (name: string, kind: string) => ({ name, kind });

test('a policy to begin with names every table and shows at the first one what can be said', () => {
  const text = startPolicy('people', [
    {
      schema: 'public',
      name: 'staff',
      columns: [column('id', 'integer'), column('email', 'text'), column('pay', 'integer')],
    },
    { schema: 'public', name: 'order items', columns: [] },
  ]);
  expect(text.split('\n').slice(3)).toEqual([
    'source: people',
    'tables:',
    '  public.staff:',
    '    grant: [everyone]',
    '    # Instead of everyone: [team:finance, person:bo@example.com]',
    '    # columns:',
    '    #   deny: [pay]',
    '    #   mask: { email: partial }  # or pseudonym, or null',
    '    # filter: "email = {{user.attributes.email}}"',
    '  "public.order items":',
    '    grant: [everyone]',
    '',
  ]);
});

test('a source without tables has a policy that names none', () => {
  expect(startPolicy('empty', [])).toContain('source: empty\ntables: {}\n');
});
