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
    what: "role and last sign-in; email address, name and the issuer's id for the person, sealed under a key of the person's own; keyed hashes of the address and of the id, to find them by",
    about: 'person',
    why: 'to know who may ask',
    howLong: 'until the person is removed; the key goes first',
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
    what: 'scopes and hash of a token, who made it, last use; its name, sealed under a key of its own',
    about: 'person',
    why: 'for programs that ask',
    howLong: 'until revoked, or ten minutes after it expired; the key goes first',
  },
  {
    table: 'sign_in_links',
    what: 'hash of a one-time link, who made it',
    about: 'person',
    why: 'to sign in at the evaluation identity provider',
    howLong: '10 minutes, or until used',
  },
];
