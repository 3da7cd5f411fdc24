import type { ModelStatement } from './model-statement.ts';
import { mint, type Part } from './part.ts';

/** Our words for why a statement was not run. INVARIANT: `query/denied` is the same for what is hidden and what does not exist. */
const WORDS = {
  'query/syntax': 'it is no valid PostgreSQL',
  'query/not_one_statement': 'it is not exactly one statement',
  'query/not_allowed': 'it uses something other than SELECT with common functions, or a value that was not given',
  'query/denied': 'it names a table or column that there is none of by that name',
  'query/not_supported_here': 'it uses something that the database behind it does not have',
  'query/unprintable': 'it is to be written in a simpler way',
  'query/too_complex': 'it is too complex',
  'query/too_deep': 'it is nested too deeply',
} as const;

export type MendableCode = keyof typeof WORDS;

/** What the guard says of a statement that never ran. A source's errors have other codes, and no place here. */
export type StatementRefusal = {
  readonly code: MendableCode;
  /** Character of the statement, from 1, where it is known. */
  readonly position: number | null;
  readonly statement: ModelStatement;
};

export function errorPart({ code, position, statement }: StatementRefusal): Part {
  const where = position === null ? '' : `, near character ${position}`;
  return mint(
    'error',
    `This statement was not run (${code}: ${WORDS[code]}${where}). Write another one.\n${statement}`,
  );
}

export function isMendable(code: string): code is MendableCode {
  return Object.hasOwn(WORDS, code);
}
