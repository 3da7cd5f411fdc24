import { type SpawnOptions, spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

export type ProgramResult = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

/** Runs a program to its end, with `input` as its standard input. A signal that ended it shows as code null. */
export async function runProgram(
  file: string,
  args: readonly string[],
  options: SpawnOptions & { input?: string } = {},
): Promise<ProgramResult> {
  const { input, ...spawnOptions } = options;
  const child = spawn(file, [...args], { ...spawnOptions, stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.on('error', () => {}); // it ended without reading all; its exit code says so
  child.stdin.end(input ?? '');
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, stdout, stderr };
}
