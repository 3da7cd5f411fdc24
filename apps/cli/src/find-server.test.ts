import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '@strongroom/testkit';
import { expect, test } from 'vitest';
import type { Settings } from './environment.ts';
import { findServer } from './find-server.ts';

const settings = (home: string, rest: Partial<Settings> = {}): Settings => ({
  url: null,
  token: null,
  home,
  startFolder: home,
  promises: null,
  colour: false,
  ...rest,
});

test('the server of a home is found with its token, and without one the default port', async () => {
  await using home = await temporaryFolder();
  expect(await findServer(settings(home.path))).toEqual({ url: 'http://127.0.0.1:7600', token: null });
  await writeFile(join(home.path, 'server.json'), '{"url":"http://127.0.0.1:4711"}\n');
  await writeFile(join(home.path, 'admin.token'), 'secret\n');
  expect(await findServer(settings(home.path))).toEqual({ url: 'http://127.0.0.1:4711', token: 'secret' });
});

test("a home's token never goes to a server named by its address", async () => {
  await using home = await temporaryFolder();
  await writeFile(join(home.path, 'admin.token'), 'secret\n');
  expect((await findServer(settings(home.path, { url: 'https://strongroom.example.com' }))).token).toBeNull();
});

test('no token goes in clear beyond this machine', async () => {
  await using home = await temporaryFolder();
  const find = findServer(settings(home.path, { url: 'http://strongroom.example.com', token: 'secret' }));
  await expect(find).rejects.toMatchObject({ code: 'cli/insecure_url' });
});
