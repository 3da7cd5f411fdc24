import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { loadClusterSecret, localKeyWrapper } from '@strongroom/keyring';
import { temporaryFolder } from '@strongroom/testkit';
import Hypercore from 'hypercore';
import pg from 'pg';
import {
  createLedger,
  type Ledger,
  migrations as ledgerMigrations,
} from '../apps/server/src/capabilities/ledger/index.ts';
import { createVault, migrations as vaultMigrations } from '../apps/server/src/capabilities/vault/index.ts';
import { startProductCluster } from '../apps/server/src/platform/clusters/index.ts';
import { createDatabase } from '../apps/server/src/platform/database/index.ts';
import { createLog } from '../apps/server/src/platform/log/index.ts';
import { type Bench, compareTimesOfMany, type Figure } from './compare.ts';
import { measureProofs } from './ledger-proofs.ts';
import { measureVerifying } from './ledger-verify.ts';

const ENTRY_BYTES = 300;
const ROUNDS = 5;

/**
 * We and PostgreSQL flush every commit, in one cluster; the peers write rows or blocks of as many bytes as an entry's content.
 * Hypercore, a signed log too, is done before its blocks are on disk.
 */
export const bench: Bench = async function* () {
  // First, while nothing else has left memory behind that it could use unseen.
  yield* measureVerifying();
  await using folder = await temporaryFolder('bench');
  const log = createLog({ level: 'silent' });
  const clusterSecret = await loadClusterSecret(folder.path);
  const { cluster, address, superuserPassword } = await startProductCluster({ home: folder.path, clusterSecret, log });
  const database = await createDatabase({ address, migrations: [...ledgerMigrations, ...vaultMigrations], log });
  const clock = { now: () => new Date() };
  const vault = createVault({ database, wrapper: localKeyWrapper(folder.path), clock, record: () => ledger });
  const ledger: Ledger = createLedger({ database, keys: vault.ledgerKeys, clock, log });
  const peer = new pg.Client({
    host: cluster.socketFolder,
    port: cluster.port,
    user: 'postgres',
    password: superuserPassword.reveal(),
    database: 'strongroom',
  });
  await peer.connect();
  await peer.query('create table plain (id bigint generated always as identity primary key, bytes bytea not null)');
  const hypercore = new Hypercore(join(folder.path, 'hypercore'));

  const context = {
    workspaceId: randomUUID(),
    actor: { kind: 'person', id: randomUUID(), name: 'ada@example.com' },
    sessionId: randomUUID(),
    address: '192.0.2.7',
    requestId: null,
  } as const;
  const event = {
    action: 'query.released',
    resource: 'aviation',
    decision: { allowed: true, reason: 'permission ask' },
    outcome: 'done',
  } as const;
  const bytes = randomBytes(ENTRY_BYTES);
  for (const [batch, times] of [
    [1, 300],
    [100, 60],
    [10_000, 2],
  ] as const) {
    const ours = async (): Promise<number> => {
      for (let i = 0; i < times; i += 1)
        await Promise.all(Array.from({ length: batch }, () => ledger.append(context, event)));
      return batch * times;
    };
    const plain = async (): Promise<number> => {
      const rows = Array.from({ length: batch }, () => bytes);
      for (let i = 0; i < times; i += 1)
        await peer.query('insert into plain (bytes) select unnest($1::bytea[])', [rows]);
      return batch * times;
    };
    const blocks = async (): Promise<number> => {
      for (let i = 0; i < times; i += 1) await hypercore.append(Array.from({ length: batch }, () => bytes));
      return batch * times;
    };
    // What most programs do with many rows; `plain inserts` is the one that counts.
    const oneByOne = async (): Promise<number> => {
      for (let i = 0; i < times; i += 1) {
        await peer.query('begin');
        for (let row = 0; row < batch; row += 1) await peer.query('insert into plain (bytes) values ($1)', [bytes]);
        await peer.query('commit');
      }
      return batch * times;
    };
    const peers = {
      'plain inserts': plain,
      'hypercore (no fsync)': blocks,
      ...(batch === 100 ? { 'inserts one by one': oneByOne } : {}),
    };
    for (const figure of await compareTimesOfMany(`durable entries, batch ${batch}`, ROUNDS, ours, peers))
      yield perSecond(figure, batch * times);
  }
  await hypercore.close();
  await ledger.close();
  yield* measureProofs(database);
  await peer.end();
  await database.close();
  await cluster.stop();
};

function perSecond(figure: Figure, count: number): Figure {
  const [ours, peer] = [(count * 1000) / figure.ours, (count * 1000) / figure.peer];
  return { ...figure, ours, peer, ratio: ours / peer, unit: 'entries/s', better: 'higher' };
}
