import { mint, type Part } from './part.ts';

/** What a model is asked to do. A fixed text: nothing of a source or a person is in it. */
export function instructionPart(): Part {
  return mint(
    'instruction',
    [
      'Translate the question into one PostgreSQL SELECT statement over the tables below.',
      'Use only these tables and columns, schema-qualified. Write no comment and no explanation; answer with the statement alone.',
      'Round averages to two decimals, give every computed column a short alias, and order the result so that it is the same each time.',
      'If the tables cannot answer the question, answer with the single word NONE.',
    ].join('\n'),
  );
}
