import type { Holding } from '#contracts';

export const holdings: Holding[] = [
  {
    place: 'table',
    name: 'questions',
    what: 'what a person asked, the SQL asked and run, what a model was told, and how it ended; never a row of an answer',
    about: 'person',
    why: 'so that the person finds earlier questions and runs them again',
    howLong: 'until the person deletes it or is removed',
    fields: {
      id: 'of the question',
      person_id: 'id of who asked',
      asked_at: 'when',
      sealed: 'all the rest, under a key of its own',
    },
    exported: 'with the person: every question, opened',
    erased: 'its key is destroyed, then the row goes',
  },
  {
    place: 'memory',
    name: 'people removed lately',
    what: 'ids of people who were removed since the server started',
    about: 'person',
    why: 'so that a question that was being asked is not kept after all',
    howLong: 'until the server ends',
    fields: {
      id: 'of the person',
    },
    exported: 'not: a bare id',
    erased: 'stays until the server ends; nothing leads from it to a name',
  },
];
