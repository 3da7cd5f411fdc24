import { chmod, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { deriveSecret, loadRootKey } from './index.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'strongroom-keyring-'));
});
afterEach(async () => rm(folder, { recursive: true, force: true }));

test('the first start makes a key of 32 bytes that only its owner may read, and leaves nothing else behind', async () => {
  await loadRootKey(folder);
  const file = await stat(join(folder, 'root.key'));
  expect(file.size).toBe(32);
  expect(file.mode & 0o777).toBe(0o600);
  expect(await readdir(folder)).toEqual(['root.key']);
});

test('every later start finds the same key', async () => {
  const first = await loadRootKey(folder);
  expect((await loadRootKey(folder)).equals(first)).toBe(true);
});

test('twenty first starts at once end with one key', async () => {
  const keys = await Promise.all(Array.from({ length: 20 }, () => loadRootKey(folder)));
  expect(keys.every((key) => key.equals(keys[0]!))).toBe(true);
  expect(await readdir(folder)).toEqual(['root.key']);
});

test.each([0o644, 0o640, 0o604, 0o620, 0o666])('a key file of mode %o is refused', async (mode) => {
  await loadRootKey(folder);
  await chmod(join(folder, 'root.key'), mode);
  await expect(loadRootKey(folder)).rejects.toMatchObject({ code: 'vault/key_file_exposed' });
});

test.each([0, 31, 33])('a key file of %i bytes is refused and stays as it is', async (size) => {
  await writeFile(join(folder, 'root.key'), Buffer.alloc(size), { mode: 0o600 });
  await expect(loadRootKey(folder)).rejects.toMatchObject({ code: 'vault/key_file_damaged' });
  expect((await stat(join(folder, 'root.key'))).size).toBe(size);
});

test('a key file that is a symbolic link is refused', async () => {
  await writeFile(join(folder, 'elsewhere'), Buffer.alloc(32, 1), { mode: 0o600 });
  await symlink(join(folder, 'elsewhere'), join(folder, 'root.key'));
  await expect(loadRootKey(folder)).rejects.toMatchObject({ code: 'vault/key_file_damaged' });
});

test('a derived secret is the same at every start and differs by purpose', async () => {
  const root = await loadRootKey(folder);
  const secret = deriveSecret(root, 'metadata cluster');
  expect(secret).toMatch(/^[\w-]{43}$/);
  expect(deriveSecret(await loadRootKey(folder), 'metadata cluster')).toBe(secret);
  expect(deriveSecret(root, 'sample cluster')).not.toBe(secret);
});
