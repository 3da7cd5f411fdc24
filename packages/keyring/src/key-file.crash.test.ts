import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { temporaryFolder } from '@strongroom/testkit';
import { expect, test } from 'vitest';
import { loadClusterSecret, localKeyWrapper } from './index.ts';

const moduleAt = (name: string): string => JSON.stringify(new URL(name, import.meta.url).href);

/** What it said was done before it was killed, at some point of the work that followed its `count`th word. */
async function killAfter(count: number, program: string): Promise<string[]> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const said: string[] = [];
  for await (const line of createInterface(child.stdout)) {
    said.push(line);
    if (said.length === count) child.kill('SIGKILL');
  }
  expect(await ended).toEqual([null, 'SIGKILL']);
  return said;
}

test('killed at any moment, no epoch that was given is lost, none that was destroyed comes back, and the next start goes on', async () => {
  await using folder = await temporaryFolder('keyring');
  const secret = await loadClusterSecret(folder.path);
  const context = randomUUID();
  const program = `
    import { localKeyWrapper } from ${moduleAt('./local-key-wrapper.ts')};
    const wrapper = localKeyWrapper(${JSON.stringify(folder.path)});
    for (;;) {
      const epoch = await wrapper.beginEpoch('${context}');
      const secret = await wrapper.epochSecret('${context}', epoch);
      process.stdout.write(epoch + ' ' + secret.export().toString('hex') + '\\n');
      if (epoch % 3 === 0) {
        await wrapper.destroyEpochsBefore('${context}', epoch);
        process.stdout.write(epoch + ' first\\n');
      }
    }`;
  const wrapper = localKeyWrapper(folder.path);
  const given = new Map<number, string>();
  let first = 1;
  for (let round = 1; round <= 25; round += 1) {
    for (const line of await killAfter(1 + (round % 7), program)) {
      const [epoch = '', what = ''] = line.split(' ');
      if (what === 'first') first = Number(epoch);
      else given.set(Number(epoch), what);
    }
    expect((await loadClusterSecret(folder.path)).equals(secret)).toBe(true);
    // Beyond what was said to be done, one change may have been made: a destruction up to the newest multiple of three.
    const newest = await wrapper.newestEpoch(context);
    for (const [epoch, hex] of given) {
      const found = await wrapper.epochSecret(context, epoch).then(
        (key) => key.export().toString('hex'),
        (error: { code?: string }) => error.code,
      );
      const possible = epoch < first ? ['vault/key_destroyed'] : [hex];
      if (epoch >= first && epoch < newest - (newest % 3)) possible.push('vault/key_destroyed');
      expect(possible, `epoch ${epoch} in round ${round}`).toContain(found);
    }
  }
  await wrapper.beginEpoch(context);
  expect((await readdir(folder.path)).filter((name) => !name.startsWith('.root.key.lock.'))).toEqual(['root.key']);
});
