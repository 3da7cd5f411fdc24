import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startCluster } from '@strongroom/local-cluster';
import type { Migration } from '#contracts';
import { Secret } from '#config';
import { createLog } from '#platform/log';
import { createDatabase } from './create-database.ts';
import type { DatabaseAddress } from './create-database.ts';
import type { Database } from './index.ts';

export type TestDatabase = AsyncDisposable & {
  readonly database: Database;
  readonly address: Extract<DatabaseAddress, { kind: 'cluster' }>;
};

/** A real PostgreSQL of its own for one test file, with `migrations` applied; gone with `Symbol.asyncDispose`. */
export async function startTestDatabase(migrations: readonly Migration[]): Promise<TestDatabase> {
  const folder = await mkdtemp(path.join(tmpdir(), 'strongroom-test-'));
  const cluster = await startCluster({
    folder: path.join(folder, 'database'),
    superuserPassword: 'owner',
    settings: { fsync: 'off' },
  });
  const address = {
    kind: 'cluster',
    socketFolder: cluster.socketFolder,
    port: cluster.port,
    superuserPassword: new Secret('owner'),
    appPassword: new Secret('app'),
  } as const;
  const stop = async () => {
    await cluster.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const database = await createDatabase({ address, migrations, log: createLog({ level: 'error' }) });
    return {
      database,
      address,
      [Symbol.asyncDispose]: async () => {
        await database.close();
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
