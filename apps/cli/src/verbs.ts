import { type Command, InvalidArgumentError } from 'commander';
import { openDesk, openSession } from './run-command.ts';
import type { Desk, Session } from './session.ts';

export function group(parent: Command, name: string, description: string): Command {
  return parent.command(name).description(description).helpCommand(false);
}

export function verb(parent: Command, usage: string, description: string): Command {
  return parent.command(usage).description(description).option('--json', 'print what the server answered');
}

export async function run(command: Command, work: (session: Session) => Promise<void>): Promise<void> {
  await work(await openSession(command.opts()['json'] === true));
}

/** For commands that ask no server. */
export async function offline(command: Command, work: (desk: Desk) => Promise<void>): Promise<void> {
  await work(openDesk(command.opts()['json'] === true));
}

export function append(text: string, before: string[] | undefined): string[] {
  return [...(before ?? []), text];
}

export function wholeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1) throw new InvalidArgumentError('It must be a whole number from 1.');
  return number;
}

export function countOrNone(text: string): number | 'none' {
  if (text === 'none') return 'none';
  try {
    return position(text);
  } catch {
    throw new InvalidArgumentError('It must be a whole number, or `none`.');
  }
}

export function position(text: string): number {
  return text === '0' ? 0 : wholeNumber(text);
}

export function portNumber(text: string): number {
  const port = Number(text);
  if (!/^[0-9]{1,5}$/.test(text) || port > 65_535) throw new InvalidArgumentError('It must be a port, 0 to 65535.');
  return port;
}

export function oneOf(...choices: string[]): (text: string) => string {
  return (text) => {
    if (!choices.includes(text)) throw new InvalidArgumentError(`It must be one of ${choices.join(', ')}.`);
    return text;
  };
}
