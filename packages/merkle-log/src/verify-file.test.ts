import { generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rootFolder, runProgram, temporaryFolder, type TemporaryFolder } from '@strongroom/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { signCheckpoint } from './checkpoint.ts';
import { type ExportEntry, exportFormat } from './export/export-lines.ts';
import { leafOf } from './export/leaf-of-entry.ts';
import { entryProofFormat } from './export/verify-entry-proof.ts';
import { signPromise } from './promise.ts';
import { printVerifierKey, verifierKey } from './verifier-key.ts';
import { verifyFile } from './verify-file.ts';

const origin = 'log.example/main';
const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const key = printVerifierKey(verifierKey(origin, 'log', publicKey));
const entry = entryOf('"ada \ufffd"');
const leafHash = Buffer.from(entry.leafHash, 'hex');
let folder: TemporaryFolder;

function entryOf(actor: string): ExportEntry {
  const nothing = ['A'.repeat(43) + '=', 'null'] as const;
  const shown = { session: nothing, address: nothing, requestId: nothing, resource: nothing, decision: nothing };
  const fields = { actor: [nothing[0], actor] as const, ...shown, counts: nothing };
  const known = { position: 1, id: '0190b3c8-0000-7000-8000-000000000001', at: '2026-03-04T05:06:07.000Z' };
  const hashes = { commitment: '11'.repeat(32), sealedHash: '22'.repeat(32), leafHash: '' };
  const made: ExportEntry = { ...known, action: 'query.released', outcome: 'done', ...hashes, fields };
  return { ...made, leafHash: leafOf(made).toString('hex') };
}

function checkpoint(size: number, root: Buffer): string {
  return signCheckpoint({ origin, size, root }, privateKey);
}

async function file(name: string, content: string | Buffer): Promise<string> {
  const path = join(folder.path, name);
  await writeFile(path, content);
  return path;
}

function receipt(): string {
  const { action, at, commitment, fields, id, outcome, position, sealedHash } = entry;
  const shown = { position, id, at, action, outcome, commitment, sealedHash, leafHash: entry.leafHash, fields };
  return JSON.stringify({
    format: entryProofFormat,
    origin,
    key,
    checkpoint: checkpoint(1, leafHash),
    proof: [],
    entry: shown,
  });
}

function exported(): string {
  const header = { format: exportFormat, origin, key, checkpoint: checkpoint(1, leafHash), earlier: [] };
  const { entry: shown } = JSON.parse(receipt()) as { entry: object };
  return [header, shown, { end: 1 }].map((line) => `${JSON.stringify(line)}\n`).join('');
}

beforeAll(async () => {
  folder = await temporaryFolder('verify');
});
afterAll(() => folder[Symbol.asyncDispose]());

test('a receipt that contradicts a checkpoint that you hold does not verify', async () => {
  const at = await file('receipt.json', receipt());
  const check = async (held: string) =>
    verifyFile({ kind: 'receipt', file: at, key, checkpoints: [await file('held.txt', held)] });
  expect(await check(checkpoint(1, leafHash))).toMatchObject({ ok: true, problems: [] });
  expect(await check(checkpoint(1, Buffer.alloc(32, 7)))).toMatchObject({
    ok: false,
    problems: ['the log signed two histories: the checkpoint of 1 entries that you hold is another'],
  });
  const foreign = signCheckpoint({ origin: 'log.example/other', size: 1, root: leafHash }, privateKey);
  expect((await check(foreign)).problems).toEqual([
    'a checkpoint you hold: the checkpoint is of another log than `log.example/main`',
  ]);
  expect((await check('nothing')).ok).toBe(false);
  const later = await check(checkpoint(2, Buffer.alloc(32, 7)));
  expect(later).toMatchObject({ ok: true, summary: expect.stringContaining('not compared with the 2 entries') });
  await expect(verifyFile({ kind: 'receipt', file: at, checkpoints: [join(folder.path, 'none')] })).rejects.toThrow();
});

test('bytes of a receipt or of promises that are no text are refused, where a sign for them was hashed', async () => {
  const bytes = Buffer.from(receipt());
  const at = bytes.indexOf('\ufffd');
  const altered = Buffer.concat([bytes.subarray(0, at), Buffer.of(0xff), bytes.subarray(at + 3)]);
  expect(await verifyFile({ kind: 'receipt', file: await file('receipt.json', bytes) })).toMatchObject({ ok: true });
  await expect(verifyFile({ kind: 'receipt', file: await file('receipt.json', altered) })).rejects.toThrow(/UTF-8/);
});

test('a file with promises that holds none is refused, one with thousands is read, and each counts', async () => {
  const at = await file('export.ndjson', exported());
  const check = async (promises: string) =>
    verifyFile({ kind: 'ledger', file: at, key, promises: [await file('promises', promises)] });
  const kept = signPromise(origin, { position: 1, leafHash }, privateKey);
  for (const none of ['', '\n\r\n']) await expect(check(none)).rejects.toThrow(/no promise/);
  expect(await check(`${kept}\n`)).toMatchObject({
    ok: true,
    summary: expect.stringContaining('; compared with 1 promise that'),
  });
  expect(await check(`${kept}\n`.repeat(5000))).toMatchObject({ ok: true });
  expect((await check(`${kept}\nnone\n`)).ok).toBe(false);
});

test('promises beside what is no log are refused, not passed over', async () => {
  const promises = await file('promises', `${signPromise(origin, { position: 1, leafHash }, privateKey)}\n`);
  const main = join(rootFolder, 'packages/merkle-log/src/verify-main.ts');
  const at = await file('receipt.json', receipt());
  const { code, stderr } = await runProgram(process.execPath, [main, 'receipt', at, '--promises', promises]);
  expect([code, stderr]).toEqual([1, 'promises are about the log: check an export of it with them\n']);
});
