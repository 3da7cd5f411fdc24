import { createInterface } from 'node:readline/promises';
import { text } from 'node:stream/consumers';
import { WrongUsage } from './failure.ts';
import { plainJson, plainLine } from './plain-text.ts';
import { renderTable, type TableColumn } from './table.ts';

export type Terminal = {
  readonly json: boolean;
  /** Whether a person can be asked. */
  readonly interactive: boolean;
  /** A line on standard output; must be plain already. */
  line(text?: string): void;
  /** A line beside the matter, fainter where that is possible. */
  aside(text: string): void;
  /** A line on standard error. */
  warn(text: string): void;
  printJson(value: unknown): void;
  table(columns: readonly TableColumn[], rows: readonly (readonly unknown[])[]): void;
  confirm(question: string, byDefault: boolean): Promise<boolean>;
  /** All of standard input. Throws `WrongUsage` when a person would have to type it. */
  readInput(): Promise<string>;
};

export function openTerminal(json: boolean, colour: boolean): Terminal {
  const write = (line: string): void => void process.stdout.write(`${line}\n`);
  return {
    json,
    interactive: !json && process.stdin.isTTY === true && process.stderr.isTTY === true,
    line: (line = '') => write(line),
    aside: (line) => write(colour ? `\u001b[2m${line}\u001b[22m` : line),
    warn: (line) => void process.stderr.write(`${plainLine(line)}\n`),
    printJson: (value) => write(plainJson(JSON.stringify(value, null, 2))),
    table: (columns, rows) => renderTable(columns, rows).forEach(write),
    confirm: async (question, byDefault) => {
      const reader = createInterface({ input: process.stdin, output: process.stderr });
      const answer = await reader
        .question(`${plainLine(question)} ${byDefault ? '[Y/n]' : '[y/N]'} `)
        .finally(() => reader.close());
      return answer.trim() === '' ? byDefault : /^y(es)?$/i.test(answer.trim());
    },
    readInput: async () => {
      if (process.stdin.isTTY === true) throw new WrongUsage('`-` reads standard input: pipe it in');
      return (await text(process.stdin)).trim();
    },
  };
}
