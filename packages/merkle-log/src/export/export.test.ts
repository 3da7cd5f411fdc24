import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { signCheckpoint } from '../checkpoint.ts';
import { compactRange } from '../compact-range.ts';
import { proveInclusion } from '../prove.ts';
import { hashSizeBytes } from '../tree-hash.ts';
import { parseVerifierKey, printVerifierKey, verifierKey } from '../verifier-key.ts';
import { type ExportEntry, exportFormat } from './export-lines.ts';
import { leafOf } from './leaf-of-entry.ts';
import { entryProofFormat, verifyEntryProof } from './verify-entry-proof.ts';
import { verifyExport } from './verify-export.ts';

const origin = 'strongroom/0190b3c8-0000-7000-8000-000000000000';
const log = generateKeyPairSync('ed25519');
const key = printVerifierKey(verifierKey(origin, 'log', log.publicKey));
const size = 5;
const entries = Array.from({ length: size }, (_, at) => entryAt(at + 1));
const honest = [header(), ...entries.map((entry) => JSON.stringify(entry)), JSON.stringify({ end: size })];

function entryAt(position: number): ExportEntry {
  const pair = (value: unknown): [string, string] => [randomBytes(32).toString('base64'), JSON.stringify(value)];
  const entry: ExportEntry = {
    position,
    id: `0190b3c8-0000-7000-8000-${String(position).padStart(12, '0')}`,
    at: '2026-03-04T05:06:07.000Z',
    action: 'query.released',
    outcome: 'done',
    commitment: randomBytes(32).toString('hex'),
    sealedHash: randomBytes(32).toString('hex'),
    leafHash: '',
    fields: {
      actor: pair({ kind: 'person', id: null, name: 'ada@example.org' }),
      session: pair(null),
      address: pair('192.0.2.7'),
      requestId: pair('a\ufffdb'),
      resource: pair('hidden"shown'),
      decision: pair({ allowed: true, reason: 'permission ask' }),
      counts: pair({ rows: 3 }),
    },
  };
  return { ...entry, leafHash: leafOf(entry).toString('hex') };
}

function checkpoint(length: number, of: readonly ExportEntry[] = entries): string {
  const tree = compactRange();
  for (const { leafHash } of of.slice(0, length)) tree.append(Buffer.from(leafHash, 'hex'));
  return signCheckpoint({ origin, size: length, root: tree.root() }, log.privateKey);
}

function header(changes: object = {}): string {
  return JSON.stringify({ format: exportFormat, origin, key, checkpoint: checkpoint(size), earlier: [], ...changes });
}

async function* each<T>(lines: readonly T[]): AsyncGenerator<T> {
  yield* lines;
}

const verdict = (lines: readonly string[]) => verifyExport(each(lines), { key: parseVerifierKey(key) });
const withLine = (at: number, line: string): string[] => honest.with(at, line);

/** What somebody may do to the text of the first entry without touching a hash; each would be read as something else. */
function* dressedUp(text: string): Generator<string> {
  const fields = entries[0]?.fields;
  if (fields === undefined || 'hash' in fields) return;
  const [salt, json] = fields.resource;
  const bytes = Buffer.concat([Buffer.from(salt, 'base64'), Buffer.from(json)]);
  const cut = json.indexOf('"shown') + 32;
  const shifted = [bytes.subarray(0, cut).toString('base64'), bytes.subarray(cut).toString()];
  // The end of a value passes for all of it when the rest counts as salt.
  yield text.replace(JSON.stringify([salt, json]), JSON.stringify(shifted));
  yield text.replace(salt, salt.replace(/=$/, ''));
  yield text.replace('"outcome":"done"', '"outcome":"refused","outcome":"done"');
  yield text.replace('"outcome":"done"', '"outcome":"done","approvedBy":"eve"');
  yield text.replace('"outcome":"done"', '"outcome":"done","__proto__":{"end":5}');
  yield text.replace('"fields":{', `"fields":{"hash":"${'0'.repeat(64)}",`);
  yield text.replace('"position":1', '"position":1.0');
  yield text.replace('\ufffd', '\\ud800');
}

test('an honest export and its proofs are all right, whatever the space between their parts', async () => {
  expect(await verdict(honest)).toMatchObject({ ok: true, problems: [], size, key });
  expect(await verdict(honest.map((line) => `${line}\r`))).toMatchObject({ ok: true });
  const proof = await proofOfFirst();
  expect(verifyEntryProof(JSON.stringify(JSON.parse(proof), null, 2))).toMatchObject({ ok: true });
  expect(verifyEntryProof(proof.replace('\ufffd', '\\ufffd'))).toMatchObject({ ok: true });
});

test('an entry that shows more, or other, than was hashed is refused', async () => {
  const [, text = ''] = honest;
  for (const changed of dressedUp(text)) {
    expect(changed).not.toBe(text);
    await expect(verdict(withLine(1, changed)), changed).rejects.toMatchObject({ code: 'merkle-log/bad_export' });
  }
});

test('a proof that shows more, or other, than was hashed is refused', async () => {
  const text = await proofOfFirst();
  for (const changed of dressedUp(text)) {
    expect(changed).not.toBe(text);
    expect(() => verifyEntryProof(changed), changed).toThrow(expect.objectContaining({ code: 'merkle-log/bad_proof' }));
  }
});

async function proofOfFirst(): Promise<string> {
  const nodes = new Map<string, Uint8Array>();
  const tree = compactRange();
  for (const { leafHash } of entries)
    tree.append(Buffer.from(leafHash, 'hex'), (level, index, hash) => nodes.set(`${level}/${index}`, hash));
  const hashes = await proveInclusion(
    async (asked) => asked.map(({ level, index }) => nodes.get(`${level}/${index}`) ?? Buffer.alloc(hashSizeBytes)),
    0,
    size,
  );
  const proof = hashes.map((hash) => hash.toString('base64'));
  return JSON.stringify({
    format: entryProofFormat,
    origin,
    key,
    checkpoint: checkpoint(size),
    proof,
    entry: entries[0],
  });
}
