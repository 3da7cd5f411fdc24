import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { loadClusterSecret } from '@strongroom/keyring';
import {
  cosign,
  createWitness,
  fileWitnessState,
  parseNote,
  parseVerifierKey,
  printSignature,
  type ServedWitness,
  serveWitness,
  verifierKey,
  verifyEntryProof,
  verifyExport,
} from '@strongroom/merkle-log';
import type { LedgerStatus } from '@strongroom/protocol';
import { temporaryFolder, type TemporaryFolder } from '@strongroom/testkit';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { AuditContext, AuditEvent } from '#contracts';
import { createOutbound, type Outbound } from '#platform/outbound';
import { makeTestVault, testVaultMigrations } from '../vault/make-test-vault.ts';
import { startTestDatabase, type TestDatabase } from '../../platform/database/test-database.ts';
import { createLedger, type Ledger } from './index.ts';

// Real witnesses on loopback, and servers in their place that answer what no witness should.
const clock = { now: () => new Date() };
const complaints: string[] = [];
const log = { error: (_: object, message: string) => void complaints.push(message), warn: () => {} };
const ledgers: Ledger[] = [];
const servers: { close(): Promise<void> }[] = [];
const patient = { timeout: 60_000 };
const name = 'w.example';
const own = generateKeyPairSync('ed25519');
const witnessKey = verifierKey(name, 'witness', own.publicKey);
let folder: TemporaryFolder;
let started: TestDatabase;
let owner: pg.Client;
let outbound: Outbound;
let workspaceId: string;

beforeAll(async () => {
  folder = await temporaryFolder();
  await loadClusterSecret(folder.path);
  started = await startTestDatabase(testVaultMigrations);
  const { socketFolder: host, port } = started.address;
  const options = '-c search_path=strongroom';
  owner = new pg.Client({ host, port, user: 'postgres', password: 'owner', database: 'strongroom', options });
  await owner.connect();
  outbound = createOutbound({ timeoutMs: 5_000, replyBytesMax: 64 * 1024 });
});
beforeEach(() => {
  workspaceId = randomUUID();
  complaints.length = 0;
});
afterAll(async () => {
  await Promise.all(ledgers.map((one) => one.close()));
  await outbound.close();
  await Promise.all(servers.map((one) => one.close()));
  await owner.end();
  await started[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

/** A server of the product, started anew; without an address it asks no witness. */
function startLedger(url?: string): Ledger {
  const { database } = started;
  const { ledgerKeys: keys } = makeTestVault({ database, folder: folder.path, clock, births: 'unrecorded' }).vault;
  const send = (body: string) =>
    outbound.send({ method: 'POST', url: new URL(`${url}/add-checkpoint`), headers: {}, body });
  const witnesses = url === undefined ? [] : [{ key: witnessKey, send }];
  const made = createLedger({ database, keys, clock, log, witnessing: { witnesses, log } });
  ledgers.push(made);
  return made;
}

/** The real witness; what it signed last stays when it is started again. */
async function startWitness({ port = 0, logs = [workspaceId] } = {}): Promise<ServedWitness> {
  const keys = await Promise.all(logs.map(async (id) => parseVerifierKey((await startLedger().status(id)).key)));
  const state = fileWitnessState(join(folder.path, workspaceId));
  const witness = createWitness({ name, privateKey: own.privateKey, logs: keys, state, now: clock.now });
  const served = await serveWitness(witness, { host: '127.0.0.1', port, failed: () => {} });
  servers.push(served);
  return served;
}

async function startImpostor(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  servers.push({
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function append(count: number, by: Ledger): Promise<string[]> {
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
  await by.sequence(workspaceId);
  return receipts.map(({ entryId }) => entryId);
}

async function witnessIn(ledger: Ledger): Promise<LedgerStatus['witnesses'][number] | undefined> {
  return (await ledger.status(workspaceId)).witnesses[0];
}
const witnessedSize = async (ledger: Ledger) => (await witnessIn(ledger))?.size;
const problemIn = async (ledger: Ledger) => (await witnessIn(ledger))?.problem?.message;

async function* exported(by: Ledger): AsyncGenerator<string> {
  yield* by.export(workspaceId);
}

const run = (sql: string) => owner.query(sql.replaceAll('$ws', `'${workspaceId}'`));

/** Back to the first ten entries, as whoever owns the database can do it: nothing that stays contradicts itself. */
async function cutBack(): Promise<void> {
  await run(`delete from ledger_entries where workspace_id = $ws and position > 10;
    delete from ledger_checkpoints where workspace_id = $ws and size > 10;
    delete from ledger_cosignatures where workspace_id = $ws and size > 10;
    update ledger_tiles set hashes = substr(hashes, 1, 32 * 10) where workspace_id = $ws;
    update ledger_heads set position = 10 where workspace_id = $ws`);
}

test('a checkpoint is cosigned within seconds, and exports and proofs show it, also those made before the next one is', async () => {
  const witness = await startWitness();
  const ledger = startLedger(witness.url);
  const [id = ''] = await append(3, ledger);
  await expect.poll(() => witnessedSize(ledger), patient).toBe(3);
  expect(await verifyExport(exported(ledger), { witnesses: [witnessKey] })).toMatchObject({
    ok: true,
    witnesses: [{ name, size: 3 }],
  });

  const alone = startLedger();
  await append(4, alone);
  const report = await verifyExport(exported(alone), { witnesses: [witnessKey] });
  expect(report).toMatchObject({ ok: true, size: 7, witnesses: [{ name, size: 3 }] });
  const proof = JSON.stringify(await alone.prove(workspaceId, id));
  expect(verifyEntryProof(proof, null, [witnessKey])).toMatchObject({ ok: true, size: 3 });
  const stranger = verifierKey(name, 'witness', generateKeyPairSync('ed25519').publicKey);
  expect(verifyEntryProof(proof, null, [stranger]).problems).toEqual([
    'the checkpoint of the proof is not signed by the witness `w.example`',
  ]);

  const [late = ''] = await append(1, alone);
  expect(verifyEntryProof(JSON.stringify(await alone.prove(workspaceId, late)))).toMatchObject({ ok: true, size: 8 });
});

test('the status tells how far each witness has seen, and since when it has something to sign', async () => {
  const witness = await startWitness();
  const ledger = startLedger(witness.url);
  await append(2, ledger);
  await expect.poll(() => witnessedSize(ledger), patient).toBe(2);
  await ledger.close();
  await append(1, startLedger());
  expect(await ledger.status(workspaceId)).toMatchObject({
    entries: 3,
    checkpoint: { size: 3 },
    problem: null,
    witnesses: [{ name, size: 2, waitingSince: expect.any(String), problem: null }],
  });
});

describe('a log that was cut back is stopped when a witness holds more', () => {
  let url: string;
  beforeEach(async () => {
    ({ url } = await startWitness());
    const ledger = startLedger(url);
    for (const size of [10, 20]) {
      await append(10, ledger);
      await expect.poll(() => witnessedSize(ledger), patient).toBe(size);
    }
    await ledger.close();
    await cutBack();
  });

  test.each([
    ['at once, before anything is appended', 0, /it has seen 20 entries, where there are now 10/],
    ['when it grew again, not yet as far', 5, /it has seen 20 entries, where there are now 15/],
    ['when it grew again to the same length', 10, /the first 20 entries were others/],
    ['when it grew again beyond', 15, /the first 20 entries were others/],
  ])('%s', async (_what, grown, words) => {
    const blind = startLedger();
    if (grown > 0) await append(grown, blind);
    await blind.close();

    const next = startLedger(url);
    next.sequenceSoon(workspaceId);
    await expect.poll(() => next.status(workspaceId).then(({ problem }) => problem), patient).toMatch(words);
    expect(() => next.requireSound(workspaceId)).toThrow(/^the witness `w\.example` holds another history/);
    expect(complaints).toEqual(['the audit log was changed from outside: it stops']);
    await expect(append(1, next)).rejects.toMatchObject({ code: 'ledger/integrity_lost', status: 503 });
    // It is shown all the same, and other logs go on.
    expect(await verifyExport(exported(next))).toMatchObject({ ok: true, size: 10 + grown });
    workspaceId = randomUUID();
    await append(1, next);
  });
});

test('a witness that is away delays nothing, and is asked again until it is back', async () => {
  const before = await startWitness();
  await before.close();
  const ledger = startLedger(before.url);
  await append(3, ledger);
  await expect.poll(() => problemIn(ledger), patient).toBe('there was no answer');
  await append(3, ledger);
  expect(await ledger.status(workspaceId)).toMatchObject({ problem: null, checkpoint: { size: 6 } });
  await startWitness({ port: Number(new URL(before.url).port) });
  await expect.poll(() => witnessedSize(ledger), patient).toBe(6);
  expect(await witnessIn(ledger)).toMatchObject({ problem: null, waitingSince: null });
});

test('a witness that hangs holds up neither entries nor the end of the server', async () => {
  const asked = Promise.withResolvers<void>();
  const url = await startImpostor(() => asked.resolve());
  const ledger = startLedger(url);
  await append(1, ledger);
  await asked.promise;
  await append(1, ledger);
  await ledger.close();
});

test('a cosignature that does not verify, of another key or over another text, is told and not kept', async () => {
  const stranger = generateKeyPairSync('ed25519').privateKey;
  const textOf = (body: string) => parseNote(body.slice(body.indexOf('\n\n') + 2)).text;
  for (const [answer, problem] of [
    [(body) => cosign(textOf(body), name, stranger, new Date()), /with another key than the one you gave/],
    [(body) => ({ ...cosign(textOf(body), name, stranger, new Date()), keyId: witnessKey.id }), /does not verify/],
    [(body) => cosign(`${textOf(body)}more\n`, name, own.privateKey, new Date()), /does not verify/],
    [() => ({ name: 'no', keyId: 0, bytes: Buffer.of(1) }), /with another key/],
  ] satisfies [(body: string) => Parameters<typeof printSignature>[0], RegExp][]) {
    workspaceId = randomUUID();
    const ledger = startLedger(
      await startImpostor(
        (request, reply) => void text(request).then((body) => reply.end(printSignature(answer(body)))),
      ),
    );
    await append(1, ledger);
    await expect.poll(() => problemIn(ledger), patient).toMatch(problem);
    expect((await run('select 1 from ledger_cosignatures where workspace_id = $ws')).rowCount).toBe(0);
    await append(1, ledger);
  }
});

test('what a witness answers that proves nothing stops nothing', async () => {
  for (const [status, body, problem] of [
    [200, 'no line', 'its answer is not readable'],
    [400, '', 'it answered with status 400'],
    [403, '', 'it does not accept the signature of this log'],
    [409, 'twenty\n', 'its answer is not readable'],
    [409, '99999999999999999\n', 'its answer is not readable'],
    [409, '0\n', 'its answers contradict each other'],
    [422, '', 'it wants a proof that the log grew from nothing'],
    [500, '', 'it answered with status 500'],
  ] as const) {
    workspaceId = randomUUID();
    const ledger = startLedger(await startImpostor((_request, reply) => reply.writeHead(status).end(body)));
    await append(2, ledger);
    await expect.poll(() => problemIn(ledger), patient).toBe(problem);
    await append(1, ledger);
  }
});

test('a witness that knows only the log of another workspace signs nothing of this one', async () => {
  const { url } = await startWitness({ logs: [randomUUID()] });
  const ledger = startLedger(url);
  await append(1, ledger);
  await expect.poll(() => problemIn(ledger), patient).toBe('it does not know this log');
  expect(await witnessedSize(ledger)).toBeNull();
});

test('servers that share a log and a witness never take each other for another history', async () => {
  const { url } = await startWitness();
  const both = [startLedger(url), startLedger(url)];
  for (let round = 1; round <= 12; round += 1) await Promise.all(both.map((one) => append(5, one)));
  const [first = startLedger()] = both;
  await expect.poll(() => witnessedSize(first), patient).toBe(120);
  for (const one of both) one.requireSound(workspaceId);
  expect(complaints).toEqual([]);
});

test('a witness that saw what another server signed in the meantime does not hold another history', async () => {
  const { url } = await startWitness();
  const [first, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let requests = 0;
  const forward = async (request: IncomingMessage, reply: ServerResponse): Promise<void> => {
    const body = await text(request);
    requests += 1;
    first.resolve();
    await released.promise;
    const answer = await fetch(`${url}/add-checkpoint`, { method: 'POST', body });
    reply.writeHead(answer.status).end(await answer.text());
  };
  const delayed = await startImpostor((request, reply) => void forward(request, reply));
  const slow = startLedger(delayed);
  await append(5, slow);
  await first.promise;
  const other = startLedger(url);
  await append(5, other);
  await expect.poll(() => witnessedSize(other), patient).toBe(10);
  released.resolve();
  await expect.poll(() => requests + complaints.length, patient).toBeGreaterThan(1);
  expect(complaints).toEqual([]);
  slow.requireSound(workspaceId);
});

test('a cosignature that somebody put into the database is not believed, and spoils no export', async () => {
  const ledger = startLedger((await startWitness()).url);
  await append(2, ledger);
  await expect.poll(() => witnessedSize(ledger), patient).toBe(2);
  await ledger.close();
  await append(1, startLedger());
  await run(`insert into ledger_cosignatures select workspace_id, witness_key, 3, line, seen_at
    from ledger_cosignatures where workspace_id = $ws`);
  await run(`insert into ledger_cosignatures values ($ws, 'nobody', 3, 'nonsense', now())`);
  expect(await witnessedSize(ledger)).toBe(2);
  expect(await verifyExport(exported(startLedger()))).toMatchObject({ ok: true, size: 3 });
});

test('no workspace sees the cosignatures of another, and nothing of ours can change one', async () => {
  const ledger = startLedger((await startWitness()).url);
  await append(1, ledger);
  await expect.poll(() => witnessedSize(ledger), patient).toBe(1);
  const count = (id: string) =>
    started.database.withWorkspace(id, (within) =>
      within
        .selectFrom('ledger_cosignatures')
        .selectAll()
        .execute()
        .then(({ length }) => length),
    );
  expect([await count(workspaceId), await count(randomUUID())]).toEqual([1, 0]);
  await expect(
    started.database.withWorkspace(workspaceId, (within) => within.deleteFrom('ledger_cosignatures').execute()),
  ).rejects.toMatchObject({ code: '42501' });
});
