import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CommandFailure } from './failure.ts';
import type { Session } from './session.ts';

/** The text of a file that a person wrote; `-` reads it from standard input. */
export async function readText({ settings, terminal }: Session, path: string): Promise<string> {
  if (path === '-') return terminal.readInput();
  try {
    return await readFile(resolve(settings.startFolder, path), 'utf8');
  } catch {
    throw new CommandFailure('cli/no_file', `\`${path}\` can't be read`);
  }
}
