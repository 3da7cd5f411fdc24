import type { Answer, AnswerColumn, Understanding } from '@strongroom/protocol';
import { plainLine, plainText } from './plain-text.ts';
import type { Terminal } from './terminal.ts';

const ROWS_SHOWN_MAX = 1000;
const NUMERIC: ReadonlySet<AnswerColumn['kind']> = new Set(['integer', 'decimal', 'float']);
const NAME_WIDTH = 10;

/** INVARIANT: nothing that came back through a row filter never reads as if there were no data. */
const EMPTY_WORDS: Partial<Record<Answer['outcome'], string>> = {
  empty: 'The query ran, and no row matched.',
  filtered: 'Nothing came back, and a row filter applied to you: this does not say that there is no data.',
};

/** The answer as a table, and below it, fainter, the way it came. */
export function showAnswer(terminal: Terminal, answer: Answer): void {
  if (answer.columns.length > 0) {
    const columns = answer.columns.map(({ name, kind }) => ({ title: name, right: NUMERIC.has(kind) }));
    terminal.table(columns, answer.rows.slice(0, ROWS_SHOWN_MAX));
    if (answer.rows.length > ROWS_SHOWN_MAX)
      terminal.line(`… ${count(answer.rows.length - ROWS_SHOWN_MAX, 'more row')}; --json prints all`);
  }
  terminal.line();
  const says = EMPTY_WORDS[answer.outcome];
  if (says !== undefined) terminal.line(says);
  terminal.aside(
    [
      count(answer.rowCount, 'row'),
      answer.complete ? 'complete' : 'not complete: a limit was met',
      `${Math.round(answer.elapsedMs)} ms`,
      answer.source ?? '',
    ]
      .filter(Boolean)
      .join(' · '),
  );
  showWay(terminal, answer);
}

/** Sent, SQL asked, SQL run, receipt: as far as it went. */
export function showWay(terminal: Terminal, answer: Partial<Answer>): void {
  const { disclosure, attempts = [], sql, translator, receipt, questionId } = answer;
  for (const { disclosure: before, asked, refused } of attempts) {
    step(terminal, 'Sent', `${before.sentBytes} B to ${before.recipient}`);
    step(terminal, 'Refused', `${refused.code}, so it was told so\n${asked}`);
  }
  if (disclosure) {
    const what = `${count(disclosure.tables, 'table name')}, ${count(disclosure.columns, 'column name')}, your words`;
    const where =
      disclosure.sentBytes === 0 ? 'nothing left this server' : `${disclosure.sentBytes} B to ${disclosure.recipient}`;
    step(terminal, 'Sent', `${what} · ${where}${translator ? ` · ${translator} translator` : ''}`);
  }
  for (const { name, kind, typed, value } of disclosure?.heldBack ?? [])
    step(terminal, 'Held back', `${name} = ${typed} (${kind}${typed === value ? '' : ` ${value}`})`);
  if (sql?.asked) step(terminal, 'SQL asked', sql.asked);
  if (sql?.run) step(terminal, 'SQL run', sql.run);
  if (receipt) step(terminal, 'Receipt', receipt);
  if (questionId) step(terminal, 'Question', questionId);
}

/** What the translator made of a question that it would not answer. */
export function showUnderstanding(terminal: Terminal, understanding: Understanding): void {
  if (understanding.understood.length > 0) step(terminal, 'Understood', understanding.understood.join(', '));
  if (understanding.notUnderstood.length > 0) step(terminal, 'Unclear', understanding.notUnderstood.join(', '));
  const closest = understanding.closest.map(({ table, column }) => (column === null ? table : `${table}.${column}`));
  if (closest.length > 0) step(terminal, 'Closest', closest.join(', '));
}

function step(terminal: Terminal, name: string, text: string): void {
  const [first = '', ...rest] = plainText(text.trim()).split('\n');
  terminal.aside(`${name.padEnd(NAME_WIDTH)}${first}`);
  for (const line of rest) terminal.aside(' '.repeat(NAME_WIDTH) + line);
}

function count(number: number, noun: string): string {
  return `${number.toLocaleString('en-US')} ${plainLine(noun)}${number === 1 ? '' : 's'}`;
}
