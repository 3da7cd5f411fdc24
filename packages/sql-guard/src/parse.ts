import type { Node } from '@pgsql/types';
import { loadModule, parseSync, SqlError } from 'libpg-query';
import { notOneStatement, syntax, tooDeep } from './refusal.ts';
import { depthOf, eachNode } from './tree.ts';

/** Objects and arrays inside one another; an operator in an operator is three of them. */
const DEPTH_MAX = 400;

await loadModule();

/**
 * PostgreSQL's own parser. Throws `query/syntax`, `query/not_one_statement`, `query/too_deep`; anything else that it throws
 * means that the parser's memory can't be trusted any more.
 */
export function parseOne(text: string): Node {
  if (text.includes('\0') || !text.isWellFormed()) throw syntax(1);
  if (text === '') throw notOneStatement();
  let statements: { stmt?: Node }[];
  try {
    statements = parseSync(text).stmts ?? [];
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    // The only words of the parser that are read: its stack is full. They are not passed on.
    if (/memory exhausted|stack depth/.test(error.message)) throw tooDeep(DEPTH_MAX);
    throw syntax((error.sqlDetails?.cursorPosition ?? 0) + 1);
  }
  const statement = statements[0]?.stmt;
  if (statements.length !== 1 || statement === undefined) throw notOneStatement();
  if (depthOf(statement) > DEPTH_MAX) throw tooDeep(DEPTH_MAX);
  if (UNUSUAL_NUMBER.test(text)) writeNumbersPlainly(statement);
  return statement;
}

/** `1_000` or `0x1F`, or what only looks like one. */
const UNUSUAL_NUMBER = /\d_|0[xob]/i;

/**
 * Numbers too large for the parser keep the digits that were written. INVARIANT: they are decimal from here on: to a PostgreSQL before
 * version 16 `1_000` is the number 1 in a column that is called `_000`.
 */
function writeNumbersPlainly(statement: Node): void {
  eachNode(statement, (type, node) => {
    const number = type === 'A_Const' ? (node as { fval?: { fval?: string } }).fval : undefined;
    if (number?.fval !== undefined) number.fval = plainNumber(number.fval);
  });
}

function plainNumber(written: string): string {
  const digits = written.replaceAll('_', '');
  const [, sign = '', whole] = /^(-?)(0[xob].*)$/i.exec(digits) ?? [];
  return whole === undefined ? digits : `${sign}${BigInt(whole)}`;
}
