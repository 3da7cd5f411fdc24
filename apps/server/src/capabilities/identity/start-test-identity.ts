import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadClusterSecret } from '@strongroom/keyring';
import pg from 'pg';
import { createLog } from '#platform/log';
import type { Vault } from '#vault';
import { makeTestVault, testVaultMigrations } from '../vault/make-test-vault.ts';
import { startTestDatabase } from '../../platform/database/test-database.ts';
import type { TestDatabase } from '../../platform/database/test-database.ts';
import type { IdentityNeeds } from './deps.ts';
import { createIdentity, migrations } from './index.ts';
import type { Identity } from './index.ts';

export type TestIdentity = AsyncDisposable & {
  readonly identity: Identity;
  readonly needs: IdentityNeeds;
  readonly database: TestDatabase['database'];
  readonly vault: Vault;
  /** Sees what lies in the database, whatever row-level security says. */
  readonly superuser: pg.Client;
  /** Where `root.key` and `admin.token` are. */
  readonly folder: string;
  advance(ms: number): void;
};

/** Identity with a vault on a database of its own; for tests. */
export async function startTestIdentity(): Promise<TestIdentity> {
  await using starting = new AsyncDisposableStack();
  const folder = starting.adopt(await mkdtemp(path.join(tmpdir(), 'strongroom-people-')), (made) =>
    rm(made, { recursive: true, force: true }),
  );
  await loadClusterSecret(folder);
  const { database, address } = starting.use(await startTestDatabase([...testVaultMigrations, ...migrations]));
  const superuser = new pg.Client({
    host: address.socketFolder,
    port: address.port,
    user: 'postgres',
    password: 'owner',
    database: 'strongroom',
    options: '-c search_path=strongroom',
  });
  await superuser.connect();
  starting.defer(() => superuser.end());
  let nowMs = Date.parse('2026-01-01T00:00:00Z');
  const clock = { now: () => new Date(nowMs) };
  const { vault } = makeTestVault({ database, folder, clock, births: 'unrecorded' });
  const needs: IdentityNeeds = {
    database,
    sealer: vault,
    audit: { append: async () => ({ entryId: 'e', at: '' }) },
    clock,
    log: createLog({ level: 'silent' }),
    config: { home: folder, issuer: null, adminEmail: null, tls: null },
    oidcClientSecret: null,
    origin: () => 'http://127.0.0.1',
  };
  const identity = await createIdentity(needs);
  const stack = starting.move();
  return {
    identity,
    needs,
    database,
    vault,
    superuser,
    folder,
    advance: (ms) => void (nowMs += ms),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
