import type { ProblemError } from '@strongroom/protocol';
import { expect, test } from 'vitest';
import { printPolicyFile, readPolicyFile } from './policy-file.ts';

/** A policy with these lines for the one rule that it has, from line 4 on. */
const withRule = (...lines: string[]): string =>
  ['source: people', 'tables:', '  public.staff:', ...lines.map((line) => `    ${line}`)].join('\n');

const everyone = 'grant: [everyone]';

function refusal(text: string): ProblemError {
  try {
    readPolicyFile(text);
  } catch (error) {
    return error as ProblemError;
  }
  throw new Error('it was taken');
}

test.each<[what: string, text: string, line: number]>([
  ['a filter without a condition', withRule(everyone, 'filter:'), 5],
  ['a filter that is commented out', withRule(everyone, "filter: # team = 'red'"), 5],
  ['a filter that is null', withRule(everyone, 'filter: null'), 5],
  ['a filter that is ~', withRule(everyone, 'filter: ~'), 5],
  ['an empty filter', withRule(everyone, 'filter: ""'), 5],
  ['a filter that is true', withRule(everyone, 'filter: true'), 5],
  ['a filter that is a list', withRule(everyone, "filter: [team = 'red']"), 5],
  ['a filter twice', withRule(everyone, "filter: team = 'red'", 'filter: "true"'), 6],
  ['columns without anything', withRule(everyone, 'columns:'), 5],
  ['nothing denied', withRule(everyone, 'columns:', '  deny:'), 6],
  ['nothing masked', withRule(everyone, 'columns:', '  mask:'), 6],
  ['a mask nobody knows', withRule(everyone, 'columns: { mask: { salary: nul } }'), 5],
  ['a mask of __proto__', withRule(everyone, 'columns: { mask: { __proto__: null } }'), 5],
  ['a mask of "__proto__"', withRule(everyone, 'columns:', '  mask:', '    salary: null', '    "__proto__": null'), 8],
  ['a column twice', withRule(everyone, 'columns: { mask: { a: null, "a": partial } }'), 5],
  ['1 and "1"', withRule(everyone, 'columns:', '  mask:', '    1: null', '    "1": partial'), 8],
  ['true and "true"', withRule(everyone, 'columns: { mask: { true: null, "true": partial } }'), 5],
  ['a list for a name', withRule(everyone, 'columns: { mask: { [a]: null } }'), 5],
  ['a merge', withRule('<<: { grant: [everyone] }'), 3],
  ['an alias', withRule('grant: &who [everyone]', 'columns: { deny: *who }'), 1],
  ['a tag', withRule('grant: !!js/function [everyone]'), 4],
  ['a word nobody knows', withRule(everyone, 'filters: team'), 5],
  ['a grant that is a text', withRule('grant: everyone'), 4],
  ['a grant to nobody', withRule('grant: []'), 4],
  ['a table twice', 'source: people\ntables:\n  a.b: { grant: [everyone] }\n  a.b: { grant: [everyone] }', 4],
  [
    'a table as 1.5 and "1.5"',
    'source: people\ntables:\n  1.5: { grant: [everyone] }\n  "1.5": { grant: [everyone] }',
    4,
  ],
  ['two documents', 'source: people\ntables: {}\n---\nsource: people\ntables: {}', 3],
  ['a table without its schema', 'source: people\ntables:\n  staff: { grant: [everyone] }', 3],
  ['the tables of Object', 'source: people\ntables:\n  constructor: { grant: [everyone] }', 3],
  ['nothing', '', 1],
  ['too much', '#'.repeat(300_000), 1],
])('%s is refused with its line', (_, text, line) => {
  expect(refusal(text)).toMatchObject({ code: 'access/bad_policy', status: 422, members: { line } });
});

test('a rule without a filter is every row, and a file reads back as it was printed', () => {
  const text = withRule(everyone, 'columns: { deny: [constructor], mask: { toString: null, "2024": partial } }');
  const { file } = readPolicyFile(text);
  expect(file.tables['public.staff']).toEqual([
    {
      grant: ['everyone'],
      columns: { deny: ['constructor'], mask: { toString: 'null', '2024': 'partial' } },
      filter: null,
    },
  ]);
  expect(readPolicyFile(printPolicyFile(file)).file).toEqual(file);
});
