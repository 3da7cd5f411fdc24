import { randomUUID } from 'node:crypto';
import { loadClusterSecret } from '@strongroom/keyring';
import { type ExportReport, parseVerifierKey, verifyEntryProof, verifyExport } from '@strongroom/merkle-log';
import { temporaryFolder, type TemporaryFolder } from '@strongroom/testkit';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { AuditContext, AuditEvent } from '#contracts';
import { startTestDatabase, type TestDatabase } from '../../platform/database/test-database.ts';
import { makeTestVault, testVaultMigrations } from '../vault/make-test-vault.ts';
import { createLedger, type Ledger } from './index.ts';

// Somebody who owns the database, and with it every row, but neither our keys nor a checkpoint that others hold.
const clock = { now: () => new Date() };
const complaints: string[] = [];
// Of the log that a test is about: servers of tests before it may come upon theirs a moment later.
const log = {
  error: (details: object, message: string): void => {
    if ('workspaceId' in details && details.workspaceId === workspaceId) complaints.push(message);
  },
};
const ledgers: Ledger[] = [];
let folder: TemporaryFolder;
let started: TestDatabase;
let owner: pg.Client;
let ledger: Ledger;
let workspaceId: string;

function startLedger(): Ledger {
  const { database } = started;
  const { ledger: made } = makeTestVault({ database, folder: folder.path, clock, log, births: 'unrecorded' });
  ledgers.push(made);
  return made;
}

beforeAll(async () => {
  folder = await temporaryFolder();
  await loadClusterSecret(folder.path);
  started = await startTestDatabase(testVaultMigrations);
  const { socketFolder: host, port } = started.address;
  const options = '-c search_path=strongroom';
  owner = new pg.Client({ host, port, user: 'postgres', password: 'owner', database: 'strongroom', options });
  await owner.connect();
});
beforeEach(async () => {
  workspaceId = randomUUID();
  ledger = startLedger();
  await append(20);
  await ledger.sequence(workspaceId);
});
afterAll(async () => {
  await Promise.all(ledgers.map((one) => one.close()));
  await owner.end();
  await started[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

async function append(count: number, by = ledger): Promise<string[]> {
  const context: AuditContext = {
    workspaceId,
    actor: { kind: 'person', id: randomUUID(), name: 'ada@example.org' },
    sessionId: null,
    address: '192.0.2.7',
    requestId: null,
  };
  const event: AuditEvent = {
    action: 'query.released',
    resource: 'aviation',
    decision: { allowed: true, reason: 'permission ask' },
    outcome: 'done',
  };
  const receipts = await Promise.all(Array.from({ length: count }, () => by.append(context, event)));
  return receipts.map(({ entryId }) => entryId);
}

async function exported(by = ledger): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of by.export(workspaceId)) lines.push(line);
  return lines;
}

async function* each(lines: readonly string[]): AsyncGenerator<string> {
  yield* lines;
}

/** A server started anew after the change, so that nothing it remembers can help. */
async function verdict(held: string[] = []): Promise<ExportReport> {
  return verifyExport(each(await exported(startLedger())), { held });
}

function checkpointOf(lines: readonly string[]): string {
  const header: { checkpoint: string } = JSON.parse(lines[0] ?? '');
  return header.checkpoint;
}

const run = (sql: string) => owner.query(sql.replaceAll('$ws', `'${workspaceId}'`));

test('an untouched log is all right, entry by entry and with a checkpoint held from before', async () => {
  const held = checkpointOf(await exported());
  await append(30);
  expect(await verdict([held])).toMatchObject({ ok: true, problems: [], size: 50, closed: 0 });
});

describe('verify names what the owner of the database did', () => {
  test('an altered outcome', async () => {
    await run(`update ledger_entries set outcome = 'refused' where workspace_id = $ws and position = 7`);
    expect((await verdict()).problems).toEqual(['entry 7 was altered']);
  });

  test('an altered ciphertext, and an altered key', async () => {
    await run(
      `update ledger_entries set sealed = set_byte(sealed, 40, get_byte(sealed, 40) # 1) where workspace_id = $ws and position = 3`,
    );
    await run(
      `update ledger_entries set commitment = set_byte(commitment, 0, get_byte(commitment, 0) # 1) where workspace_id = $ws and position = 5`,
    );
    expect((await verdict()).problems).toEqual(['entry 3 was altered', 'entry 5 was altered']);
  });

  test('a destroyed key: nothing was changed, but its entry can not be shown, which is counted', async () => {
    await run(
      `update ledger_entries set wrapped_key = set_byte(wrapped_key, 0, get_byte(wrapped_key, 0) # 1) where workspace_id = $ws and position = 6`,
    );
    expect(await verdict()).toMatchObject({ ok: true, size: 20, closed: 1 });
  });

  test('a dropped entry', async () => {
    await run(`delete from ledger_entries where workspace_id = $ws and position = 9`);
    const { ok, problems } = await verdict();
    expect([ok, problems[0]]).toEqual([false, 'entry 9 is missing']);
  });

  test('two entries exchanged', async () => {
    await run(`update ledger_entries set position = 1000 where workspace_id = $ws and position = 4`);
    await run(`update ledger_entries set position = 4 where workspace_id = $ws and position = 11`);
    await run(`update ledger_entries set position = 11 where workspace_id = $ws and position = 1000`);
    expect((await verdict()).problems).toEqual(['entries 4 and 11 were exchanged']);
  });

  test('an entry inserted in the middle', async () => {
    await run(`update ledger_entries set position = position + 1000 where workspace_id = $ws and position >= 6`);
    await run(
      `insert into ledger_entries select workspace_id, 6, gen_random_uuid(), at, action, outcome, sealed, subjects, wrapped_key, commitment, terms, fields_hash, leaf_hash, mac from ledger_entries where workspace_id = $ws and position = 2`,
    );
    await run(`update ledger_entries set position = position - 999 where workspace_id = $ws and position > 1000`);
    expect((await verdict()).problems[0]).toBe('an entry was inserted at 6');
  });

  test('an entry put behind the last, which the log does not sign', async () => {
    await run(
      `insert into ledger_entries select workspace_id, 21, gen_random_uuid(), at, action, outcome, sealed, subjects, wrapped_key, commitment, terms, fields_hash, leaf_hash, mac from ledger_entries where workspace_id = $ws and position = 2`,
    );
    expect((await verdict()).problems).toEqual(['no checkpoint covers what comes after entry 20 (1 more)']);
  });

  test('the newest entries cut off', async () => {
    await run(`delete from ledger_entries where workspace_id = $ws and position > 15`);
    expect((await verdict()).problems).toContain('entries 16 to 20 are missing');
  });

  test('the newest entries cut off together with their checkpoints: by whoever holds one', async () => {
    const held = checkpointOf(await exported());
    await run(`delete from ledger_entries where workspace_id = $ws`);
    await run(`delete from ledger_tiles where workspace_id = $ws`);
    await run(`delete from ledger_checkpoints where workspace_id = $ws`);
    await run(`update ledger_heads set position = 0 where workspace_id = $ws`);
    const rewritten = startLedger();
    await append(10, rewritten);
    await rewritten.sequence(workspaceId);
    expect((await verdict()).ok).toBe(true);
    expect((await verdict([held])).problems).toEqual([
      'the log was cut: you hold a checkpoint of 20 entries, and this one has 10',
    ]);
    await append(15, rewritten);
    await rewritten.sequence(workspaceId);
    expect((await verdict([held])).problems).toEqual([
      'the log does not begin with the 20 entries whose checkpoint you hold',
    ]);
  });

  test('a tree rewritten to fit', async () => {
    await run(
      `update ledger_tiles set hashes = set_byte(hashes, 40, get_byte(hashes, 40) # 1) where workspace_id = $ws and level = 0 and tile = 0`,
    );
    const { problems } = await verdict();
    expect(problems).toEqual(['entry 2 was altered', 'entries 1 to 20 are not those that were signed']);
  });

  test('a time that is none, and a checkpoint that claims more entries than there are', async () => {
    await run(`update ledger_entries set at = 'infinity' where workspace_id = $ws and position = 6`);
    await run(`update ledger_entries set position = 9007199254740991 where workspace_id = $ws and position = 20`);
    await run(`update ledger_entries set at = '0044-03-15 BC' where workspace_id = $ws and position = 8`);
    await run(
      `update ledger_checkpoints set note = replace(note, E'\\n20\\n', E'\\n9007199254740991\\n') where workspace_id = $ws and size = 20`,
    );
    expect((await verdict()).problems.slice(0, 2)).toEqual(['entry 6 was altered', 'entry 8 was altered']);
  });

  test('a checkpoint with another signature', async () => {
    await run(
      `update ledger_checkpoints set note = replace(note, E'\\n20\\n', E'\\n19\\n') where workspace_id = $ws and size = 20`,
    );
    const { problems } = await verdict();
    expect(problems[0]).toMatch(/^the checkpoint of the export: the checkpoint is not signed by/);
  });
});

describe('a log that was changed stops, loudly, and with it what needs it', () => {
  test('at an entry that we did not write', async () => {
    // Else the server of before, which looks once more a moment after its last entry, comes upon it too.
    await ledger.close();
    await run(
      `insert into ledger_entries select workspace_id, 21, gen_random_uuid(), at, action, outcome, sealed, subjects, wrapped_key, commitment, terms, fields_hash, fields_hash, mac from ledger_entries where workspace_id = $ws and position = 2`,
    );
    const next = startLedger();
    complaints.length = 0;
    await expect(next.sequence(workspaceId)).rejects.toMatchObject({ code: 'ledger/integrity_lost' });
    await expect(append(1, next)).rejects.toMatchObject({ code: 'ledger/integrity_lost', status: 503 });
    expect(() => next.requireSound(workspaceId)).toThrow(/entry 21 was not written by this server/);
    expect(complaints).toEqual(['the audit log was changed from outside: it stops']);
  });

  test('at an entry of ours written a second time, exchanged, or moved up, before it was in the tree', async () => {
    const columns =
      'at, action, outcome, sealed, subjects, wrapped_key, commitment, terms, fields_hash, leaf_hash, mac';
    await ledger.close();
    for (const change of [
      `insert into ledger_entries select workspace_id, 21, gen_random_uuid(), ${columns} from ledger_entries where workspace_id = $ws and position = 2`,
      `update ledger_entries set position = case position when 21 then 1022 else 21 end where workspace_id = $ws and position in (21, 22);
       update ledger_entries set position = 22 where workspace_id = $ws and position = 1022`,
      `delete from ledger_entries where workspace_id = $ws and position = 21;
       update ledger_entries set position = 21 where workspace_id = $ws and position = 22`,
    ]) {
      workspaceId = randomUUID();
      const writer = startLedger();
      await append(20, writer);
      await writer.close();
      if (!change.startsWith('insert')) await append(2, writer);
      await run(change);
      await expect(startLedger().sequence(workspaceId), change).rejects.toThrow(
        /entry 21 was not written by this server/,
      );
    }
  });

  test('at a tree that is not the one that was signed', async () => {
    await run(
      `update ledger_tiles set hashes = set_byte(hashes, 0, get_byte(hashes, 0) # 1) where workspace_id = $ws and level = 0`,
    );
    await expect(startLedger().sequence(workspaceId)).rejects.toMatchObject({ code: 'ledger/integrity_lost' });
    await run(`delete from ledger_tiles where workspace_id = $ws`);
    await expect(startLedger().sequence(workspaceId)).rejects.toThrow(/a part of its tree is missing/);
  });

  test('at a proof that needs a part of the tree that is gone', async () => {
    const [id = ''] = await append(1);
    await append(239);
    await ledger.sequence(workspaceId);
    await run(
      `update ledger_tiles set hashes = substr(hashes, 1, 32 * 2) where workspace_id = $ws and level = 0 and tile = 1`,
    );
    await expect(startLedger().prove(workspaceId, id)).rejects.toMatchObject({ code: 'ledger/integrity_lost' });
  });

  test.each(['cut', 'cut, and grown past by another server'])(
    'at a log under a running server that was %s',
    async (how) => {
      await run(`delete from ledger_entries where workspace_id = $ws`);
      await run(`delete from ledger_tiles where workspace_id = $ws`);
      await run(`delete from ledger_checkpoints where workspace_id = $ws`);
      await run(`update ledger_heads set position = 0 where workspace_id = $ws`);
      const other = startLedger();
      await append(how === 'cut' ? 10 : 30, other);
      await other.sequence(workspaceId);
      await expect(ledger.sequence(workspaceId)).rejects.toMatchObject({ code: 'ledger/integrity_lost' });
      await expect(append(1)).rejects.toMatchObject({ code: 'ledger/integrity_lost' });
    },
  );

  test('at keys of the log that were taken away: new ones do not pass for them', async () => {
    await run(`delete from vault_object_keys where workspace_id = $ws`);
    await expect(startLedger().sequence(workspaceId)).rejects.toThrow(/newest checkpoint is not one of ours/);
  });

  test('and other workspaces go on', async () => {
    await run(`delete from ledger_tiles where workspace_id = $ws`);
    const next = startLedger();
    await expect(next.sequence(workspaceId)).rejects.toThrow();
    workspaceId = randomUUID();
    await append(1, next);
    await next.sequence(workspaceId);
  });
});

describe('the proof of an entry', () => {
  test('holds without a server for each entry, and fails with any changed field', async () => {
    for (const id of await append(3)) {
      const text = JSON.stringify(await ledger.prove(workspaceId, id));
      expect(verifyEntryProof(text)).toMatchObject({ ok: true, problems: [], entry: { id } });
      expect(verifyEntryProof(text.replace('ada@example.org', 'eve@example.org')).problems).toContain(
        'the entry was altered',
      );
      expect(verifyEntryProof(text.replace('"done"', '"refused"')).ok).toBe(false);
    }
  });

  test('of another log is refused by whoever knows the key', async () => {
    const [id = ''] = await append(1);
    const proof = await ledger.prove(workspaceId, id);
    workspaceId = randomUUID();
    const [other = ''] = await append(1);
    const { key } = await ledger.prove(workspaceId, other);
    expect(verifyEntryProof(JSON.stringify(proof), parseVerifierKey(key)).ok).toBe(false);
    await expect(ledger.prove(workspaceId, id)).rejects.toMatchObject({ code: 'ledger/not_found' });
  });
});

test('an export that was cut short, or is none, is refused', async () => {
  const lines = await exported();
  expect((await verifyExport(each(lines.slice(0, -1)))).problems).toContain('the export was cut short');
  expect((await verifyExport(each([...lines.slice(0, 5), ...lines.slice(-1)]))).problems).toContain(
    'entries 5 to 20 are missing',
  );
  for (const bad of [[], ['{}'], [...lines.slice(0, 1), 'no json'], [...lines, lines[1] ?? '']])
    await expect(verifyExport(each(bad))).rejects.toMatchObject({ code: 'merkle-log/bad_export' });
});

test('two servers that sequence at once put each entry into the tree once', async () => {
  const servers = [startLedger(), startLedger(), startLedger()];
  await Promise.all(servers.flatMap((server) => [append(40, server), server.sequence(workspaceId)]));
  await ledger.sequence(workspaceId);
  expect(await verdict()).toMatchObject({ ok: true, size: 140 });
});

test('what another server leaves in the tree is looked for again, without anybody asking', async () => {
  const covered = async (): Promise<number> => {
    const { rows } = await run('select max(size)::integer as size from ledger_checkpoints where workspace_id = $ws');
    return (rows as { size: number }[])[0]?.size ?? 0;
  };
  await run('begin');
  try {
    await run(`select pg_advisory_xact_lock(hashtextextended('ledger/' || $ws, 0))`);
    // Whoever appended is gone, and whoever looks has nothing of its own to come back for.
    const [gone, next] = [startLedger(), startLedger()];
    await append(1, gone);
    await Promise.all([gone.close(), ledger.close()]);
    await next.sequence(workspaceId);
    expect(await covered()).toBe(20);
  } finally {
    await run('rollback');
  }
  await expect.poll(covered, { timeout: 60_000 }).toBe(21);
});

test('an entry that was dropped, or changed, before any checkpoint covered it is missed by whoever holds its promise', async () => {
  const context: AuditContext = {
    workspaceId,
    actor: { kind: 'system', id: null, name: 'test' },
    sessionId: null,
    address: null,
    requestId: null,
  };
  const decision = { allowed: true, reason: 'permission ask' };
  const { promise } = await ledger.append(context, {
    action: 'query.released',
    resource: 'kept',
    decision,
    outcome: 'done',
  });
  const held = promise?.() ?? '';
  const withPromise = async () =>
    (await verifyExport(each(await exported(startLedger())), { promises: [held] })).problems;
  expect(await withPromise()).toEqual([]);

  // As if no checkpoint had come: everything from there on is taken back, consistently.
  await run(`delete from ledger_checkpoints where workspace_id = $ws and size > 20`);
  await run(`update ledger_tiles set hashes = substring(hashes for 20 * 32) where workspace_id = $ws and level = 0`);
  await run(`delete from ledger_entries where workspace_id = $ws and position > 20`);
  await run(`update ledger_heads set position = 20 where workspace_id = $ws`);
  expect(await withPromise()).toEqual([
    expect.stringMatching(/^entry 21 was promised to you, and the log ends at entry 20/),
  ]);
  await append(1, startLedger());
  expect(await withPromise()).toEqual(['entry 21 is not the one that you were promised']);
});

test('many who ask at once share the work', async () => {
  let transactions = 0;
  const { database } = started;
  const counted = {
    ...database,
    withWorkspace: ((id, work) => {
      transactions += 1;
      return database.withWorkspace(id, work);
    }) satisfies typeof database.withWorkspace,
  };
  const { vault } = makeTestVault({ database, folder: folder.path, clock });
  const counting = createLedger({ database: counted, keys: vault.ledgerKeys, clock, log });
  ledgers.push(counting);
  await Promise.all(Array.from({ length: 50 }, () => counting.sequence(workspaceId)));
  expect(transactions).toBeLessThanOrEqual(2);
});

test('while another server holds the tree an entry is pending, not lost', async () => {
  const [id = ''] = await append(1);
  await run('begin');
  try {
    await run(`select pg_advisory_xact_lock(hashtextextended('ledger/' || $ws, 0))`);
    await expect(ledger.prove(workspaceId, id)).rejects.toMatchObject({ code: 'ledger/pending', status: 503 });
  } finally {
    await run('rollback');
  }
  expect(verifyEntryProof(JSON.stringify(await ledger.prove(workspaceId, id))).ok).toBe(true);
});
