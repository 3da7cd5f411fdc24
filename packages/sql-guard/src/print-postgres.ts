import type { Node, SelectStmt } from '@pgsql/types';
import { printStatement } from './print-tree.ts';
import { Refusal, unprintable } from './refusal.ts';
import { sameTree } from './tree.ts';

/** Parses one statement; throws for anything else. */
export type ParseOne = (text: string) => Node;

/** The statement as PostgreSQL text. INVARIANT: it reads back as the very tree it was printed from. */
export function printPostgres(select: SelectStmt, parseOne: ParseOne): string {
  const statement: Node = { SelectStmt: select };
  const text = printed(statement);
  if (!sameTree(statement, readBack(text, parseOne))) throw unprintable();
  return text;
}

function printed(statement: Node): string {
  try {
    return printStatement(statement);
  } catch {
    throw unprintable();
  }
}

/** Parses what was printed. A refusal means that it was printed wrongly; anything else thrown is the parser's own failure. */
export function readBack(text: string, parseOne: ParseOne): Node {
  try {
    return parseOne(text);
  } catch (error) {
    throw error instanceof Refusal ? unprintable() : error;
  }
}
