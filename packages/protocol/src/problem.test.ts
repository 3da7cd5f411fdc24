import { expect, test } from 'vitest';
import { ProblemError, problemDocument, problemSchema } from './problem.ts';

test('a problem document has a type of its own, its members, and nothing of what is for the operator only', () => {
  const problem = new ProblemError('sources/name_taken', 409, 'there is a source named `a` already', {
    members: { name: 'a', status: 200 },
    internal: 'a row value: 4242',
  });
  const document = problemDocument(problem, 'r1');
  expect(document).toEqual({
    type: 'urn:strongroom:problem:sources/name_taken',
    title: 'there is a source named `a` already',
    status: 409,
    code: 'sources/name_taken',
    requestId: 'r1',
    name: 'a',
  });
  expect(problemSchema.parse(document)).toEqual(document);
});
