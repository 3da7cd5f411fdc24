import { ProblemError } from '@strongroom/protocol';

/** `line`: from 1, of the policy file. */
export function badPolicy(line: number, reason: string): ProblemError {
  return new ProblemError('access/bad_policy', 422, `line ${line} of the policy: ${reason}`, { members: { line } });
}

export function subjectUnknown(subject: string): ProblemError {
  return new ProblemError(
    'access/subject_unknown',
    404,
    `there is nobody called \`${subject}\` in this workspace; give \`everyone\`, \`person:EMAIL\` or \`team:NAME\``,
  );
}
