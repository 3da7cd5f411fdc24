import { CommanderError } from 'commander';
import { readEnvironment } from './environment.ts';
import { CommandFailure, WrongUsage } from './failure.ts';
import { findServer } from './find-server.ts';
import { plainLine } from './plain-text.ts';
import { connect } from './server.ts';
import type { Desk, Session } from './session.ts';
import { openTerminal } from './terminal.ts';

export function openDesk(json: boolean): Desk {
  const settings = readEnvironment();
  return { terminal: openTerminal(json, settings.colour), settings };
}

export async function openSession(json: boolean): Promise<Session> {
  const desk = openDesk(json);
  return { ...desk, server: connect(await findServer(desk.settings), desk.settings.promises) };
}

/** 0 done, 1 refused or failed with one line `code: message`, 2 wrong usage. */
export async function exitCodeOf(work: Promise<unknown>): Promise<0 | 1 | 2> {
  try {
    await work;
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2; // it has said what is wrong
    if (error instanceof WrongUsage) return complain(`error: ${error.message}`, 2);
    if (error instanceof CommandFailure) return complain(`${error.code}: ${error.message}`, 1);
    return complain(`cli/failed: ${error instanceof Error ? error.message : String(error)}`, 1);
  }
}

function complain<Code extends 1 | 2>(line: string, code: Code): Code {
  process.stderr.write(`${plainLine(line)}\n`);
  return code;
}
