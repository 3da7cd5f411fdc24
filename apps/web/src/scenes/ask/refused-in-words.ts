import type { RefusedStatement } from '@strongroom/protocol';

const WORDS: Readonly<Record<string, string>> = {
  'query/syntax': 'it is not valid SQL',
  'query/not_one_statement': 'it is not exactly one statement',
  'query/not_allowed': 'it uses something that is not allowed',
  'query/denied': 'it names a table or column that there is none of, or that you may not see',
  'query/not_supported_here': 'it uses something that this source does not have',
};

/** Why a statement of a model was refused, for people. */
export function refusedInWords({ code, position }: RefusedStatement): string {
  const why = WORDS[code] ?? 'it could not be checked';
  return position === null ? why : `${why}, near character ${position}`;
}
