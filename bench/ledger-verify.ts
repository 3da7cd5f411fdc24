import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
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
  verifyLedger,
} from '@strongroom/merkle-log';
import { besideBound, type Figure } from './compare.ts';

const ENTRIES = 1_000_000;
/** They follow each other again and again, but no two lines are equal. */
const DIFFERENT_ENTRIES = 1_000;
const LINES_A_CHUNK = 50;
/** What a longer export needs beyond half of it: memory that grew with its length would double. */
const EARLY_ENTRIES = ENTRIES / 2;
const SECONDS_MAX = 30;
const GROWTH_MB_MAX = 32;

/** The bytes of a whole export, made as they are read, against the 30 seconds that we promise and memory that stays. */
export async function* measureVerifying(): AsyncGenerator<Figure> {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const origin = 'bench';
  const key = verifierKey(origin, 'log', publicKey);
  const entries = Array.from({ length: DIFFERENT_ENTRIES }, createEntry);
  const tree = compactRange();
  for (let at = 0; at < ENTRIES; at += 1) tree.append(entryAt(entries, at).leafHash);
  const checkpoint = signCheckpoint({ origin, size: tree.size, root: tree.root() }, privateKey);
  const header = {
    format: 'strongroom-ledger-export/v1',
    origin,
    key: printVerifierKey(key),
    checkpoint,
    earlier: [],
  };
  const memory = { early: 0, peak: 0 };
  async function* chunks(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(`${JSON.stringify(header)}\n`);
    for (let at = 0; at < ENTRIES; at += LINES_A_CHUNK) {
      let text = '';
      for (let line = at; line < at + LINES_A_CHUNK; line += 1)
        text += `{"position":${line + 1},${entryAt(entries, line).text}\n`;
      yield Buffer.from(text);
      if (at <= EARLY_ENTRIES) memory.early = Math.max(memory.early, process.memoryUsage.rss());
      else memory.peak = Math.max(memory.peak, process.memoryUsage.rss());
    }
    yield Buffer.from(`${JSON.stringify({ end: ENTRIES })}\n`);
  }
  const startedMs = performance.now();
  const report = await verifyLedger(chunks(), { key, held: [], promises: [], witnesses: [] });
  if (!report.ok) throw new Error(`the export does not verify: ${report.problems.join('; ')}`);
  const seconds = (performance.now() - startedMs) / 1000;
  yield besideBound('verify an export of 1M entries', seconds, SECONDS_MAX, 's', 'lower');
  const growthMb = Math.max(0, memory.peak - memory.early) / 1024 / 1024;
  yield besideBound('memory that the second half adds', growthMb, GROWTH_MB_MAX, 'MB', 'lower');
}

type Entry = { readonly leafHash: Buffer; readonly text: string };

function entryAt(entries: readonly Entry[], at: number): Entry {
  const entry = entries[at % entries.length];
  if (entry === undefined) throw new RangeError('there are no entries');
  return entry;
}

/** All of its line but the position. */
function createEntry(): Entry {
  const values = sealedFields.map((name): [typeof name, [salt: string, json: string]] => {
    const value = JSON.stringify({ name, value: randomBytes(10).toString('hex') });
    return [name, [randomBytes(32).toString('base64'), value]];
  });
  const fieldsHash = hashFields(values.map(([name, [salt, json]]) => hashField(name, salt, json)));
  const [commitment, sealedHash] = [randomBytes(32), randomBytes(32)];
  const parts = { id: randomUUID(), at: new Date().toISOString(), action: 'query.released', outcome: 'done' } as const;
  const leafHash = hashLeaf(encodeLeaf({ ...parts, commitment, sealedHash, fieldsHash }));
  const line = {
    ...parts,
    commitment: commitment.toString('hex'),
    sealedHash: sealedHash.toString('hex'),
    leafHash: leafHash.toString('hex'),
    fields: Object.fromEntries(values),
  };
  return { leafHash, text: JSON.stringify(line).slice(1) };
}
