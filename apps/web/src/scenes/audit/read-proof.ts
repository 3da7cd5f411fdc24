import { entryProofSchema } from '@strongroom/protocol';

// The text of a proof, read without believing it (docs/formats/audit-log.md). It is the server's, so it may be anybody's.
// INVARIANT: written from the format's page alone, beside packages/merkle-log and without it: two that must agree.

export type Bytes = Uint8Array<ArrayBuffer>;
export const fieldNames = ['actor', 'session', 'address', 'requestId', 'resource', 'decision', 'counts'] as const;
export type FieldName = (typeof fieldNames)[number];
export const outcomes = ['begun', 'done', 'refused', 'failed'] as const;

type ProvenEntry = {
  readonly position: number;
  readonly id: string;
  readonly at: string;
  readonly action: string;
  readonly outcome: (typeof outcomes)[number];
  readonly commitment: Bytes;
  readonly sealedHash: Bytes;
  readonly leafHash: Bytes;
  /** Salt and JSON text of each; of an entry that no longer opens only the hash of all. */
  readonly fields: Readonly<Record<FieldName, { readonly salt: Bytes; readonly json: string }>> | Bytes;
};
export type LogKey = { readonly text: string; readonly name: string; readonly id: string; readonly bytes: Bytes };
type Checkpoint = {
  /** The whole note; `signed` is the part that signatures are over. */
  readonly note: string;
  readonly signed: string;
  readonly origin: string;
  readonly size: number;
  readonly root: Bytes;
  readonly signatures: readonly { readonly name: string; readonly keyId: string; readonly bytes: Bytes }[];
};
export type Proof = {
  readonly origin: string;
  readonly key: LogKey;
  readonly checkpoint: Checkpoint;
  /** From the leaf up. */
  readonly path: readonly Bytes[];
  readonly entry: ProvenEntry;
};

const textSizeMax = 1024 * 1024;
const noteSizeMax = 64 * 1024;
const signaturesMax = 64;
const pathLengthMax = 64;
const hashSizeBytes = 32;
const keyIdSizeBytes = 4;
/** First byte of a public key and of what its id is over: Ed25519, of a log (C2SP signed-note). */
const logKeyKind = 0x01;

const namePattern = /^[^\s+\p{C}]{1,200}$/u;
const actionPattern = /^[\x21-\x7e]{1,255}$/;
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const keyPattern = /^([^+]+)\+([0-9a-f]{8})\+([^+].*)$/;
const signaturePattern = /^\u2014 ([^\s+]+) (\S+)$/;
const sizePattern = /^[1-9][0-9]{0,15}$/;
const unprintable = /[\0-\x09\x0b-\x1f\ufffd]/;

/** null for any text that is not, byte for byte, how the format prints what was read from it. */
export function readProof(text: string): Proof | null {
  const parsed = text.length > textSizeMax ? null : entryProofSchema.safeParse(jsonOf(text));
  if (parsed?.success !== true || JSON.stringify(parsed.data) !== text) return null;
  const { origin, key: keyText, checkpoint: note, proof } = parsed.data;
  const [key, checkpoint, entry] = [readKey(keyText), readCheckpoint(note), readEntry(parsed.data.entry)];
  const path = proof.map((hash) => fromBase64(hash, hashSizeBytes)).filter((hash) => hash !== null);
  const isPath = path.length === proof.length && path.length <= pathLengthMax;
  if (!namePattern.test(origin) || key === null || checkpoint === null || entry === null || !isPath) return null;
  return { origin, key, checkpoint, path, entry };
}

function readEntry(value: (typeof entryProofSchema)['_output']['entry']): ProvenEntry | null {
  const { position, id, at, action, outcome } = value;
  const [commitment, sealedHash, leafHash] = [value.commitment, value.sealedHash, value.leafHash].map(fromHex);
  const fields = readFields(value.fields);
  const isNamed = position > 0 && uuid.test(id) && isTime(at) && actionPattern.test(action);
  if (!isNamed || !commitment || !sealedHash || !leafHash || fields === null) return null;
  return { position, id, at, action, outcome, commitment, sealedHash, leafHash, fields };
}

function readFields(value: Record<string, unknown>): ProvenEntry['fields'] | null {
  if (typeof value['hash'] === 'string') return fromHex(value['hash']);
  if (Object.keys(value).join() !== fieldNames.join()) return null;
  const fields = fieldNames.map((name) => {
    const [salt, json] = value[name] as [string, string];
    return [name, { salt: fromBase64(salt, hashSizeBytes), json }] as const;
  });
  // A salt of another length would hide a part of the value; JSON printed otherwise could be read in two ways.
  if (fields.some(([, { salt, json }]) => salt === null || JSON.stringify(jsonOf(json)) !== json)) return null;
  return Object.fromEntries(fields) as Exclude<ProvenEntry['fields'], Bytes>;
}

/** `name+id+base64`. Whether the id is the key's own is for whoever can hash. */
function readKey(text: string): LogKey | null {
  const [, name = '', id = '', encoded = ''] = keyPattern.exec(text) ?? [];
  const bytes = fromBase64(encoded, 1 + hashSizeBytes);
  return namePattern.test(name) && bytes?.[0] === logKeyKind ? { text, name, id, bytes } : null;
}

/** A signed note (C2SP signed-note) whose first lines are origin, size and root (C2SP tlog-checkpoint). */
function readCheckpoint(note: string): Checkpoint | null {
  const end = note.lastIndexOf('\n\n');
  if (note.length > noteSizeMax || end < 0 || !note.isWellFormed() || unprintable.test(note)) return null;
  const [signed, lines] = [note.slice(0, end + 1), note.slice(end + 2).split('\n')];
  const [origin = '', size = '', encoded = '', ...rest] = signed.split('\n');
  const root = fromBase64(encoded, hashSizeBytes);
  const isSize = sizePattern.test(size) && Number.isSafeInteger(Number(size));
  if (lines.pop() !== '' || lines.length > signaturesMax || rest.length === 0 || !isSize || root === null) return null;
  const signatures = lines.map(readSignature).filter((signature) => signature !== null);
  if (signatures.length !== lines.length) return null;
  return { note, signed, origin, size: Number(size), root, signatures };
}

function readSignature(line: string): Checkpoint['signatures'][number] | null {
  const [, name = '', encoded = ''] = signaturePattern.exec(line) ?? [];
  const bytes = fromBase64(encoded);
  if (bytes === null || bytes.length <= keyIdSizeBytes) return null;
  return { name, keyId: toHex(bytes.subarray(0, keyIdSizeBytes)), bytes: bytes.slice(keyIdSizeBytes) };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isTime(text: string): boolean {
  const at = new Date(text);
  return at.getTime() >= 0 && at.toISOString() === text;
}

/** null unless it is written as base64 is always written, padding and last bits included. */
function fromBase64(text: string, sizeBytes?: number): Bytes | null {
  try {
    const binary = atob(text);
    if (btoa(binary) !== text || (sizeBytes !== undefined && binary.length !== sizeBytes)) return null;
    return Uint8Array.from(binary, (character) => character.charCodeAt(0));
  } catch {
    return null;
  }
}

function fromHex(text: string): Bytes | null {
  if (!/^[0-9a-f]{64}$/.test(text)) return null;
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
