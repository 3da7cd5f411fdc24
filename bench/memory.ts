import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const SAMPLE_EVERY_MS = 50;

/** How much more of it is resident at most while the work runs than just before. */
export async function growthMb(pid: number, work: () => Promise<unknown>): Promise<number> {
  const beforeMb = await residentMb(pid);
  let peakMb = beforeMb;
  let sampling = Promise.resolve();
  const timer = setInterval(() => {
    sampling = sampling.then(async () => {
      peakMb = Math.max(peakMb, await residentMb(pid));
    });
  }, SAMPLE_EVERY_MS);
  await work();
  clearInterval(timer);
  await sampling;
  return peakMb - beforeMb;
}

async function residentMb(pid: number): Promise<number> {
  const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(pid)]);
  return Number(stdout) / 1024;
}
