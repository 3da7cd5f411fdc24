import { spawn } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startCluster } from './index.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'local-cluster-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

test('a cluster is created once, then starts again with the same data', async () => {
  const folder = join(root, 'a', 'postgres');
  const first = await startCluster({ folder, superuserPassword: 'one' });
  expect(first.socketFolder).not.toBe('');
  await first.stop();
  const second = await startCluster({ folder, superuserPassword: 'one' });
  await second.stop();
});

test('a cluster starts below a folder that only we may enter', async () => {
  const closed = join(root, 'closed');
  const folder = join(closed, 'deep', 'postgres');
  const first = await startCluster({ folder, superuserPassword: 'one' });
  await first.stop();
  await chmod(closed, 0o700);
  await using again = await startCluster({ folder: join(closed, 'other', 'postgres'), superuserPassword: 'one' });
  expect(again.port).toBe(5432);
});

test('when its owner is killed the cluster ends by itself, and the next start recovers', async () => {
  const folder = join(root, 'killed', 'postgres');
  const script = `import { startCluster } from ${JSON.stringify(fileURLToPath(new URL('./index.ts', import.meta.url)))};
    await startCluster({ folder: ${JSON.stringify(folder)}, superuserPassword: 'one' }); console.log('up'); setInterval(() => {}, 1000);`;
  const owner = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((resolve) => owner.stdout.once('data', resolve));
  owner.kill('SIGKILL');
  await using cluster = await startCluster({ folder, superuserPassword: 'one' });
  expect(cluster.port).toBe(5432);
});

test('a start that cannot work says why in one line', async () => {
  const folder = join(root, 'wrong', 'postgres');
  const start = startCluster({ folder, superuserPassword: 'one', settings: { shared_buffers: 'nonsense' } });
  await expect(start).rejects.toThrow(/^PostgreSQL did not start in .*: .*shared_buffers/);
});

test('a backend deep in planning does not keep a stopped cluster alive', async () => {
  const cluster = await startCluster({ folder: join(root, 'planning', 'postgres'), superuserPassword: 'one' });
  const client = new pg.Client({
    host: cluster.socketFolder,
    port: cluster.port,
    user: 'postgres',
    password: 'one',
    database: 'postgres',
  });
  client.on('error', () => {}); // the server is taken away under it
  await client.connect();
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  const chain = Array.from({ length: 1400 }, (_, i) => `c${i + 1} as (select * from c${i})`).join(', ');
  const planning = client
    .query(`with c0 as (select * from pg_class), ${chain} select 1`)
    .catch((error: unknown) => error);
  await cluster.stop();
  expect(await planning).toBeInstanceOf(Error);
  expect(() => process.kill(rows[0]?.pid ?? 0, 0)).toThrow(/ESRCH/);
});
