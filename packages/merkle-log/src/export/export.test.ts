import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { signCheckpoint } from '../checkpoint.ts';
import { compactRange } from '../compact-range.ts';
import { proveInclusion } from '../prove.ts';
import { hashSizeBytes } from '../tree-hash.ts';
import { parseVerifierKey, printVerifierKey, verifierKey } from '../verifier-key.ts';
import { type ExportEntry, exportFormat } from './export-lines.ts';
import { leafOf } from './leaf-of-entry.ts';
import { splitLines } from './split-lines.ts';
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
  // The same 32 bytes, with bits beside them that nobody reads.
  yield text.replace(
    salt,
    salt.replace(/.=$/, (end) => `${String.fromCharCode(end.charCodeAt(0) + 1)}=`),
  );
  yield text.replace(salt, salt.replace(/^./, '-'));
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
    expect((await verdict(withLine(1, changed))).problems, changed).toEqual(['entry 1 was altered']);
  }
});

test('a proof that shows more, or other, than was hashed is refused', async () => {
  const text = await proofOfFirst();
  for (const changed of dressedUp(text)) {
    expect(changed).not.toBe(text);
    expect(() => verifyEntryProof(changed), changed).toThrow(expect.objectContaining({ code: 'merkle-log/bad_proof' }));
  }
});

test('the report names the key that it was checked with, and an export that names another is refused', async () => {
  const foreign = printVerifierKey(verifierKey(origin, 'log', generateKeyPairSync('ed25519').publicKey));
  for (const other of [foreign, 'no key', '']) {
    const problem = 'names another key than the one you gave';
    const report = await verdict(withLine(0, header({ key: other })));
    expect(report).toMatchObject({ ok: false, key, problems: [`the export ${problem}`] });
    const proof = (await proofOfFirst()).replace(JSON.stringify(key), JSON.stringify(other));
    expect(verifyEntryProof(proof, parseVerifierKey(key))).toMatchObject({
      ok: false,
      key,
      problems: [`the proof ${problem}`],
    });
  }
});

test('an export that contradicts itself is refused: its end, its earlier checkpoints, its origin', async () => {
  const forked = [...entries.slice(0, 3), entryAt(4)];
  for (const [lines, problem] of [
    [withLine(size + 1, '{"end":9}'), 'the export ends at entry 9, its checkpoint at entry 5'],
    [
      [header({ checkpoint: checkpoint(3), earlier: [checkpoint(size)] }), ...honest.slice(1, 4), '{"end":3}'],
      'the log was cut: the export holds a checkpoint of 5 entries, and shows 3',
    ],
    [
      withLine(0, header({ earlier: [checkpoint(4), checkpoint(4, forked)] })),
      'the log signed two histories: not all its checkpoints of 4 entries agree',
    ],
  ] as const)
    expect((await verdict(lines)).problems).toEqual([problem]);
  for (const wrong of ['', 'a b', 'OK\n', '\u001b[2K', 'a\u202eb'])
    await expect(verdict(withLine(0, header({ origin: wrong })))).rejects.toMatchObject({
      code: 'merkle-log/bad_export',
    });
});

test('an entry whose parts were made unreadable is named, and the rest is checked all the same', async () => {
  const spoilt = entries.map((entry, at) => {
    if (at === 1) return { ...entry, at: 'Infinity' };
    if (at === 0) return { ...entry, at: '2026-02-30T05:06:07.000Z' };
    if (at === 2) return { ...entry, action: '\u001b[2K' };
    if (at === 3) return { ...entry, commitment: '', fields: { hash: '' } };
    return entry;
  });
  const lines = [header(), ...spoilt.map((entry) => JSON.stringify(entry)), '{"end":5}'];
  expect((await verdict(lines)).problems).toEqual([
    'entry 1 was altered',
    'entry 2 was altered',
    'entry 3 was altered',
    'entry 4 was altered',
  ]);
});

test('however much is wrong, only so much is kept of it, and what was read from is let go', async () => {
  let returned = 0;
  async function* many(): AsyncGenerator<string> {
    try {
      yield header();
      for (let at = 0; at < 30_000; at += 1)
        yield JSON.stringify({ ...entries[at % 2], position: 1 + (at % 2) * 2 ** 40 });
    } finally {
      returned += 1;
    }
  }
  const { ok, problems } = await verifyExport(many());
  expect([ok, problems.length, returned]).toEqual([false, 50, 1]);
  await expect(verifyExport(each(['{}']))).rejects.toThrow();
  async function* bad(): AsyncGenerator<string> {
    try {
      yield header();
      yield 'no json';
    } finally {
      returned += 1;
    }
  }
  await expect(verifyExport(bad())).rejects.toThrow();
  expect(returned).toBe(2);
});

test('text that is not UTF-8 is not read as something else', async () => {
  const bytes = Buffer.from(`${honest.join('\n')}\n`);
  expect(await verifyExport(splitLines(each([bytes])))).toMatchObject({ ok: true });
  const at = bytes.indexOf('\ufffd');
  const wrong = Buffer.concat([bytes.subarray(0, at), Buffer.of(0xff), bytes.subarray(at + 3)]);
  await expect(verifyExport(splitLines(each([wrong])))).rejects.toMatchObject({ code: 'merkle-log/bad_export' });
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
