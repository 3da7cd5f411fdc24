import { LogError } from '../errors.ts';
import { type LeafParts, outcomes, type SealedField, sealedFields } from '../entry-leaf.ts';

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

export const exportFormat = 'strongroom-ledger-export/v1';
const lineSizeMax = 1024 * 1024;
const hex32 = /^[0-9a-f]{64}$/;
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Attacker-controlled text. Throws `merkle-log/bad_export`. */
export function parseHeader(line: string): ExportHeader {
  const value = parseObject(line);
  const earlier = value['earlier'];
  const { origin, key, checkpoint } = value;
  const isHeader = value['format'] === exportFormat && isText(origin) && isText(key) && isText(checkpoint);
  if (!isHeader || !Array.isArray(earlier) || !earlier.every(isText))
    throw new LogError('merkle-log/bad_export', 'this is not an export of a log');
  return { format: exportFormat, origin, key, checkpoint, earlier };
}

/** Throws `merkle-log/bad_export`. */
export function parseLine(line: string): ExportEntry | ExportEnd {
  const value = parseObject(line);
  return isCount(value['end']) ? { end: value['end'] } : parseEntry(value);
}

/** Throws `merkle-log/bad_export`. */
export function parseEntry(value: Record<string, unknown>): ExportEntry {
  const { position, id, at, action, outcome, commitment, sealedHash, leafHash } = value;
  const known = outcomes.find((name) => name === outcome);
  const isNamed = isCount(position) && isText(id) && uuid.test(id) && isText(at) && isTime(at) && isText(action);
  const isHashed = isHash(commitment) && isHash(sealedHash) && isHash(leafHash);
  if (!isNamed || !isHashed || known === undefined || Buffer.byteLength(action) > 255)
    throw new LogError('merkle-log/bad_export', 'a line of the export is not readable');
  const fields = parseFields(value['fields']);
  return { position, id, at, action, outcome: known, commitment, sealedHash, leafHash, fields };
}

function parseFields(value: unknown): ExportEntry['fields'] {
  if (isObject(value) && isHash(value['hash'])) return { hash: value['hash'] };
  const pairs = sealedFields.map((name): [SealedField, readonly [string, string]] => {
    const pair: unknown = isObject(value) ? value[name] : undefined;
    if (!Array.isArray(pair) || pair.length !== 2 || !isText(pair[0]) || !isText(pair[1]))
      throw new LogError('merkle-log/bad_export', `an entry of the export has no readable \`${name}\``);
    return [name, [pair[0], pair[1]]];
  });
  return Object.fromEntries(pairs) as Record<SealedField, readonly [string, string]>;
}

function parseObject(line: string): Record<string, unknown> {
  try {
    const value: unknown = line.length > lineSizeMax ? null : JSON.parse(line);
    if (isObject(value)) return value;
  } catch {
    // Said below, without repeating the text.
  }
  throw new LogError('merkle-log/bad_export', 'a line of the export is not readable');
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isHash(value: unknown): value is string {
  return isText(value) && hex32.test(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isTime(text: string): boolean {
  const at = Date.parse(text);
  return Number.isSafeInteger(at) && at >= 0 && new Date(at).toISOString() === text;
}
