import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { expect, test } from 'vitest';
import { signCheckpoint } from '../checkpoint.ts';
import { compactRange } from '../compact-range.ts';
import { cosign } from '../cosignature.ts';
import { proveInclusion } from '../prove.ts';
import { parseNote, printSignature } from '../signed-note.ts';
import { printVerifierKey, verifierKey } from '../verifier-key.ts';
import { type ExportEntry, exportFormat } from './export-lines.ts';
import { leafOf } from './leaf-of-entry.ts';
import { entryProofFormat, verifyEntryProof } from './verify-entry-proof.ts';
import { verifyExport } from './verify-export.ts';

const origin = 'log.example/main';
const log = generateKeyPairSync('ed25519');
const key = printVerifierKey(verifierKey(origin, 'log', log.publicKey));
const [near, far, stranger] = ['near.example', 'far.example', 'far.example'].map((name) => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return { name, privateKey, key: verifierKey(name, 'witness', publicKey) };
}) as [WitnessPair, WitnessPair, WitnessPair];
type WitnessPair = { name: string; privateKey: KeyObject; key: ReturnType<typeof verifierKey> };

const entries = Array.from({ length: 6 }, (_, at) => entryAt(at + 1));
function entryAt(position: number): ExportEntry {
  const entry: ExportEntry = {
    position,
    id: `0190b3c8-0000-7000-8000-${String(position).padStart(12, '0')}`,
    at: '2026-03-04T05:06:07.000Z',
    action: 'query.released',
    outcome: 'done',
    commitment: '11'.repeat(32),
    sealedHash: '22'.repeat(32),
    leafHash: '',
    fields: { hash: '33'.repeat(32) },
  };
  return { ...entry, leafHash: leafOf(entry).toString('hex') };
}

/** The checkpoint of the first `size` entries, signed by these witnesses at minute `minute`. */
function checkpoint(size: number, by: readonly WitnessPair[] = [], minute = 0, of = entries): string {
  const tree = compactRange();
  for (const { leafHash } of of.slice(0, size)) tree.append(Buffer.from(leafHash, 'hex'));
  const note = signCheckpoint({ origin, size, root: tree.root() }, log.privateKey);
  const at = new Date(Date.UTC(2026, 2, 4, 5, minute));
  const { text } = parseNote(note);
  return note + by.map(({ name, privateKey }) => printSignature(cosign(text, name, privateKey, at))).join('');
}

async function* exported(newest: string, earlier: readonly string[] = []): AsyncGenerator<string> {
  yield JSON.stringify({ format: exportFormat, origin, key, checkpoint: newest, earlier });
  for (const entry of entries) yield JSON.stringify(entry);
  yield JSON.stringify({ end: entries.length });
}

test('the report says up to where each witness that was asked for has seen the log, and when', async () => {
  const earlier = [checkpoint(2, [near, far], 1), checkpoint(4, [near], 2)];
  const report = await verifyExport(exported(checkpoint(6), earlier), { witnesses: [near.key, far.key] });
  expect(report).toMatchObject({
    ok: true,
    witnesses: [
      { name: 'near.example', size: 4, at: '2026-03-04T05:02:00.000Z' },
      { name: 'far.example', size: 2, at: '2026-03-04T05:01:00.000Z' },
    ],
  });
});

test('a witness that signed nothing of what is here is a problem: none, another key, another history', async () => {
  const forged = entries.with(0, entryAt(9));
  for (const earlier of [
    [],
    [checkpoint(4, [near])],
    [checkpoint(4, [stranger])],
    [`${checkpoint(4)}${printSignature({ ...cosign('other\n', far.name, far.privateKey, new Date()) })}`],
    [checkpoint(4, [far], 0, forged)],
  ]) {
    const { ok, problems, witnesses } = await verifyExport(exported(checkpoint(6), earlier), { witnesses: [far.key] });
    expect([ok, witnesses]).toEqual([false, [{ name: 'far.example', size: null, at: null }]]);
    expect(problems).toContain('no checkpoint here is signed by the witness `far.example`');
    expect(await verifyExport(exported(checkpoint(6), earlier))).toMatchObject({ witnesses: [] });
  }
});

test('a proof whose checkpoint the witness did not sign is a problem', async () => {
  const read = async () => [Buffer.from(entries[1]?.leafHash ?? '', 'hex')];
  const path = await proveInclusion(read, 0, 2);
  const proof = (by: readonly WitnessPair[]): string =>
    JSON.stringify({
      format: entryProofFormat,
      origin,
      key,
      checkpoint: checkpoint(2, by, 7),
      proof: path.map((hash) => hash.toString('base64')),
      entry: entries[0],
    });
  expect(verifyEntryProof(proof([near, far]), null, [far.key])).toMatchObject({
    ok: true,
    witnesses: [{ name: 'far.example', size: 2, at: '2026-03-04T05:07:00.000Z' }],
  });
  for (const by of [[], [near], [stranger]])
    expect(verifyEntryProof(proof(by), null, [far.key])).toMatchObject({
      ok: false,
      problems: ['the checkpoint of the proof is not signed by the witness `far.example`'],
    });
});

test('a time that no date can hold is none', async () => {
  const late = { name: near.name, privateKey: near.privateKey };
  const note = checkpoint(6);
  const line = cosign(parseNote(note).text, late.name, late.privateKey, new Date(8.64e15));
  expect(line.bytes.readBigUInt64BE(0)).toBe(8_640_000_000_000n);
  line.bytes.writeBigUInt64BE(8_640_000_000_001n);
  const signed = `${note}${printSignature(line)}`;
  expect((await verifyExport(exported(signed), { witnesses: [near.key] })).ok).toBe(false);
});

test('the log itself under another name is no witness, and one key under two names is not two', async () => {
  const posing = { name: 'far.example', privateKey: log.privateKey };
  const posingKey = verifierKey(posing.name, 'witness', log.publicKey);
  const signed = checkpoint(6, [{ ...posing, key: posingKey }]);
  expect((await verifyExport(exported(signed), { witnesses: [posingKey] })).problems).toEqual([
    "the witness `far.example` signs with the log's own key, so it is none",
  ]);
  const twin = {
    ...near,
    name: 'twin.example',
    key: verifierKey('twin.example', 'witness', createPublicKey(near.privateKey)),
  };
  const witnesses = [near.key, twin.key];
  expect((await verifyExport(exported(checkpoint(6, [near, twin])), { witnesses })).problems).toEqual([
    'the witnesses `near.example` and `twin.example` have one key, so they are one',
  ]);
});
