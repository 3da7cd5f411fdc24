import { ProblemError } from '@strongroom/protocol';

export function subjectUnknown(subject: string): ProblemError {
  return new ProblemError(
    'access/subject_unknown',
    404,
    `there is nobody called \`${subject}\` in this workspace; give \`everyone\`, \`person:EMAIL\` or \`team:NAME\``,
  );
}
