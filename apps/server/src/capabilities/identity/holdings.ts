import type { Holding } from '#contracts';

export const holdings: Holding[] = [
  {
    table: 'workspaces',
    what: 'name of the workspace',
    about: 'workspace',
    why: 'everything belongs to one',
    howLong: 'as long as the workspace',
  },
  {
    table: 'people',
    what: "email address, name, role, the issuer's id for the person, last sign-in",
    about: 'person',
    why: 'to know who may ask',
    howLong: 'until the person is removed',
  },
  {
    table: 'teams',
    what: 'names of teams',
    about: 'workspace',
    why: 'to share with several people at once',
    howLong: 'until the team is removed',
  },
  {
    table: 'team_members',
    what: 'who is in which team',
    about: 'person',
    why: 'to share with several people at once',
    howLong: 'until the person leaves the team or is removed',
  },
  {
    table: 'sessions',
    what: "hash of a browser's session token, when it began and was last used, which admin made its link",
    about: 'person',
    why: 'to stay signed in',
    howLong: 'until sign-out, 12 hours unused or 7 days',
  },
  {
    table: 'api_tokens',
    what: 'name, scopes and hash of a token, who made it, last use',
    about: 'person',
    why: 'for programs that ask',
    howLong: 'until revoked or expired',
  },
  {
    table: 'sign_in_links',
    what: 'hash of a one-time link, who made it',
    about: 'person',
    why: 'to sign in at the evaluation identity provider',
    howLong: '10 minutes, or until used',
  },
];
