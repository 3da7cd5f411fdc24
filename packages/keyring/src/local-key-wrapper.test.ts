import { chmod, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadRootKey, localKeyWrapper, newKey } from './index.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'strongroom-keyring-'));
  await loadRootKey(folder);
});
afterEach(async () => rm(folder, { recursive: true, force: true }));

const unavailable = { code: 'vault/key_unavailable', status: 503 };

test('what is wrapped for a workspace unwraps for it, and for no other', async () => {
  const wrapper = localKeyWrapper(folder);
  const key = newKey();
  const wrapped = await wrapper.wrap('one', key);
  expect((await wrapper.unwrap('one', wrapped)).equals(key)).toBe(true);
  await expect(wrapper.unwrap('two', wrapped)).rejects.toMatchObject(unavailable);
});

test('taking the key file away or exposing it stops unwrapping at once, and putting it right heals without a restart', async () => {
  const wrapper = localKeyWrapper(folder);
  const key = newKey();
  const wrapped = await wrapper.wrap('one', key);
  const file = join(folder, 'root.key');

  await rename(file, `${file}.away`);
  await expect(wrapper.unwrap('one', wrapped)).rejects.toMatchObject(unavailable);
  await rename(`${file}.away`, file);
  await chmod(file, 0o644);
  await expect(wrapper.unwrap('one', wrapped)).rejects.toMatchObject(unavailable);
  await chmod(file, 0o600);
  expect((await wrapper.unwrap('one', wrapped)).equals(key)).toBe(true);
});

test('another root key unwraps nothing', async () => {
  const wrapper = localKeyWrapper(folder);
  const wrapped = await wrapper.wrap('one', newKey());
  await writeFile(join(folder, 'root.key'), Buffer.alloc(32, 7));
  await expect(wrapper.unwrap('one', wrapped)).rejects.toMatchObject(unavailable);
});
