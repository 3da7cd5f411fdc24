import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadClusterSecret } from '@strongroom/keyring';
import { startCluster } from '@strongroom/local-cluster';
import type { Role } from '@strongroom/protocol';
import pg from 'pg';
import { type Access, createAccess, migrations as accessMigrations } from '#access';
import type { Asker, Migration } from '#contracts';
import { createFiles, migrations as filesMigrations, type Files } from '#files';
import { createIdentity, type Identity, migrations as identityMigrations } from '#identity';
import type { Database } from '#platform/database';
import { createLog } from '#platform/log';
import type { Vault } from '#vault';
import { startTestDatabase } from '../../platform/database/test-database.ts';
import { addTestPerson } from '../identity/add-test-person.ts';
import { makeTestVault, testVaultMigrations } from '../vault/make-test-vault.ts';
import { createSources, migrations as sourcesMigrations, type Sources } from './index.ts';

export type TestRooms = AsyncDisposable & {
  readonly database: Database;
  readonly vault: Vault;
  readonly access: Access;
  readonly files: Files;
  readonly sources: Sources;
  readonly directory: Identity['directory'];
  /** Where sealed files lie. */
  readonly filesFolder: string;
  readonly clock: { now(): Date; advance(ms: number): void };
  /** A person of the one workspace, with the access their role gives. */
  person(role: Role, email: string): Promise<Asker>;
  /** A PostgreSQL of somebody else's, on loopback; `url` names a role that may read `shop` only. */
  readonly shop: { readonly url: string; readonly ownerUrl: string; query(sql: string): Promise<pg.QueryResult> };
};

/** Real rooms up to `sources`, on real databases, for tests. `migrations`: of later rooms. */
export async function startTestRooms({
  migrations = [],
  fileBytesMax,
}: { migrations?: readonly Migration[]; fileBytesMax?: number } = {}): Promise<TestRooms> {
  const folder = await mkdtemp(path.join(tmpdir(), 'strongroom-rooms-'));
  await loadClusterSecret(folder);
  const [product, other] = await Promise.all([
    startTestDatabase([
      ...testVaultMigrations,
      ...identityMigrations,
      ...accessMigrations,
      ...filesMigrations,
      ...sourcesMigrations,
      ...migrations,
    ]),
    startCluster({
      folder: path.join(folder, 'shop'),
      superuserPassword: 'owner',
      listen: { host: '127.0.0.1', port: 0 },
      settings: { fsync: 'off' },
    }),
  ]);
  const owner = new pg.Client({
    host: '127.0.0.1',
    port: other.port,
    user: 'postgres',
    password: 'owner',
    database: 'postgres',
  });
  await owner.connect();
  await owner.query('create database shop');
  await owner.query(`create role reader login password 'reader-secret'`);
  await owner.end();
  const shop = new pg.Client({
    host: '127.0.0.1',
    port: other.port,
    user: 'postgres',
    password: 'owner',
    database: 'shop',
  });
  await shop.connect();
  await shop.query(`
    create table customers (id integer primary key, name text not null, region text);
    create table orders (id integer primary key, customer_id integer not null references customers (id), total numeric(10,2) not null, placed_at timestamptz not null);
    comment on table orders is 'What customers bought';
    create table payroll (person text primary key, salary integer not null);
    insert into customers values (1, 'planted-value-9f3c', 'north');
    insert into orders values (1, 1, 12.50, '2026-01-01');
    grant select on customers, orders to reader;
  `);

  let nowMs = Date.parse('2026-01-01T00:00:00Z');
  const clock = { now: () => new Date(nowMs), advance: (ms: number) => void (nowMs += ms) };
  const { database } = product;
  const { vault, ledger } = makeTestVault({ database, folder, clock });
  const filesFolder = path.join(folder, 'files');
  const files = createFiles({
    database,
    vault,
    folder: filesFolder,
    clock,
    ...(fileBytesMax === undefined ? {} : { sizeBytesMax: fileBytesMax }),
  });
  const identity = await createIdentity({
    database,
    sealer: vault,
    audit: { append: async () => ({ entryId: '', at: '' }) },
    clock,
    log: createLog({ level: 'silent' }),
    config: { home: folder, issuer: null, adminEmail: null, tls: null },
    oidcClientSecret: null,
    origin: () => 'http://127.0.0.1',
  });
  const access = createAccess({ database, directory: identity.directory, sealer: vault });
  const sources = createSources({
    database,
    vault,
    access,
    files,
    directory: identity.directory,
    refused: () => [],
    clock,
  });
  return {
    database,
    vault,
    access,
    files,
    sources,
    directory: identity.directory,
    filesFolder,
    clock,
    person: (role, email) => addTestPerson(identity, role, email),
    shop: {
      url: `postgres://reader:reader-secret@127.0.0.1:${other.port}/shop`,
      ownerUrl: `postgres://postgres:owner@127.0.0.1:${other.port}/shop`,
      query: (sql) => shop.query(sql),
    },
    async [Symbol.asyncDispose]() {
      await sources.close();
      await ledger.close();
      await shop.end();
      await Promise.all([product[Symbol.asyncDispose](), other.stop()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
