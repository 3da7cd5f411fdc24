import { ProblemError } from '@strongroom/protocol';

/** INVARIANT: the same for every canary and door, and without a word of what was found. */
export function blocked(): ProblemError {
  return new ProblemError(
    'canaries/blocked',
    403,
    'this was stopped on its way out, since it holds what must not leave; the administrators can see it in the audit log',
  );
}

export function nameTaken(): ProblemError {
  return new ProblemError('canaries/name_taken', 409, 'there is a canary of this name');
}

export function notFound(): ProblemError {
  return new ProblemError('canaries/not_found', 404, 'there is no such canary');
}

export function tooMany(max: number): ProblemError {
  return new ProblemError('canaries/too_many', 409, `there are ${max} canaries, which is the most there can be`, {
    members: { max },
  });
}
