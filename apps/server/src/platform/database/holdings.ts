import type { Holding } from '#contracts';

export const holdings: Holding[] = [
  {
    table: 'migrations',
    what: 'which steps of the schema ran, and when',
    about: 'workspace',
    why: 'to know what is left to do at a start',
    howLong: 'as long as the database',
  },
];
