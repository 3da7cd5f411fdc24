import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmod, mkdir, open, readFile, readdir, rename, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder, type TemporaryFolder } from '@strongroom/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { keyFileSizeBytesMax } from './key-file-format.ts';
import { changeKeyFile, readKeyFile } from './key-file.ts';
import { deriveSecret, loadClusterSecret, localKeyWrapper, newKey } from './index.ts';

let temporary: TemporaryFolder;
let folder: string;
let file: string;
beforeEach(async () => {
  temporary = await temporaryFolder('keyring');
  folder = temporary.path;
  file = join(folder, 'root.key');
});
afterEach(() => temporary[Symbol.asyncDispose]());

const rewrite = (): Promise<number> => localKeyWrapper(folder).beginRoot();

test('the first start makes a file that only its owner may read, and leaves nothing else behind', async () => {
  await loadClusterSecret(folder);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readFile(file, 'utf8')).toMatch(
    /^strongroom-keys 1\ncluster [\w-]{43}\nroot 1 [\w-]{43}\nchecksum [0-9a-f]{64}\n$/,
  );
  expect(await readdir(folder)).toEqual(['root.key']);
});

test('every later start finds the same secret, also after the root key was rotated', async () => {
  const first = await loadClusterSecret(folder);
  expect((await loadClusterSecret(folder)).equals(first)).toBe(true);
  await localKeyWrapper(folder).retireRootsBefore(await rewrite());
  expect((await loadClusterSecret(folder)).equals(first)).toBe(true);
});

test('twenty first starts at once end with one file', async () => {
  const secrets = await Promise.all(Array.from({ length: 20 }, () => loadClusterSecret(folder)));
  expect(secrets.every((secret) => secret.equals(secrets[0]!))).toBe(true);
  expect(await readdir(folder)).toEqual(['root.key']);
});

test.each([0o644, 0o640, 0o604, 0o620, 0o666])('a key file of mode %o is refused', async (mode) => {
  await loadClusterSecret(folder);
  await chmod(file, mode);
  await expect(loadClusterSecret(folder)).rejects.toMatchObject({ code: 'vault/key_file_exposed' });
});

test.each([0, 32, 1000, keyFileSizeBytesMax + 1])(
  'a key file of %i other bytes is refused and stays as it is',
  async (size) => {
    await writeFile(file, Buffer.alloc(size), { mode: 0o600 });
    await expect(loadClusterSecret(folder)).rejects.toMatchObject({ code: 'vault/key_file_damaged' });
    await expect(changeKeyFile(folder, (keys) => keys)).rejects.toMatchObject({ code: 'vault/key_file_damaged' });
    expect((await readFile(file)).equals(Buffer.alloc(size))).toBe(true);
  },
);

test('a key file that is a symbolic link or a folder is refused', async () => {
  await loadClusterSecret(folder);
  await rename(file, join(folder, 'elsewhere'));
  await symlink(join(folder, 'elsewhere'), file);
  await expect(loadClusterSecret(folder)).rejects.toMatchObject({ code: 'vault/key_file_damaged' });
  await rename(file, join(folder, 'link'));
  await mkdir(file, { mode: 0o700 });
  await expect(loadClusterSecret(folder)).rejects.toMatchObject({ code: 'vault/key_file_damaged' });
});

test('a key file that is a pipe is refused at once, and nobody waits for what comes out of it', async () => {
  await loadClusterSecret(folder);
  await rename(file, join(folder, 'elsewhere'));
  execFileSync('mkfifo', ['-m', '600', file]);
  await expect(localKeyWrapper(folder).newestEpoch(randomUUID())).rejects.toMatchObject({
    code: 'vault/key_unavailable',
  });
  await expect(rewrite()).rejects.toMatchObject({ code: 'vault/key_unavailable' });
});

test('without a key file a change is refused and makes none', async () => {
  await expect(rewrite()).rejects.toMatchObject({ code: 'vault/key_unavailable' });
  expect(await readdir(folder)).toEqual([]);
});

test('a rewrite leaves a private file, nothing beside it, and zeros where the old keys were', async () => {
  await loadClusterSecret(folder);
  const old = await open(file, 'r');
  try {
    await rewrite();
    const left = await old.readFile();
    expect(left.length).toBeGreaterThan(100);
    expect(left.every((byte) => byte === 0)).toBe(true);
  } finally {
    await old.close();
  }
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readdir(folder)).toEqual(['root.key']);
});

test('what a killed rewrite left behind is gone after the next', async () => {
  await loadClusterSecret(folder);
  await writeFile(join(folder, '.root.key.0123456789abcdef.new'), 'half', { mode: 0o600 });
  await rewrite();
  expect(await readdir(folder)).toEqual(['root.key']);
});

test('readers never meet half a file while it is rewritten', async () => {
  await loadClusterSecret(folder);
  let rewriting = true;
  const readers = Array.from({ length: 4 }, async () => {
    let reads = 0;
    for (; rewriting; reads += 1) expect(await readKeyFile(folder)).not.toBeNull();
    return reads;
  });
  for (let turn = 0; turn < 60; turn += 1) await rewrite();
  rewriting = false;
  for (const reads of await Promise.all(readers)) expect(reads).toBeGreaterThan(0);
});

test('a file that would grow too large to read is not written, and one that is cut short is no key', async () => {
  await loadClusterSecret(folder);
  const before = await readFile(file);
  const tooMany = new Map(
    Array.from({ length: 50_000 }, (_, index) => [
      `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
      new Map([[1, newKey()]]),
    ]),
  );
  await expect(changeKeyFile(folder, (keys) => ({ ...keys, epochs: tooMany }))).rejects.toMatchObject({
    code: 'vault/key_unavailable',
  });
  expect((await readFile(file)).equals(before)).toBe(true);
  await truncate(file, 40);
  await expect(localKeyWrapper(folder).newestEpoch(randomUUID())).rejects.toMatchObject({
    code: 'vault/key_unavailable',
  });
});

test('a derived secret is the same at every start and differs by purpose', async () => {
  const cluster = await loadClusterSecret(folder);
  const secret = deriveSecret(cluster, 'metadata cluster');
  expect(secret).toMatch(/^[\w-]{43}$/);
  expect(deriveSecret(await loadClusterSecret(folder), 'metadata cluster')).toBe(secret);
  expect(deriveSecret(cluster, 'sample cluster')).not.toBe(secret);
});
