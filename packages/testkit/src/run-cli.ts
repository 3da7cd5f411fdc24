import { join } from 'node:path';
import { passedOn } from './passed-on.ts';
import { rootFolder } from './root-folder.ts';
import { type ProgramResult, runProgram } from './run-program.ts';

const CLI = join(rootFolder, 'apps/cli/src/main.ts');

export type CliOptions = {
  /** Where it finds the server, e.g. `{ STRONGROOM_HOME: server.home }`; of our own environment hardly anything is passed on. */
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  readonly cwd?: string;
};

/** Runs `strongroom …` as a program, the way a person or a script does. */
export function runCli(args: readonly string[], options: CliOptions = {}): Promise<ProgramResult> {
  return runProgram(process.execPath, [CLI, ...args], {
    env: { ...passedOn(), ...options.env },
    ...(options.input === undefined ? {} : { input: options.input }),
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
}
