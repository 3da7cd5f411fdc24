import type { open } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '@strongroom/testkit';
import { expect, test, vi } from 'vitest';
import { fileWitnessState } from './witness-state.ts';

const flushed: string[] = [];
vi.mock('node:fs/promises', async (original) => {
  const real = await original<{ open: typeof open }>();
  return {
    ...real,
    open: async (path: string, ...rest: [string]) => {
      const handle = await real.open(path, ...rest);
      const sync = handle.sync.bind(handle);
      handle.sync = async () => {
        flushed.push(path);
        await sync();
      };
      return handle;
    },
  };
});

test('the folder in which a witness remembers is written down in the one above it, also where that is new', async () => {
  await using folder = await temporaryFolder('witness');
  const deep = join(folder.path, 'a', 'b');
  const write = (turn: number) => fileWitnessState(deep).write('log', { size: 1, root: Buffer.alloc(32, 1), turn });
  await write(0);
  expect(flushed).toEqual(expect.arrayContaining([folder.path, join(folder.path, 'a'), deep]));
  flushed.length = 0;
  await write(1);
  expect(flushed).not.toContain(folder.path);
});
