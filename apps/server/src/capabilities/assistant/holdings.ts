import type { Holding } from '#contracts';

export const holdings: Holding[] = [
  {
    table: 'questions',
    what: 'what a person asked, the SQL asked and run, what a model was told, and how it ended; sealed under a key of its own, never a row of an answer',
    about: 'person',
    why: 'so that the person finds earlier questions and runs them again',
    howLong: 'until the person deletes it or is removed',
  },
];
