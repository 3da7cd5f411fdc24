import type * as FilePromises from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '@strongroom/testkit';
import { expect, test, vi } from 'vitest';
import { loadClusterSecret, localKeyWrapper } from './index.ts';
import { readKeyFile } from './key-file.ts';

/** What happens between the opening of a file for reading and its first byte; once. */
const between = vi.hoisted(() => ({ act: null as ((path: string) => Promise<unknown>) | null }));

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof FilePromises>();
  return {
    ...real,
    open: async (path: string, ...rest: [number]): Promise<FilePromises.FileHandle> => {
      const file = await real.open(path, ...rest);
      const { act } = between;
      between.act = null;
      await act?.(path);
      return file;
    },
  };
});

test('a reader that was overtaken by a rewrite, and meets zeros, reads the new file', async () => {
  await using folder = await temporaryFolder('keyring');
  const secret = await loadClusterSecret(folder.path);
  let overtaken = '';
  between.act = async (path) => {
    overtaken = path;
    await localKeyWrapper(folder.path).beginRoot();
  };
  const read = await readKeyFile(folder.path);
  expect(overtaken).toBe(join(folder.path, 'root.key'));
  expect(read?.cluster.equals(secret)).toBe(true);
  expect([...(read?.roots.keys() ?? [])]).toEqual([1, 2]);
});
