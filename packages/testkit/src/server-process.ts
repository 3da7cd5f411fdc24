import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { type OrdinaryUser } from './ordinary-user.ts';
import { passedOn } from './passed-on.ts';
import { rootFolder } from './root-folder.ts';

const SERVER = join(rootFolder, 'apps/server/src/main.ts');

/** Starts the real server with hardly anything of our own environment, so that no setting leaks in. */
export function spawnServer(
  home: string,
  environment: Readonly<Record<string, string>>,
  user: OrdinaryUser | null,
): ChildProcess {
  return spawn(process.execPath, [SERVER], {
    cwd: home,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...user,
    env: {
      ...passedOn(),
      HOME: home,
      TMPDIR: process.env['TMPDIR'] ?? '/tmp',
      STRONGROOM_HOME: home,
      STRONGROOM_PORT: '0',
      ...environment,
    },
  });
}

export type Exit = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

export function exitOf(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
}

/** Everything a stream of the child has said so far; grows while it runs. */
export function collect(stream: NodeJS.ReadableStream | null): { text: string } {
  const said = { text: '' };
  stream?.setEncoding('utf8');
  stream?.on('data', (piece: string) => {
    said.text += piece;
  });
  return said;
}
