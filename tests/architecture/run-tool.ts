import { join } from 'node:path';
import { type ProgramResult, rootFolder, runProgram } from '@strongroom/testkit';

/** Runs one of our tools (a name in `node_modules/.bin`) in a folder, without colours. */
export function runTool(name: string, args: readonly string[], folder: string): Promise<ProgramResult> {
  const binaries = join(rootFolder, 'node_modules', '.bin');
  return runProgram(join(binaries, name), args, {
    cwd: folder,
    env: { PATH: `${binaries}:${process.env['PATH'] ?? ''}`, NO_COLOR: '1' },
  });
}
