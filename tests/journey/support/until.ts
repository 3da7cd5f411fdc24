import { setTimeout } from 'node:timers/promises';

const EVERY_MS = 25;
const TIMES = 800;

/** Asks again and again, for a bounded number of times, until it is so. For what no event of ours can tell. */
export async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  for (let time = 0; time < TIMES; time += 1) {
    if (await isSo()) return;
    await setTimeout(EVERY_MS);
  }
  throw new Error(`it never came to this: ${what}`);
}
