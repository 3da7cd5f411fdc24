import type { Holding } from '#contracts';

export const holdings: Holding[] = [
  {
    place: 'table',
    name: 'migrations',
    what: 'which steps of the schema ran, and when',
    about: 'workspace',
    why: 'to know what is left to do at a start',
    howLong: 'as long as the database',
    fields: {
      id: 'name of the step',
      checksum: 'of its text, so that a changed step is noticed',
      applied_at: 'when it ran',
    },
    exported: 'not: it is about nobody',
    erased: 'stays',
  },
];
