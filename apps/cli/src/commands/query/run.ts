import { WrongUsage } from '../../failure.ts';
import { printAnswer } from '../../print-answer.ts';
import { segment } from '../../server.ts';
import type { Session } from '../../session.ts';

export async function runQuery(
  session: Session,
  sql: string,
  options: { source: string; limit?: number },
): Promise<void> {
  const text = sql === '-' ? await session.terminal.readInput() : sql;
  if (text.trim() === '') throw new WrongUsage('the SQL is empty');
  const body = { sql: text, ...(options.limit === undefined ? {} : { limit: options.limit }) };
  await printAnswer(session, `sources/${segment(options.source)}/query`, body, text);
}
