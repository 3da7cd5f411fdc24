import type { Holding } from '#contracts';

export const holdings: Holding[] = [
  {
    place: 'table',
    name: 'canaries',
    what: 'tokens that administrators planted in rows, to be looked for in what leaves',
    about: 'workspace',
    why: 'so that rows that leave where none may are stopped and told of',
    howLong: 'until an administrator removes it',
    fields: {
      id: 'of the canary',
      name: 'what administrators call it',
      sealed: 'the token, under a key of its own',
      planted_at: 'when it was made',
      found_count: 'how often it was found on its way out',
      found_at: 'when it was found last',
    },
    exported: 'not: it is about nobody',
    erased: 'with the workspace',
  },
  {
    place: 'memory',
    name: 'planted tokens',
    what: 'the tokens of a workspace, opened, to compare what leaves with',
    about: 'workspace',
    why: 'so that not every request reads and opens them',
    howLong: 'a second',
    fields: { token: '128 random bits' },
    exported: 'not: it is about nobody',
    erased: 'within a second',
  },
];
