import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

const WAIT_MS = 10_000;

/**
 * After a kill, `postmaster.pid` may name a process that is still ending (then wait for it), or that is not
 * PostgreSQL at all because the number was used again (then PostgreSQL would refuse to start: remove the file).
 * Throws `Error` when another server really is using the data.
 */
export async function clearStaleLock(data: string): Promise<void> {
  const path = join(data, 'postmaster.pid');
  const deadline = Date.now() + WAIT_MS;
  for (;;) {
    const pid = Number((await readFile(path, 'utf8').catch(() => '')).split('\n')[0]);
    if (!(pid > 0)) return;
    if (!(await isServerOf(pid, data))) return rm(path, { force: true });
    if (Date.now() > deadline) throw new Error(`another Strongroom is using ${data} (process ${pid}); stop it first`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function isServerOf(pid: number, data: string): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  // Without /proc (macOS) a living process is taken at its word.
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => null);
  return command === null ? process.platform !== 'linux' : command.includes(data);
}
