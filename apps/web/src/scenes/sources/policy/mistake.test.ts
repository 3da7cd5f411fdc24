import { ProblemError } from '@strongroom/protocol';
import { expect, test } from 'vitest';
import { mistakeIn, namesAnotherSource } from './mistake.ts';

test('a wrong policy is its line and the reason, without saying the line twice', () => {
  const problem = new ProblemError('access/bad_policy', 422, 'line 4 of the policy: there is nobody called team:x', {
    members: { line: 4 },
  });
  expect(mistakeIn(problem)).toEqual({ line: 4, reason: 'there is nobody called team:x' });
  expect(mistakeIn(new ProblemError('sources/not_found', 404, 'there is no such source'))).toBeNull();
});

test('a policy of another source is not applied from this page', () => {
  expect(namesAnotherSource('# words\nsource: sales\ntables: {}\n', 'people')).toMatchObject({ line: 2 });
  for (const own of ['source: people\n', 'source: "people" # ours\n', 'tables: {}\n', 'source: [\n'])
    expect(namesAnotherSource(own, 'people')).toBeNull();
});
