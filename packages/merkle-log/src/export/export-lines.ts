import { LogError } from '../errors.ts';
import { type LeafParts, outcomes, type SealedField } from '../entry-leaf.ts';
import { hashSizeBytes } from '../tree-hash.ts';
import { isPrintedJson } from './is-printed-json.ts';
import { printsAs } from './prints-as.ts';

/** First line of an export, docs/formats/audit-log.md. */
export type ExportHeader = {
  readonly format: typeof exportFormat;
  readonly origin: string;
  /** The log's public key as `name+id+base64`. Believed only when it is the one that whoever verifies knows. */
  readonly key: string;
  /** Signed note: what the entries below must add up to. */
  readonly checkpoint: string;
  /** Signed notes of earlier sizes, smallest first; they narrow down where something was changed. */
  readonly earlier: readonly string[];
};

/** One line for each entry, in order. */
export type ExportEntry = Omit<LeafParts, 'commitment' | 'sealedHash' | 'fieldsHash'> & {
  /** From 1. */
  readonly position: number;
  /** Hashes in hexadecimal. */
  readonly commitment: string;
  readonly sealedHash: string;
  /** What the tree holds for this position. */
  readonly leafHash: string;
  /** Salt (base64) and JSON text of each field; of an entry whose key is gone, or that does not open, only their hash. */
  readonly fields: Readonly<Record<SealedField, readonly [salt: string, json: string]>> | { readonly hash: string };
};

/** Last line, so that an export cut short shows. */
export type ExportEnd = { readonly end: number };

/** An entry some part of which can't be what was hashed; its place in the tree is known all the same. */
export type UnreadableEntry = Pick<ExportEntry, 'position' | 'leafHash'>;

export const exportFormat = 'strongroom-ledger-export/v1';
const lineSizeMax = 1024 * 1024;
/** A time of a day that every month has: it is printed as it was read. */
const plainTime = /^[2-9]\d{3}-(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d[.]\d{3}Z$/;
/** How 32 bytes end in base64: with a character for four bits and two that are 0, and a filling. */
const saltEnds = new Set(Array.from('AEIMQUYcgkosw048', (last) => `${last}=`));
const hex = alphabet('0123456789abcdef');
const base64 = alphabet('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/');
/** Printable ASCII: it is shown to people as it is, and hashed as no other text is. */
const actionPattern = /^[\x21-\x7e]{1,255}$/;
const namePattern = /^[^\s\p{C}]{1,200}$/u;
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Attacker-controlled text. Throws `merkle-log/bad_export`. */
export function parseHeader(line: string): ExportHeader {
  const { format, origin, key, checkpoint, earlier } = objectIn(line) ?? {};
  const isHeader = format === exportFormat && isName(origin) && isText(key) && isText(checkpoint);
  if (!isHeader || !Array.isArray(earlier) || !earlier.every(isText))
    throw new LogError('merkle-log/bad_export', 'this is not an export of a log');
  return exactly(line, { format: exportFormat, origin, key, checkpoint, earlier });
}

/** Throws `merkle-log/bad_export`; also for a line that shows more than is checked. */
export function parseLine(line: string): ExportEntry | UnreadableEntry | ExportEnd {
  const value = objectIn(line);
  if (value === null) throw new LogError('merkle-log/bad_export', 'a line of the export is not readable');
  const { end, position, leafHash } = value;
  if (isCount(end)) return exactly(line, { end });
  try {
    return exactly(line, parseEntry(value));
  } catch (error) {
    if (isCount(position) && isHash(leafHash)) return { position, leafHash };
    throw error;
  }
}

/** What it leaves out it has not checked: whoever has the text compares. Throws `merkle-log/bad_export`. */
export function parseEntry(value: Record<string, unknown>): ExportEntry {
  const { position, id, at, action, outcome, commitment, sealedHash, leafHash } = value;
  const known = outcomes.find((name) => name === outcome);
  const isNamed = isCount(position) && isUuid(id) && isTime(at);
  const isHashed = isHash(commitment) && isHash(sealedHash) && isHash(leafHash);
  if (!isNamed || !isHashed || known === undefined || !isText(action) || !actionPattern.test(action))
    throw new LogError('merkle-log/bad_export', 'a line of the export is not readable');
  const fields = parseFields(value['fields']);
  return { position, id, at, action, outcome: known, commitment, sealedHash, leafHash, fields };
}

function parseFields(value: unknown): ExportEntry['fields'] {
  const shown = isObject(value) ? value : {};
  if (isHash(shown['hash'])) return { hash: shown['hash'] };
  // Written out, since objects that are made alike are read and printed faster.
  return {
    actor: parseField(shown, 'actor'),
    session: parseField(shown, 'session'),
    address: parseField(shown, 'address'),
    requestId: parseField(shown, 'requestId'),
    resource: parseField(shown, 'resource'),
    decision: parseField(shown, 'decision'),
    counts: parseField(shown, 'counts'),
  };
}

function parseField(shown: Record<string, unknown>, name: SealedField): readonly [salt: string, json: string] {
  const pair = shown[name];
  if (!Array.isArray(pair) || pair.length !== 2 || !isSalt(pair[0]) || !isText(pair[1]) || !isPrintedJson(pair[1]))
    throw new LogError('merkle-log/bad_export', `an entry of the export has no readable \`${name}\``);
  return [pair[0], pair[1]];
}

function exactly<T>(line: string, value: T): T {
  if (printsAs(line, value)) return value;
  throw new LogError('merkle-log/bad_export', 'a line of the export shows more than can be checked');
}

/** null for any other text. */
function objectIn(line: string): Record<string, unknown> | null {
  try {
    const value: unknown = line.length > lineSizeMax ? null : JSON.parse(line);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isText(value: unknown): value is string {
  return typeof value === 'string';
}

/** A name that people can be shown as it is. */
export function isName(value: unknown): value is string {
  return isText(value) && namePattern.test(value);
}

export function isUuid(value: unknown): value is string {
  return isText(value) && uuid.test(value);
}

/** SHA-256 in hexadecimal. */
export function isHash(value: unknown): value is string {
  return isText(value) && value.length === 64 && isOf(hex, value, 64);
}

/** SHA-256 in base64, as it is printed: a character of another filling would be a change that nobody sees. */
export function isHashInBase64(value: unknown): value is string {
  if (!isText(value)) return false;
  const bytes = Buffer.from(value, 'base64');
  return bytes.length === hashSizeBytes && bytes.toString('base64') === value;
}

/** Of its one length: else a part of the value could be counted to the salt, and be hidden. */
function isSalt(value: unknown): value is string {
  return isText(value) && value.length === 44 && isOf(base64, value, 43) && saltEnds.has(value.slice(42));
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

/** ISO 8601 in UTC, to the millisecond, from 1970 on. */
export function isTime(value: unknown): value is string {
  if (!isText(value)) return false;
  if (plainTime.test(value)) return true;
  const at = Date.parse(value);
  return Number.isSafeInteger(at) && at >= 0 && new Date(at).toISOString() === value;
}

function alphabet(characters: string): Uint8Array {
  const known = new Uint8Array(128);
  for (const character of characters) known[character.charCodeAt(0)] = 1;
  return known;
}

/** Of many short texts a regular expression takes several times as long. */
function isOf(known: Uint8Array, text: string, length: number): boolean {
  for (let at = 0; at < length; at += 1) if (known[text.charCodeAt(at)] !== 1) return false;
  return true;
}
