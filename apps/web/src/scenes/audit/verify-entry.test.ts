import { generateKeyPairSync, randomBytes } from 'node:crypto';
import {
  compactRange,
  cosign,
  encodeLeaf,
  entryProofFormat,
  hashField,
  hashFields,
  hashLeaf,
  parseNote,
  printNote,
  printVerifierKey,
  proveInclusion,
  sealedFields,
  signCheckpoint,
  signNote,
  verifierKey,
  verifyEntryProof,
} from '@strongroom/merkle-log';
import { type LedgerEntry, ledgerEntrySchema } from '@strongroom/protocol';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { checkMemory } from './log-memory.ts';
import { type EntryChecks, verifyEntry } from './verify-entry.ts';

// Proofs are made by the log's own package, and checked by the two implementations.

const origin = 'strongroom/0190b3c8-0000-7000-8000-000000000000';
const [log, otherLog, witness] = [0, 1, 2].map(() => generateKeyPairSync('ed25519')) as [Pair, Pair, Pair];
type OpenEntry = Extract<LedgerEntry, { state: 'open' }>;
type Pair = ReturnType<typeof generateKeyPairSync>;
type Proof = Awaited<ReturnType<typeof prove>>;

function entryAt(position: number): OpenEntry {
  return {
    state: 'open',
    position,
    id: `0190b3c8-0000-7000-8000-${String(position).padStart(12, '0')}`,
    at: '2026-03-04T05:06:07.089Z',
    action: 'query.released',
    outcome: 'done',
    actor: { kind: 'person', id: null, name: 'ada@example.org' },
    session: null,
    address: '192.0.2.7',
    requestId: 'a\ufffdb"',
    resource: 'Zürich 🛫',
    decision: { allowed: true, reason: 'permission ask' },
    counts: { rows: position },
  };
}

function lineOf(entry: OpenEntry) {
  const fields = sealedFields.map((name) => ({ name, salt: randomBytes(32), json: JSON.stringify(entry[name]) }));
  const { position, id, at, action, outcome } = entry;
  const [commitment, sealedHash] = [randomBytes(32), randomBytes(32)];
  const fieldsHash = hashFields(fields.map(({ name, salt, json }) => hashField(name, salt, json)));
  const leafHash = hashLeaf(encodeLeaf({ id, at, action, outcome, commitment, sealedHash, fieldsHash }));
  return {
    position,
    id,
    at,
    action,
    outcome,
    commitment: commitment.toString('hex'),
    sealedHash: sealedHash.toString('hex'),
    leafHash: leafHash.toString('hex'),
    fields: Object.fromEntries(fields.map(({ name, salt, json }) => [name, [salt.toString('base64'), json]])),
  };
}

/** The proof of entry `position` of a fresh log of `size`. */
async function prove(position: number, size: number, pair: Pair = log) {
  const lines = Array.from({ length: size }, (_, at) => lineOf(entryAt(at + 1)));
  const nodes = new Map<string, Uint8Array>();
  const tree = compactRange();
  for (const { leafHash } of lines)
    tree.append(Buffer.from(leafHash, 'hex'), (level, index, hash) => nodes.set(`${level}/${index}`, hash));
  const read = async (asked: readonly { level: number; index: number }[]) =>
    asked.map(({ level, index }) => Buffer.from(nodes.get(`${level}/${index}`) ?? ''));
  const path = await proveInclusion(read, position - 1, size);
  return {
    format: entryProofFormat,
    origin,
    key: printVerifierKey(verifierKey(origin, 'log', pair.publicKey)),
    checkpoint: signCheckpoint({ origin, size, root: tree.root() }, pair.privateKey),
    proof: path.map((hash) => hash.toString('base64')),
    entry: lines[position - 1] ?? lineOf(entryAt(position)),
  };
}

const verdicts = ({ fields, entry, tree, signature }: EntryChecks) =>
  [fields, entry, tree, signature].map(({ verdict }) => verdict).join(' ');
const allHold = 'holds holds holds holds';
const check = (proof: Proof, shown = entryAt(proof.entry.position), subtle?: SubtleCrypto) =>
  verifyEntry(JSON.stringify(proof), shown, origin, subtle).then(verdicts);
/** False also where it throws. */
function merkleLogAccepts(text: string): boolean {
  try {
    return verifyEntryProof(text).ok;
  } catch {
    return false;
  }
}

test('a genuine proof is accepted, at every place of a tree of every shape', async () => {
  for (const size of [1, 2, 3, 5, 8, 11])
    for (let position = 1; position <= size; position += 1)
      expect(await check(await prove(position, size))).toBe(allHold);
  expect(ledgerEntrySchema.parse(entryAt(1))).toEqual(entryAt(1));
});

test('one changed byte anywhere in the proof is refused', async () => {
  const proof = await prove(3, 5);
  const text = JSON.stringify(proof);
  const accepted: string[] = [];
  for (let at = 0; at < text.length; at += 1)
    for (const other of ['A', String.fromCharCode(text.charCodeAt(at) ^ 1)]) {
      const changed = text.slice(0, at) + other + text.slice(at + 1);
      if (changed === text) continue;
      if (verdicts(await verifyEntry(changed, entryAt(3), origin)) === allHold) accepted.push(changed);
    }
  expect(accepted).toEqual([]);
});

test('a proof that says the same in another form is refused', async () => {
  const proof = await prove(2, 3);
  const text = JSON.stringify(proof);
  const salt = String(proof.entry.fields['resource']?.[0]);
  for (const changed of [
    JSON.stringify(proof, null, 1),
    `${text}\n`,
    text.replace('ada', '\\u0061da'),
    text.replace('"position":2', '"position":2.0'),
    text.replace('"outcome":"done"', '"outcome":"refused","outcome":"done"'),
    text.replace('"outcome":"done"', '"outcome":"done","approvedBy":"eve"'),
    text.replace('"outcome":"done"', '"outcome":"done","__proto__":{"end":5}'),
    text.replace('"fields":{', `"fields":{"hash":"${'0'.repeat(64)}",`),
    text.replace('"fields":{', '"fields":{"extra":["",""],'),
    text.replace(salt, salt.replace('=', '')),
    text.replace('\\"allowed\\":true', '\\"allowed\\": true'),
    '',
    'null',
    '[]',
  ]) {
    expect(changed).not.toBe(text);
    expect(verdicts(await verifyEntry(changed, entryAt(2), origin)), changed).toBe('fails skipped skipped skipped');
  }
});

test('a part of a value can not be hidden in a salt that is too long', async () => {
  const proof = await prove(1, 2);
  const [salt = '', json = ''] = proof.entry.fields['decision'] ?? [];
  const bytes = Buffer.concat([Buffer.from(salt, 'base64'), Buffer.from(json)]);
  const cut = 32 + json.indexOf('"permission');
  const shifted = [bytes.subarray(0, cut).toString('base64'), bytes.subarray(cut, -1).toString()];
  const changed = { ...proof, entry: { ...proof.entry, fields: { ...proof.entry.fields, decision: shifted } } };
  expect(await check(changed)).toBe('fails skipped skipped skipped');
});

test('an entry that is not the one on the screen is refused, whatever differs', async () => {
  const proof = await prove(2, 4);
  const shown = entryAt(2);
  for (const other of [
    { id: entryAt(3).id },
    { position: 3 },
    { at: '2026-03-04T05:06:07.090Z' },
    { action: 'query.refused' },
    { outcome: 'failed' },
  ] as const)
    expect(await check(proof, { ...shown, ...other })).toBe('holds fails holds holds');
  for (const other of [
    { actor: { ...shown.actor, name: 'eve@example.org' } },
    { session: '' },
    { address: null },
    { requestId: 'ab' },
    { resource: null },
    { decision: { ...shown.decision, allowed: false } },
    { counts: {} },
    { counts: { rows: 2, bytes: 0 } },
  ])
    expect(await check(proof, { ...shown, ...other })).toBe('fails holds holds holds');
});

test('a field that was changed on the way fails at the fields, the entry and the tree', async () => {
  const proof = await prove(2, 4);
  const changed = JSON.parse(JSON.stringify(proof).replace('ada@', 'eve@')) as Proof;
  expect(await check(changed)).toBe('fails fails fails holds');
  const eve = { ...entryAt(2), actor: { ...entryAt(2).actor, name: 'eve@example.org' } };
  expect(await check(changed, eve)).toBe('holds fails fails holds');
});

test('a path that is too short, too long or of another entry leads to no root, and so does a place past the end', async () => {
  const proof = await prove(2, 4);
  const [first = '', second = ''] = proof.proof;
  for (const path of [[], [first], [first, second, first], [second, first], Array.from({ length: 65 }, () => first)])
    expect((await check({ ...proof, proof: path })).split(' ')[2], String(path.length)).not.toBe('holds');
  for (const position of [1, 3, 5, 2 ** 52])
    expect(await check({ ...proof, entry: { ...proof.entry, position } }, { ...entryAt(2), position })).toBe(
      'holds holds fails holds',
    );
  const last = await prove(4, 4);
  for (const position of [5, 6])
    expect(await check({ ...last, entry: { ...last.entry, position } }, { ...entryAt(4), position })).toBe(
      'holds holds fails holds',
    );
});

test('another key, an id that is not the key’s, and another log are refused', async () => {
  const proof = await prove(1, 3);
  const foreign = (await prove(1, 3, otherLog)).key;
  const wrongId = proof.key.replace(/\+[0-9a-f]{8}\+/, '+00000000+');
  const elsewhere = origin.replace(/0$/, '1');
  expect(await check({ ...proof, key: foreign })).toBe('holds holds holds fails');
  expect(await check({ ...proof, key: wrongId })).toBe('holds holds holds fails');
  expect(await check({ ...proof, origin: elsewhere })).toBe('holds holds holds fails');
  const moved = { ...proof, ...(JSON.parse(JSON.stringify(proof).replaceAll(origin, elsewhere)) as Proof) };
  expect(await check(moved)).toBe('holds holds holds fails');
  expect(verdicts(await verifyEntry(JSON.stringify(proof), entryAt(1), elsewhere))).toBe('holds holds holds fails');
  const note = parseNote(proof.checkpoint);
  const renamed = printNote({ ...note, signatures: note.signatures.map((own) => ({ ...own, keyId: 0 })) });
  expect(await check({ ...proof, key: wrongId, checkpoint: renamed })).toBe('holds holds holds fails');
  const ofAnother = signNote(note.text.replace(origin, elsewhere), origin, log.privateKey);
  expect(await check({ ...proof, checkpoint: ofAnother })).toBe('holds holds holds fails');
});

test('signatures of witnesses are let by, and none of them passes for the log’s', async () => {
  const proof = await prove(2, 3);
  const note = parseNote(proof.checkpoint);
  const own = note.signatures[0] ?? { name: '', keyId: 0, bytes: Buffer.alloc(0) };
  const seen = cosign(note.text, 'witness.example', witness.privateKey, new Date(0));
  const bad = { ...own, bytes: randomBytes(64) };
  const withLines = (signatures: (typeof own)[]) =>
    check({ ...proof, checkpoint: printNote({ text: note.text, signatures }) });
  expect(await withLines([own, seen])).toBe(allHold);
  expect(await withLines([seen, own, { ...seen, name: 'another.example' }])).toBe(allHold);
  expect(await withLines([{ ...bad, name: 'another.example' }, { ...bad, keyId: 1 }, own])).toBe(allHold);
  for (const lines of [
    [seen],
    [{ ...seen, name: origin }],
    [{ ...seen, keyId: own.keyId }],
    [bad],
    [own, bad],
    [bad, own],
  ])
    expect(await withLines(lines)).toBe('holds holds holds fails');
  expect(await withLines([{ ...own, name: 'another.example' }])).toBe('holds holds holds fails');
});

test('an entry of which only the hash of its fields is shown is not called verified', async () => {
  const proof = await prove(1, 2);
  const fields = sealedFields.map((name) => {
    const [salt = '', json = ''] = proof.entry.fields[name] ?? [];
    return hashField(name, Buffer.from(salt, 'base64'), json);
  });
  const redacted = { ...proof, entry: { ...proof.entry, fields: { hash: hashFields(fields).toString('hex') } } };
  expect(merkleLogAccepts(JSON.stringify(redacted))).toBe(true);
  const checks = await verifyEntry(JSON.stringify(redacted), entryAt(1), origin);
  expect(verdicts(checks)).toBe('unsure holds holds holds');
});

test('a browser without Ed25519, or a page without WebCrypto, says so and never calls it verified', async () => {
  const proof = await prove(1, 2);
  const { subtle } = globalThis.crypto;
  const withoutEd25519 = new Proxy(subtle, {
    get: (of, name: keyof SubtleCrypto) =>
      name === 'importKey' ? () => Promise.reject(new DOMException('unknown', 'NotSupportedError')) : of[name].bind(of),
  });
  const checks = await verifyEntry(JSON.stringify(proof), entryAt(1), origin, withoutEd25519);
  expect(verdicts(checks)).toBe('holds holds holds unsure');
  expect(checks.signature.says).toBe('This browser can’t check Ed25519 signatures');
  vi.stubGlobal('crypto', {});
  expect(await check(proof)).toBe('unsure unsure unsure unsure');
  vi.unstubAllGlobals();
});

/** Some JSON with the string or number at one of its places, counted on, put through `change`. */
function changeLeaf(text: string, place: number, change: (value: string, others: string[]) => string): string {
  const leaves: string[] = [];
  JSON.parse(text, (_, value: unknown) => {
    if (typeof value === 'string' || typeof value === 'number') leaves.push(String(value));
    return value;
  });
  let at = -1;
  return JSON.stringify(
    JSON.parse(text, (_, value: unknown) => {
      if (typeof value !== 'string' && typeof value !== 'number') return value;
      at += 1;
      if (at !== place % leaves.length) return value;
      const changed = change(String(value), leaves);
      return typeof value === 'number' && Number.isFinite(Number(changed)) ? Number(changed) : changed;
    }),
  );
}

/** The entry as somebody would have to show it for the changed proof to fit. */
function shownIn(text: string): LedgerEntry {
  try {
    const { position, id, at, action, outcome, fields } = (JSON.parse(text) as Proof).entry;
    const opened = Object.entries(fields).map(([name, pair]) => [name, JSON.parse(String(pair[1]))]);
    return { position, id, at, action, outcome, ...Object.fromEntries(opened) } as LedgerEntry;
  } catch {
    return entryAt(1);
  }
}

test('what merkle-log refuses this refuses too', async () => {
  const texts = await Promise.all(
    [prove(1, 1), prove(3, 5), prove(7, 8)].map(async (proof) => JSON.stringify(await proof)),
  );
  const piece = fc.oneof(
    fc.constantFrom('', '0', '1', 'A', '=', ' ', '"', '\\', '\n', '\n\n', 'é', '\ud800', '+', '{', '[', ',', '\u2014 '),
    fc.string({ maxLength: 3, unit: 'binary' }),
  );
  const mutation = fc.record({
    which: fc.nat(texts.length - 1),
    place: fc.nat(),
    at: fc.nat(),
    cut: fc.nat(2),
    piece,
    kind: fc.constantFrom('text', 'leaf', 'other leaf', 'copy'),
  });
  const splice = (text: string, at: number, cut: number, by: string): string =>
    text.slice(0, at % (text.length + 1)) + by + text.slice((at % (text.length + 1)) + cut);
  const seen = { refusedByBoth: 0, here: 0 };
  await fc.assert(
    fc.asyncProperty(mutation, async ({ which, place, at, cut, piece: by, kind }) => {
      const text = texts[which] ?? '';
      const changed =
        kind === 'text'
          ? splice(text, at, cut, by)
          : kind === 'copy'
            ? splice(text, at, cut, text.slice(place % text.length, (place % text.length) + cut))
            : changeLeaf(text, place, (value, others) =>
                kind === 'leaf' ? splice(value, at, cut, by) : (others[at % others.length] ?? ''),
              );
      const accepted = verdicts(await verifyEntry(changed, shownIn(changed), origin)) === allHold;
      const acceptedThere = merkleLogAccepts(changed);
      expect(accepted && !acceptedThere, changed).toBe(false);
      expect(accepted, changed).toBe(changed === text);
      if (!accepted) seen[acceptedThere ? 'here' : 'refusedByBoth'] += 1;
    }),
    { numRuns: 800 },
  );
  expect(seen.refusedByBoth).toBeGreaterThan(seen.here);
});

test('what this browser remembers of a log is contradicted by another key, fewer entries or another history', () => {
  const known = { key: 'k', size: 5, root: 'aa', since: '2026-03-04T05:06:07.000Z' };
  const verdict = (changes: object) => checkMemory(known, { key: 'k', size: 5, root: 'aa', ...changes }).verdict;
  expect(verdict({})).toBe('holds');
  expect(verdict({ size: 6, root: 'bb' })).toBe('holds');
  expect(verdict({ key: 'other', size: 6 })).toBe('fails');
  expect(verdict({ size: 4, root: 'bb' })).toBe('fails');
  expect(verdict({ root: 'bb' })).toBe('fails');
});
