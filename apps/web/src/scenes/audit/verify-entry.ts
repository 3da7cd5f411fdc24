import type { LedgerEntry } from '@strongroom/protocol';
import { number } from '../../components/words.ts';
import { type Bytes, type FieldName, fieldNames, outcomes, type Proof, readProof, toHex } from './read-proof.ts';

// Whether an entry is in the log that was signed, worked out in this tab (docs/formats/audit-log.md).
// INVARIANT: a second implementation, of WebCrypto alone. It imports nothing of packages/merkle-log, so neither hides an error of the other.

/** `unsure`: it could not be checked here. `skipped`: it was not come to. */
export type Verdict = 'holds' | 'fails' | 'unsure' | 'skipped';
/** `facts`: what somebody would compare by hand, hashes in hexadecimal. */
export type Check = {
  readonly verdict: Verdict;
  readonly says: string;
  readonly facts: readonly (readonly [name: string, value: string])[];
};
/** What the log stands by: its key, how long it is, and the root of that length in hexadecimal. */
export type LogState = { readonly key: string; readonly size: number; readonly root: string };
export type EntryChecks = {
  readonly fields: Check;
  readonly entry: Check;
  readonly tree: Check;
  readonly signature: Check;
  /** As the proof has it, believed or not; null when the proof can't be read. */
  readonly log: LogState | null;
};

const encoder = new TextEncoder();
/** As the page calls what it shows. */
const shownAs = {
  position: 'position',
  id: 'entry',
  at: 'when',
  action: 'action',
  outcome: 'outcome',
  actor: 'who',
  session: 'session',
  address: 'from',
  requestId: 'request',
  resource: 'on what',
  decision: 'decision',
  counts: 'counts',
} as const;
const skipped: Check = { verdict: 'skipped', says: 'Not looked at', facts: [] };

/**
 * Checks the answer of `GET /ledger/{id}/proof` against the entry that the person is looking at, and against the name
 * that their workspace's log has. `text` may be anybody's. Throws nothing: what can't be checked is `unsure`.
 */
export async function verifyEntry(
  text: string,
  shown: LedgerEntry,
  origin: string,
  subtle: SubtleCrypto | undefined = globalThis.crypto.subtle,
): Promise<EntryChecks> {
  const proof = readProof(text);
  if (proof === null) {
    const fields: Check = { verdict: 'fails', says: 'What came is not a proof in its one form', facts: [] };
    return { fields, entry: skipped, tree: skipped, signature: skipped, log: null };
  }
  const { key, checkpoint } = proof;
  const log: LogState = { key: key.text, size: checkpoint.size, root: toHex(checkpoint.root) };
  // Browsers have it only on pages that came by TLS or from this machine.
  if (subtle === undefined) {
    const unsure: Check = { verdict: 'unsure', says: 'This page can’t hash: it did not come by TLS', facts: [] };
    return { fields: unsure, entry: unsure, tree: unsure, signature: unsure, log };
  }
  const hash = async (...parts: Uint8Array[]): Promise<Bytes> =>
    new Uint8Array(await subtle.digest('SHA-256', join(parts)));
  const fieldHashes = await hashFields(proof, hash);
  const fieldsHash = proof.entry.fields instanceof Uint8Array ? proof.entry.fields : fieldHashes.all;
  const leafHash = await hash(Uint8Array.of(0), encodeLeaf(proof, fieldsHash));
  return {
    fields: checkFields(proof, shown, fieldHashes),
    entry: checkEntry(proof, shown, leafHash),
    tree: await checkTree(proof, leafHash, hash),
    signature: await checkSignature(proof, origin, hash, subtle),
    log,
  };
}

type Hash = (...parts: Uint8Array[]) => Promise<Bytes>;
type FieldHashes = { readonly each: readonly (readonly [FieldName, Bytes])[]; readonly all: Bytes };

async function hashFields({ entry }: Proof, hash: Hash): Promise<FieldHashes> {
  const { fields } = entry;
  if (fields instanceof Uint8Array) return { each: [], all: fields };
  const each = await Promise.all(
    fieldNames.map(async (name) => {
      const label = encoder.encode(`strongroom/entry-field/v1\0${name}\0`);
      return [name, await hash(label, fields[name].salt, encoder.encode(fields[name].json))] as const;
    }),
  );
  return { each, all: await hash(encoder.encode('strongroom/entry-fields/v1\0'), ...each.map(([, bytes]) => bytes)) };
}

function encodeLeaf({ entry }: Proof, fieldsHash: Bytes): Bytes {
  const at = new DataView(new ArrayBuffer(8));
  at.setBigUint64(0, BigInt(Date.parse(entry.at)));
  const id = entry.id.replaceAll('-', '').match(/../g) ?? [];
  return join([
    Uint8Array.of(1, ...id.map((pair) => Number.parseInt(pair, 16))),
    new Uint8Array(at.buffer),
    Uint8Array.of(entry.action.length),
    encoder.encode(entry.action),
    Uint8Array.of(outcomes.indexOf(entry.outcome)),
    entry.commitment,
    entry.sealedHash,
    fieldsHash,
  ]);
}

function checkFields({ entry }: Proof, shown: LedgerEntry, { each, all }: FieldHashes): Check {
  const { fields } = entry;
  const facts = [...each.map(([name, bytes]) => [name, toHex(bytes)] as const), ['all', toHex(all)] as const];
  if (fields instanceof Uint8Array)
    return { verdict: 'unsure', says: 'The proof shows no fields, only their hash', facts };
  const other = fieldNames.filter((name) => !isSame(JSON.parse(fields[name].json), shown[name]));
  if (other.length > 0)
    return { verdict: 'fails', says: `Not as shown: ${other.map((name) => shownAs[name]).join(', ')}`, facts };
  return { verdict: 'holds', says: `All ${fieldNames.length} are as shown`, facts };
}

function checkEntry({ entry }: Proof, shown: LedgerEntry, leafHash: Bytes): Check {
  const facts = [
    ['leaf', toHex(leafHash)],
    ['in the proof', toHex(entry.leafHash)],
    ['key of entry', toHex(entry.commitment)],
    ['ciphertext', toHex(entry.sealedHash)],
  ] as const;
  const other = (['position', 'id', 'at', 'action', 'outcome'] as const).filter((name) => entry[name] !== shown[name]);
  if (other.length > 0)
    return { verdict: 'fails', says: `Not as shown: ${other.map((name) => shownAs[name]).join(', ')}`, facts };
  if (toHex(leafHash) !== toHex(entry.leafHash))
    return { verdict: 'fails', says: 'Altered: its hash does not fit', facts };
  return { verdict: 'holds', says: 'As shown, and its hash fits', facts };
}

async function checkTree({ entry, checkpoint, path }: Proof, leafHash: Bytes, hash: Hash): Promise<Check> {
  const { size } = checkpoint;
  const root = await rootOver(entry.position - 1, size, leafHash, path, hash);
  const facts = [
    ['root', toHex(checkpoint.root)],
    ['worked out', root === null ? '—' : toHex(root)],
    ...path.map((bytes, at) => [`step ${at + 1}`, toHex(bytes)] as const),
  ] as const;
  if (root === null || toHex(root) !== toHex(checkpoint.root))
    return { verdict: 'fails', says: 'Leads to another root', facts };
  return { verdict: 'holds', says: `No. ${number(entry.position)} of ${number(size)}, up to its root`, facts };
}

/**
 * Root of the tree of `size` leaves in which number `index` (from 0) has `leaf` and, from the leaf up, these siblings;
 * null where there are not just as many. By the definition of the tree (RFC 6962 section 2.1), from the root down.
 */
async function rootOver(
  index: number,
  size: number,
  leaf: Bytes,
  path: readonly Bytes[],
  hash: Hash,
): Promise<Bytes | null> {
  const sibling = path.at(-1);
  if (index >= size || (size === 1) !== (sibling === undefined)) return null;
  if (sibling === undefined) return leaf;
  let left = 1;
  while (left * 2 < size) left *= 2;
  const isLeft = index < left;
  const rest = path.slice(0, -1);
  const own = await rootOver(isLeft ? index : index - left, isLeft ? left : size - left, leaf, rest, hash);
  if (own === null) return null;
  return isLeft ? hash(Uint8Array.of(1), own, sibling) : hash(Uint8Array.of(1), sibling, own);
}

async function checkSignature(
  { origin, key, checkpoint }: Proof,
  expected: string,
  hash: Hash,
  subtle: SubtleCrypto,
): Promise<Check> {
  const facts = [['checkpoint', checkpoint.note]] as const;
  if ([origin, key.name, checkpoint.origin].some((name) => name !== expected))
    return { verdict: 'fails', says: 'Of another log than this workspace’s', facts };
  const keyHash = await hash(encoder.encode(`${key.name}\n`), key.bytes);
  if (toHex(keyHash.subarray(0, 4)) !== key.id)
    return { verdict: 'fails', says: 'The key has an id that is not its own', facts };
  // Others may sign too, as witnesses; their lines say nothing here, for or against.
  const own = checkpoint.signatures.filter(({ name, keyId }) => name === key.name && keyId === key.id);
  const signed = encoder.encode(checkpoint.signed);
  const isGood = await areSignatures(own, signed, key.bytes.slice(1), subtle);
  if (isGood === null) return { verdict: 'unsure', says: 'This browser can’t check Ed25519 signatures', facts };
  if (!isGood) return { verdict: 'fails', says: 'Not by the log’s key', facts };
  return { verdict: 'holds', says: 'Of the root, by the log’s key', facts };
}

/** null where the browser does not know Ed25519: any 32 bytes are a key to one that does. None at all is false. */
async function areSignatures(
  signatures: readonly { readonly bytes: Bytes }[],
  signed: Bytes,
  publicKey: Bytes,
  subtle: SubtleCrypto,
): Promise<boolean | null> {
  try {
    const key = await subtle.importKey('raw', publicKey, 'Ed25519', false, ['verify']);
    const good = await Promise.all(signatures.map(({ bytes }) => subtle.verify('Ed25519', key, bytes, signed)));
    return good.length > 0 && !good.includes(false);
  } catch {
    return null;
  }
}

/** Of two values of JSON; the order of an object's keys says nothing. */
function isSame(one: unknown, other: unknown): boolean {
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return one === other;
  const [ones, others] = [Object.entries(one), new Map<string, unknown>(Object.entries(other))];
  return (
    Array.isArray(one) === Array.isArray(other) &&
    ones.length === others.size &&
    ones.every(([name, value]) => others.has(name) && isSame(value, others.get(name)))
  );
}

function join(parts: readonly Uint8Array[]): Bytes {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
