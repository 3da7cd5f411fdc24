import { ProblemError } from '@strongroom/protocol';

export const identityProblems = {
  badToken: () => new ProblemError('identity/bad_token', 401, 'the token is not valid any more'),
  noSession: () =>
    new ProblemError('identity/no_session', 400, 'a token has no session to end; revoke the token instead'),
  unknownPerson: () => new ProblemError('identity/unknown_person', 404, 'there is no such person in this workspace'),
  emailTaken: (email: string) =>
    new ProblemError('identity/email_taken', 409, `\`${email}\` is in this workspace already`),
  lastAdmin: () =>
    new ProblemError('identity/last_admin', 409, 'a workspace needs an admin; make somebody else one first'),
  localAdmin: () =>
    new ProblemError(
      'identity/local_admin',
      409,
      'the local administrator stays while there is no identity provider of your own',
    ),
  unknownTeam: (name: string) => new ProblemError('identity/unknown_team', 404, `there is no team \`${name}\``),
  teamTaken: (name: string) => new ProblemError('identity/team_taken', 409, `there is a team \`${name}\` already`),
  unknownToken: () => new ProblemError('identity/unknown_token', 404, 'there is no such token'),
  badScope: (scope: string) =>
    new ProblemError('identity/bad_scope', 400, `\`${scope}\` is not a permission a token can have`),
  notForOthers: () => new ProblemError('identity/not_for_others', 403, 'only an admin may make this for somebody else'),
  widerToken: () => new ProblemError('identity/wider_token', 403, 'a narrowed token can not make tokens'),
  forAnAdmin: () => new ProblemError('identity/for_an_admin', 403, 'nobody makes a token for an admin but that admin'),
  fullAccessNeeded: () =>
    new ProblemError(
      'identity/full_access_needed',
      403,
      'neither a narrowed token nor access that somebody else made can open the door for others or raise a role',
    ),
  tooManyTries: () =>
    new ProblemError('identity/too_many_tries', 429, 'too many links that do not work came from this address'),
  noEvaluation: () =>
    new ProblemError('identity/no_evaluation', 404, 'one-time links exist only with the evaluation identity provider'),
  badLink: () =>
    new ProblemError('identity/bad_link', 400, 'the link has been used or is too old; ask for a fresh one'),
  forwarded: () =>
    new ProblemError('identity/forwarded', 400, 'the evaluation identity provider does not answer through a proxy'),
  signInExpired: () => new ProblemError('identity/sign_in_expired', 400, 'the sign-in took too long; start again'),
  signInFailed: (internal: string) =>
    new ProblemError('identity/sign_in_failed', 502, 'the identity provider did not confirm the sign-in', { internal }),
  issuerUnavailable: (internal: string) =>
    new ProblemError('identity/issuer_unavailable', 503, 'the identity provider does not answer', { internal }),
  emailNotVerified: () =>
    new ProblemError('identity/email_not_verified', 403, 'the identity provider does not vouch for the email address'),
  notInvited: () =>
    new ProblemError('identity/not_invited', 403, 'this account is not in the workspace; ask an admin to invite you'),
  otherAccount: () =>
    new ProblemError('identity/other_account', 403, 'this email address belongs to another account here; ask an admin'),
  linkNeeded: () => new ProblemError('identity/link_needed', 401, 'open a sign-in link first'),
} as const;
