import { randomBytes } from 'node:crypto';
import { link, readFile, rm, unlink, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { codeOf, keyUnavailable } from './errors.ts';

const pollMs = 5;
const waitMsMax = 10_000;

/** Who waits for a path in this process, so that its own calls queue instead of polling. */
const queues = new Map<string, Promise<unknown>>();

/**
 * Runs `action` while no other process that uses `path` as its lock does. A holder that died is recognised and its lock taken over.
 * Throws `vault/key_unavailable` (503) when a holder that lives (or belongs to another host) keeps it for 10 seconds.
 */
export function withLockFile<T>(path: string, action: () => Promise<T>): Promise<T> {
  const before = queues.get(path) ?? Promise.resolve();
  const turn = before.then(() => alone(path, action));
  const ended = turn.then(
    () => undefined,
    () => undefined,
  );
  queues.set(path, ended);
  void ended.then(() => (queues.get(path) === ended ? queues.delete(path) : undefined));
  return turn;
}

async function alone<T>(path: string, action: () => Promise<T>): Promise<T> {
  const untilMs = performance.now() + waitMsMax;
  while (!(await take(path))) {
    const holder = await readHolder(path);
    if (holder === null) continue;
    if (await isGone(holder)) await breakLock(path, holder);
    else if (performance.now() < untilMs) await pause(pollMs);
    else throw keyUnavailable(`\`${basename(path)}\` is held: remove it if no server uses this folder`);
  }
  try {
    return await action();
  } finally {
    await rm(path, { force: true });
  }
}

/** Whole from its first moment: a lock without the name of its holder could never be told from one that was left behind. */
async function take(path: string): Promise<boolean> {
  const unique = randomBytes(8).toString('hex');
  const written = `${path}.${unique}`;
  await writeFile(written, [hostname(), process.pid, await startOf(process.pid), unique].join(' '), {
    flag: 'wx',
    mode: 0o600,
  });
  try {
    await link(written, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    await unlink(written);
  }
}

/**
 * INVARIANT: a lock of somebody else is removed only under a lock of its own and only while it still names the dead holder;
 * else of two who find it dead, the slower would remove the new lock of the faster.
 */
async function breakLock(path: string, holder: string): Promise<void> {
  await alone(`${path}.break`, async () => {
    if ((await readHolder(path)) === holder) await unlink(path);
  });
}

async function readHolder(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

/** Of another host, or not understood: nobody here can know. */
async function isGone(holder: string): Promise<boolean> {
  const [host, pid = '', start] = holder.split(' ');
  if (host !== hostname() || !/^[1-9]\d{0,9}$/.test(pid)) return false;
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    return codeOf(error) === 'ESRCH';
  }
  return (await startOf(Number(pid))) !== start;
}

/** When a process began, in ticks since the machine did, so that a number used again is seen; `-` where the system doesn't say. */
async function startOf(pid: number): Promise<string> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The name in parentheses may hold anything; the start is the 20th field after it (proc(5)).
  return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? '-';
}
