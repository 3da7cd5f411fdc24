import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const WAIT_MS = 10 * 60_000;

/** Runs `work` while no other process does: two starts at once must not install over each other. */
export async function withLock(folder, work) {
  const owner = join(folder, 'pid');
  const deadline = Date.now() + WAIT_MS;
  while (!take(folder, owner)) {
    if (!isAlive(owner)) rmSync(folder, { recursive: true, force: true });
    else if (Date.now() > deadline)
      throw new Error(`another start is taking too long; when there is none, remove ${folder}`);
    else await sleep(200);
  }
  try {
    return await work();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function take(folder, owner) {
  try {
    mkdirSync(folder);
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
  writeFileSync(owner, String(process.pid));
  return true;
}

/** False when the process that holds the lock is gone. A lock without an owner yet counts as held. */
function isAlive(owner) {
  try {
    process.kill(Number(readFileSync(owner, 'utf8')), 0);
    return true;
  } catch (error) {
    return error.code !== 'ESRCH';
  }
}
