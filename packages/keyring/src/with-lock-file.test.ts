import { randomUUID } from 'node:crypto';
import { readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { runProgram, temporaryFolder } from '@strongroom/testkit';
import { expect, test } from 'vitest';
import { loadClusterSecret, localKeyWrapper } from './index.ts';
import { withLockFile } from './with-lock-file.ts';

/** A process of its own that runs a module's text and prints. */
async function inAnotherProcess(program: string): Promise<string> {
  const { code, stdout, stderr } = await runProgram(process.execPath, ['--input-type=module', '--eval', program]);
  if (code !== 0) throw new Error(stderr);
  return stdout.trim();
}

const moduleAt = (name: string): string => JSON.stringify(new URL(name, import.meta.url).href);

test('of two processes that begin epochs and roots in one folder, neither loses what the other made', async () => {
  await using folder = await temporaryFolder('keyring');
  await loadClusterSecret(folder.path);
  const [context, each] = [randomUUID(), 25];
  const program = `
    import { localKeyWrapper } from ${moduleAt('./local-key-wrapper.ts')};
    const wrapper = localKeyWrapper(${JSON.stringify(folder.path)});
    const made = [];
    for (let turn = 0; turn < ${each}; turn += 1) {
      const epoch = await wrapper.beginEpoch('${context}');
      const secret = await wrapper.epochSecret('${context}', epoch);
      made.push([epoch, secret.export().toString('hex')]);
    }
    console.log(JSON.stringify(made));`;
  const outputs = await Promise.all([inAnotherProcess(program), inAnotherProcess(program), inAnotherProcess(program)]);
  const made = outputs.flatMap((output) => JSON.parse(output) as [number, string][]);
  expect(made.map(([epoch]) => epoch).sort((one, other) => one - other)).toEqual(
    Array.from({ length: 3 * each }, (_, index) => index + 1),
  );
  const wrapper = localKeyWrapper(folder.path);
  for (const [epoch, secret] of made)
    expect((await wrapper.epochSecret(context, epoch)).export().toString('hex')).toBe(secret);
  expect(await readdir(folder.path)).toEqual(['root.key']);
});

test('a lock whose holder died is taken over, by one of many who find it', async () => {
  await using folder = await temporaryFolder('keyring');
  const path = join(folder.path, 'lock');
  const counter = join(folder.path, 'counter');
  await writeFile(counter, '0');
  // Ends without letting go, as a killed server does.
  await inAnotherProcess(`
    import { withLockFile } from ${moduleAt('./with-lock-file.ts')};
    await withLockFile(${JSON.stringify(path)}, async () => process.exit(0));`);
  expect(await readdir(folder.path)).toEqual(['counter', 'lock']);
  const program = `
    import { readFile, writeFile } from 'node:fs/promises';
    import { withLockFile } from ${moduleAt('./with-lock-file.ts')};
    for (let turn = 0; turn < 20; turn += 1) await withLockFile(${JSON.stringify(path)}, async () => {
      const before = Number(await readFile(${JSON.stringify(counter)}, 'utf8'));
      await writeFile(${JSON.stringify(counter)}, String(before + 1));
    });`;
  await Promise.all([inAnotherProcess(program), inAnotherProcess(program), inAnotherProcess(program)]);
  expect(await readFile(counter, 'utf8')).toBe('60');
  expect(await readdir(folder.path)).toEqual(['counter']);
});

test('a lock of a process number that was used again is taken over', { timeout: 9_000 }, async () => {
  await using folder = await temporaryFolder('keyring');
  const path = join(folder.path, 'lock');
  await writeFile(path, `${hostname()} ${process.pid} 1 0123456789abcdef`);
  expect(await withLockFile(path, async () => 'mine')).toBe('mine');
});

test('a lock of another host is never taken over', async () => {
  await using folder = await temporaryFolder('keyring');
  const path = join(folder.path, 'lock');
  await writeFile(path, 'elsewhere 1 1 0123456789abcdef');
  let entered = false;
  const waiting = withLockFile(path, async () => {
    entered = true;
    return 'mine';
  });
  await Promise.all(Array.from({ length: 20 }, () => readFile(path)));
  expect(entered).toBe(false);
  await rm(path);
  expect(await waiting).toBe('mine');
});

test('an action that fails lets go', async () => {
  await using folder = await temporaryFolder('keyring');
  const path = join(folder.path, 'lock');
  await expect(withLockFile(path, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await withLockFile(path, async () => 'mine')).toBe('mine');
});
