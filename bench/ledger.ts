import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { loadClusterSecret, localKeyWrapper } from '@strongroom/keyring';
import {
  compactRange,
  encodeLeaf,
  hashField,
  hashFields,
  hashLeaf,
  printVerifierKey,
  sealedFields,
  signCheckpoint,
  verifierKey,
  verifyExport,
} from '@strongroom/merkle-log';
import { temporaryFolder } from '@strongroom/testkit';
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
import { type Bench, compareTimes, type Figure } from './compare.ts';

const ENTRY_BYTES = 300;
const ROUNDS = 5;
const VERIFIED_ENTRIES = 1_000_000;

/** Both sides flush every commit, in one cluster; the peer inserts rows of as many bytes as an entry's content. */
export const bench: Bench = async function* () {
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
    const figure = await compareTimes(`durable entries, batch ${batch}`, 'plain inserts', ROUNDS, ours, plain);
    yield perSecond(figure, batch * times);
    if (batch !== 100) continue;
    // What most programs do with a hundred rows; the one above is the one that counts.
    const oneByOne = async (): Promise<number> => {
      for (let i = 0; i < times; i += 1) {
        await peer.query('begin');
        for (let row = 0; row < batch; row += 1) await peer.query('insert into plain (bytes) values ($1)', [bytes]);
        await peer.query('commit');
      }
      return batch * times;
    };
    const name = `durable entries, batch ${batch}, row by row`;
    yield perSecond(await compareTimes(name, 'inserts in a transaction', ROUNDS, ours, oneByOne), batch * times);
  }
  await ledger.close();
  await peer.end();
  await database.close();
  await cluster.stop();
  yield await verifyMany();
};

function perSecond(figure: Figure, count: number): Figure {
  const [ours, peer] = [(count * 1000) / figure.ours, (count * 1000) / figure.peer];
  return { ...figure, ours, peer, ratio: ours / peer, unit: 'entries/s', better: 'higher' };
}

/** A whole export, made as it is read, against the 30 seconds that we promise. */
async function verifyMany(): Promise<Figure> {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const origin = 'bench';
  const salt = randomBytes(32).toString('base64');
  const values = sealedFields.map((name) => [name, [salt, JSON.stringify({ name, value: 'x'.repeat(20) })]] as const);
  const fieldsHash = hashFields(
    values.map(([name, [text, json]]) => hashField(name, Buffer.from(text, 'base64'), json)),
  );
  const [commitment, sealedHash] = [randomBytes(32), randomBytes(32)];
  const parts = { id: randomUUID(), at: new Date().toISOString(), action: 'query.released', outcome: 'done' } as const;
  const leafHash = hashLeaf(encodeLeaf({ ...parts, commitment, sealedHash, fieldsHash }));
  const tree = compactRange();
  for (let i = 0; i < VERIFIED_ENTRIES; i += 1) tree.append(leafHash);
  const shared = JSON.stringify({
    ...parts,
    commitment: commitment.toString('hex'),
    sealedHash: sealedHash.toString('hex'),
    leafHash: leafHash.toString('hex'),
    fields: Object.fromEntries(values),
  }).slice(1);
  const key = verifierKey(origin, 'log', publicKey);
  const checkpoint = signCheckpoint({ origin, size: tree.size, root: tree.root() }, privateKey);
  async function* lines(): AsyncGenerator<string> {
    yield JSON.stringify({
      format: 'strongroom-ledger-export/v1',
      origin,
      key: printVerifierKey(key),
      checkpoint,
      earlier: [],
    });
    for (let position = 1; position <= VERIFIED_ENTRIES; position += 1) yield `{"position":${position},${shared}`;
    yield JSON.stringify({ end: VERIFIED_ENTRIES });
  }
  const startedMs = performance.now();
  const report = await verifyExport(lines(), { key });
  if (!report.ok) throw new Error(`the export does not verify: ${report.problems.join('; ')}`);
  const seconds = (performance.now() - startedMs) / 1000;
  return {
    name: 'verify an export of 1M entries',
    ours: seconds,
    peer: 30,
    peerName: 'the bound',
    ratio: seconds / 30,
    unit: 's',
    better: 'lower',
  };
}
