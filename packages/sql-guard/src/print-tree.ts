import type { Node, SelectStmt } from '@pgsql/types';
import { deparseSync } from 'pgsql-deparser';

/** One statement as PostgreSQL text, on one line. Whoever needs certainty parses the text again and compares: the deparser is not trusted. */
export function printStatement(statement: Node): string {
  return deparseSync([statement], { pretty: false });
}

/** A SELECT as PostgreSQL text. The text is canonical SQL to hand to `Guard.check`, not something to run. */
export function printSelect(select: SelectStmt): string {
  return printStatement({ SelectStmt: select });
}
