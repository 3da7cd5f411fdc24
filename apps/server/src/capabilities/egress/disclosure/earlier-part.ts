import type { AskerWords } from '@strongroom/protocol';
import type { ModelStatement } from './model-statement.ts';
import { mint, type Part } from './part.ts';

/** What the question goes on from: never a row of its answer, a count of them, or how it ended. */
export type Earlier = {
  /** The asker's, the oldest first. */
  readonly words: readonly AskerWords[];
  /** null where none may be told, since a model did not write it or the asker may no longer read what it reads. */
  readonly statement: ModelStatement | null;
};

export function earlierPart({ words, statement }: Earlier): Part {
  return mint(
    'earlier',
    [
      'The question goes on from earlier ones of the asker:',
      ...words.map((one) => `- ${one}`),
      ...(statement === null ? [] : ['which were last translated as:', statement]),
    ].join('\n'),
  );
}
