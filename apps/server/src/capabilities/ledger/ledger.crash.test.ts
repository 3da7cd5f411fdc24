import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { loadClusterSecret } from '@strongroom/keyring';
import { type Cluster, startCluster } from '@strongroom/local-cluster';
import { verifyExport } from '@strongroom/merkle-log';
import { temporaryFolder, type TemporaryFolder } from '@strongroom/testkit';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { Secret } from '#config';
import { createDatabase, type Database } from '#platform/database';
import { createLog } from '#platform/log';
import type { Vault } from '#vault';
import { makeTestVault, testVaultMigrations } from '../vault/make-test-vault.ts';
import { type ActOptions, actNames, type Word } from '../vault/run-test-act.ts';
import type { Ledger } from './index.ts';

const clock = { now: () => new Date() };
const program = `
  import { runAct } from ${JSON.stringify(new URL('../vault/run-test-act.ts', import.meta.url).href)};
  await runAct(JSON.parse(process.argv[1]));`;
let folder: TemporaryFolder;
let cluster: Cluster;
let database: Database;
let owner: pg.Client;

beforeAll(async () => {
  folder = await temporaryFolder('crash');
  await loadClusterSecret(folder.path);
  await start();
});
afterAll(async () => {
  await stop();
  await cluster.stop();
  await folder[Symbol.asyncDispose]();
});

/** Commits are not written out, as an operator may have it for speed; those of audit entries are. No machine loses its power here. */
async function start(): Promise<void> {
  cluster = await startCluster({
    folder: join(folder.path, 'database'),
    superuserPassword: 'owner',
    settings: { fsync: 'off', synchronous_commit: 'off', wal_writer_delay: '10s' },
  });
  const { socketFolder, port } = cluster;
  const [superuserPassword, appPassword] = [new Secret('owner'), new Secret('app')];
  database = await createDatabase({
    address: { kind: 'cluster', socketFolder, port, superuserPassword, appPassword },
    migrations: testVaultMigrations,
    log: createLog({ level: 'silent' }),
  });
  owner = new pg.Client({
    host: socketFolder,
    port,
    user: 'postgres',
    password: 'owner',
    database: 'strongroom',
    options: '-c search_path=strongroom',
  });
  owner.on('error', () => {}); // when its server is killed
  await owner.connect();
}

async function stop(): Promise<void> {
  await owner.end().catch(() => {});
  await database.close();
}

/** What it said was done, and whether it was killed. `onWord` may do that. */
async function run(
  options: Pick<ActOptions, 'act' | 'workspaceId' | 'killAt'>,
  onWord: (count: number, kill: () => void) => void = () => {},
): Promise<{ words: Word[]; killed: boolean }> {
  const { socketFolder, port } = cluster;
  const args = ['--input-type=module', '--eval', program];
  const child = spawn(
    process.execPath,
    [...args, JSON.stringify({ ...options, socketFolder, port, folder: folder.path })],
    { cwd: import.meta.dirname, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const ended = once(child, 'exit');
  const words: Word[] = [];
  for await (const line of createInterface(child.stdout)) {
    words.push(JSON.parse(line) as Word);
    onWord(words.length, () => child.kill('SIGKILL'));
  }
  const [code, signal] = (await ended) as [number | null, string | null];
  expect([0, null]).toContain(code);
  return { words, killed: signal === 'SIGKILL' };
}

/** The next server goes on: nothing that was said is missing, and log, tree and keys say the same. */
async function expectWhole(workspaceId: string, words: readonly Word[]): Promise<void> {
  const { vault, ledger } = makeTestVault({ database, folder: folder.path, clock });
  try {
    await expectLogWhole(workspaceId, ledger, words);
    await expectKeysWhole(workspaceId, vault, words);
    await ledger.append(
      {
        workspaceId,
        actor: { kind: 'system', id: null, name: 'next' },
        sessionId: null,
        address: null,
        requestId: null,
      },
      { action: 'server.started', resource: null, decision: { allowed: true, reason: 'start' }, outcome: 'done' },
    );
    await expectLogWhole(workspaceId, ledger, words);
  } finally {
    await ledger.close();
  }
}

async function expectLogWhole(workspaceId: string, ledger: Ledger, words: readonly Word[]): Promise<void> {
  // At one moment, since what the dead server had sent may still be under way.
  const { rows } = await owner.query<{ id: string; position: string; head: string }>(
    `select id, entries.position, heads.position as head from ledger_entries entries full join ledger_heads heads using (workspace_id)
     where workspace_id = $1 order by entries.position`,
    [workspaceId],
  );
  expect(rows.map(({ position }) => Number(position))).toEqual(rows.map((_, at) => at + 1));
  expect(rows.every(({ head }) => Number(head) === rows.length)).toBe(true);
  const ids = new Set(rows.map(({ id }) => id));
  for (const word of words) if ('appended' in word) expect(ids).toContain(word.appended);
  if (rows.length === 0) return;
  // So may its hold on the tree: until the database has noticed that it is gone, the tree is left to it.
  const uncovered = `select from ledger_entries where workspace_id = $1
    and position > (select coalesce(max(size), 0) from ledger_checkpoints where workspace_id = $1)`;
  const sequenced = async () => {
    await ledger.sequence(workspaceId);
    expect((await owner.query(uncovered, [workspaceId])).rowCount).toBe(0);
  };
  await vi.waitFor(sequenced, { timeout: 30_000 });
  const report = await verifyExport(ledger.export(workspaceId));
  expect(report).toMatchObject({ ok: true, problems: [] });
  expect(report.size).toBeGreaterThanOrEqual(rows.length);
}

async function expectKeysWhole(workspaceId: string, vault: Vault, words: readonly Word[]): Promise<void> {
  // Births and destructions stand in the log exactly as often as in the tables, and each has its entry.
  const { rows } = await owner.query<Record<string, string>>(
    `with entries as (select id, action from ledger_entries where workspace_id = $1),
       born as (select birth_entry as entry from vault_object_keys where workspace_id = $1 and birth_entry is not null
         union all select birth_entry from vault_destructions where workspace_id = $1 and birth_entry is not null),
       gone as (select destruction_entry as entry from vault_destructions where workspace_id = $1)
     select (select count(*) from born) as born, (select count(*) from gone) as gone,
       (select count(*) from entries where action = 'vault.key_created' and id in (select entry from born)) as "bornInLog",
       (select count(*) from entries where action = 'vault.key_created') as "createdInLog",
       (select count(*) from entries where action = 'vault.key_destroyed' and id in (select entry from gone)) as "goneInLog",
       (select count(*) from entries where action = 'vault.key_destroyed') as "destroyedInLog"`,
    [workspaceId],
  );
  const [count] = rows;
  expect([count?.['bornInLog'], count?.['createdInLog']]).toEqual([count?.['born'], count?.['born']]);
  expect([count?.['goneInLog'], count?.['destroyedInLog']]).toEqual([count?.['gone'], count?.['gone']]);
  await vault.endEpochs(workspaceId);
  const unfinished = 'select from vault_destructions where workspace_id = $1 and final_entry is null';
  expect((await owner.query(unfinished, [workspaceId])).rowCount).toBe(0);
  const destroyed = new Set(words.map((word) => ('destroyed' in word ? word.destroyed : null)));
  for (const word of words) {
    if (!('sealed' in word)) continue;
    const { id, hex } = word.sealed;
    const [destruction] = await vault.destructions(workspaceId, [id]);
    if (destroyed.has(id)) expect(destruction).toBeDefined();
    const opening = vault.open(workspaceId, id, Buffer.from(hex, 'hex'));
    if (destruction === undefined) expect(Buffer.from(await opening).toString()).toBe(`content of ${id}`);
    else await expect(opening).rejects.toMatchObject({ code: 'vault/key_destroyed' });
  }
}

describe('a server that is killed', () => {
  test.concurrent.each(actNames.filter((act) => act !== 'appendForEver'))(
    'before or after any durable step of %s loses nothing that it said, and the next one finishes what it left',
    async (act) => {
      let killed = 0;
      for (let step = 1, goOn = true; goOn; step += 1) {
        goOn = false;
        for (const form of ['before', 'after'] as const) {
          const workspaceId = randomUUID();
          const ended = await run({ act, workspaceId, killAt: { step, form } });
          if (ended.killed) {
            goOn = true;
            killed += 1;
          }
          await expectWhole(workspaceId, ended.words);
        }
      }
      expect(killed).toBeGreaterThanOrEqual(2);
    },
  );

  test('at any moment while it appends loses no entry that it said was written, and leaves no gap', async () => {
    const workspaceId = randomUUID();
    const words: Word[] = [];
    for (const count of [1, 8, 40]) {
      const ended = await run({ act: 'appendForEver', workspaceId, killAt: null }, (said, kill) => {
        if (said === count) kill();
      });
      expect(ended.killed).toBe(true);
      words.push(...ended.words);
      await expectWhole(workspaceId, words);
    }
  });
});

describe('a database that is killed', () => {
  test('while two servers append loses no entry that was acknowledged, and uses no position twice, though its commits are not flushed', async () => {
    const workspaceId = randomUUID();
    const words: Word[] = [];
    for (let round = 0; round < 2; round += 1) {
      let killing: Promise<void> | null = null;
      const servers = [1, 2].map(() => makeTestVault({ database, folder: folder.path, clock }).ledger);
      const appending = servers.flatMap((ledger) =>
        Array.from({ length: 4 }, async () => {
          for (let said = 0; ; said += 1) {
            const { entryId } = await append(ledger, workspaceId);
            words.push({ appended: entryId });
            if (said === 20) killing ??= killDatabase();
          }
        }),
      );
      const ends = await Promise.allSettled(appending);
      for (const end of ends) expect(end).toMatchObject({ status: 'rejected', reason: { status: 503 } });
      await Promise.all(servers.map((ledger) => ledger.close()));
      await stop();
      await cluster.stop();
      await start();
      await expectWhole(workspaceId, words);
    }
  });
});

function append(ledger: Ledger, workspaceId: string): Promise<{ entryId: string }> {
  return ledger.append(
    {
      workspaceId,
      actor: { kind: 'person', id: 'ada', name: 'ada@example.org' },
      sessionId: null,
      address: null,
      requestId: null,
    },
    {
      action: 'query.released',
      resource: 'aviation',
      decision: { allowed: true, reason: 'permission ask' },
      outcome: 'done',
    },
  );
}

/** All of its processes at once, as when the machine's memory runs out: nothing is written that was not written by then. */
async function killDatabase(): Promise<void> {
  const { rows } = await owner.query<{ pid: number }>('select pid from pg_stat_activity').catch(() => ({ rows: [] }));
  for (const { pid } of rows) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It ended with another one.
    }
  }
}
