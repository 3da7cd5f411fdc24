import { spawnSync } from 'node:child_process';
import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type RunningServer, runCli, startServer, type TemporaryFolder, temporaryFolder } from '@strongroom/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { call, ledger } from './support/calls.ts';

// A disk of its own, as large as a home and a little more. Only root can make one.
const SIZE_MB = 160;
const PIECE = Buffer.alloc(64 * 1024);
let folder: TemporaryFolder;
let disk: string;
let mounted = false;

beforeAll(async () => {
  folder = await temporaryFolder('full-disk');
  disk = join(folder.path, 'disk');
  await mkdir(disk);
  mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE_MB}m,mode=0755`, 'tmpfs', disk]).status === 0;
});
afterAll(async () => {
  if (mounted) spawnSync('umount', ['-l', disk]);
  await folder[Symbol.asyncDispose]();
});

/** Takes every byte that is left. */
async function fill(): Promise<void> {
  const file = await open(join(disk, 'filler'), 'w');
  try {
    for (;;) await file.write(PIECE);
  } catch (error) {
    expect(error).toMatchObject({ code: 'ENOSPC' });
  } finally {
    await file.close();
  }
}

const addTeam = (server: RunningServer, name: string) => call(server, 'POST', 'teams', { name });

test('on a full disk nothing happens that could not be audited, and all goes on once there is room', async (context) => {
  if (!mounted) return context.skip('a disk that can be filled takes root and `mount`');
  const home = join(disk, 'home');
  await mkdir(home);
  await using server = await startServer({ home, env: { STRONGROOM_SAMPLE: 'off' } });
  await fill();
  const done: string[] = [];
  let refused: Awaited<ReturnType<typeof addTeam>> | null = null;
  for (let at = 0; refused === null && at < 2_000; at += 1) {
    const reply = await addTeam(server, `team-${at}`);
    if (reply.status < 300) done.push(`team-${at}`);
    else refused = reply;
  }
  expect(refused).toMatchObject({
    status: 503,
    body: { code: expect.stringMatching(/^(ledger|database)\/unavailable$/) as string },
  });

  await rm(join(disk, 'filler'));
  await expect.poll(async () => (await addTeam(server, 'after')).status, { timeout: 60_000, interval: 250 }).toBe(200);
  const teams = ((await call(server, 'GET', 'teams')).body['teams'] as { name: string }[]).map(({ name }) => name);
  expect(teams.toSorted()).toEqual([...done, 'after'].toSorted());
  // Each act that was answered as done stands in the log, and the log is whole.
  const audited = (await ledger(server, { action: 'identity.team_added', outcome: 'done' })).map(
    ({ resource }) => resource,
  );
  expect(audited).toEqual(expect.arrayContaining(['after', ...done.slice(-400)]));
  const verified = await runCli(['ledger', 'verify'], { env: { STRONGROOM_HOME: home } });
  expect(verified).toMatchObject({ code: 0, stdout: expect.stringMatching(/^OK/) as string });
});
