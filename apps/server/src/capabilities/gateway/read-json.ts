import { isUtf8 } from 'node:buffer';
import { badJson, badUtf8, duplicateMember, longName, nul, tooDeep, tooManyMembers } from './errors.ts';

/** Where in the text a value stands: from `start` to before `end`. */
export type Span = { readonly start: number; readonly end: number };
/** An object at the top of a text; `open` is where its first member could stand. */
export type JsonObject = { readonly open: number; readonly members: ReadonlyMap<string, Span> };

/** `membersMax`: members, objects and arrays together. */
export type JsonLimits = { readonly depthMax: number; readonly membersMax: number };
export const JSON_LIMITS: JsonLimits = { depthMax: 128, membersMax: 100_000 };

/** No member of the protocol, or of those who extend it, has one as long; a longer one would be much to fold. */
const TOP_NAME_BYTES_MAX = 64;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_ARRAY, CLOSE_ARRAY] = [0x7b, 0x7d, 0x5b, 0x5d];

/**
 * Reads one JSON object (RFC 8259) without building it: what leaves are the very bytes that came, so no number, escape or order
 * changes on the way, and how we read them is how any strict reader does.
 * INVARIANT: where readers are known to differ the text is refused: invalid UTF-8, a byte order mark, anything after the object,
 * a NUL, a name twice in one object. At the top a name counts as the same in another case or form too, since Go's reader takes it so.
 * Throws `gateway/bad_utf8`, `bad_json`, `nul`, `too_deep`, `too_many_members`, `long_name`, `duplicate_member` (400).
 */
export function readJsonObject(bytes: Buffer, limits: JsonLimits = JSON_LIMITS): JsonObject {
  if (!isUtf8(bytes)) throw badUtf8();
  const reader = { bytes, at: 0, count: 0, limits };
  skipSpace(reader);
  if (bytes[reader.at] !== OPEN_OBJECT) throw badJson();
  const open = reader.at + 1;
  const members = new Map<string, Span>();
  readMembers(reader, 1, members);
  skipSpace(reader);
  if (reader.at !== bytes.length) throw badJson();
  return { open, members };
}

/** Where the elements of an array stand, in a text that `readJsonObject` has read. Throws `gateway/too_many_members` (400). */
export function elementsOf(bytes: Buffer, limits: JsonLimits = JSON_LIMITS): Span[] {
  const elements: Span[] = [];
  readElements({ bytes, at: 0, count: 0, limits }, 1, elements);
  return elements;
}

/** A name as the most lenient reader compares it. */
export function foldName(name: string): string {
  return name.normalize('NFKC').toLowerCase();
}

/** The same text with these members set; each value is JSON text. Nothing else of it changes. */
export function setMembers(bytes: Buffer, object: JsonObject, values: Readonly<Record<string, string>>): Buffer {
  const edits: (Span & { text: string })[] = [];
  let isEmpty = object.members.size === 0;
  let added = '';
  for (const [name, text] of Object.entries(values)) {
    const span = object.members.get(name);
    if (span !== undefined) edits.push({ ...span, text });
    else {
      added = `${JSON.stringify(name)}:${text}${isEmpty ? '' : ','}${added}`;
      isEmpty = false;
    }
  }
  if (added !== '') edits.push({ start: object.open, end: object.open, text: added });
  if (edits.length === 0) return bytes;
  const parts: Buffer[] = [];
  let from = 0;
  for (const { start, end, text } of edits.toSorted((a, b) => a.start - b.start)) {
    parts.push(bytes.subarray(from, start), Buffer.from(text));
    from = end;
  }
  return Buffer.concat([...parts, bytes.subarray(from)]);
}

type Reader = { readonly bytes: Buffer; at: number; count: number; readonly limits: JsonLimits };

function skipSpace(reader: Reader): void {
  const { bytes } = reader;
  for (;;) {
    const byte = bytes[reader.at];
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return;
    reader.at += 1;
  }
}

/** `depth`: of the value. */
function readValue(reader: Reader, depth: number): void {
  const byte = reader.bytes[reader.at];
  if (byte === QUOTE) return void readString(reader);
  if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
    if (depth > reader.limits.depthMax) throw tooDeep(reader.limits.depthMax);
    countOne(reader);
    return byte === OPEN_OBJECT ? readMembers(reader, depth, null) : readElements(reader, depth, null);
  }
  if (byte === 0x74) return readWord(reader, 'true');
  if (byte === 0x66) return readWord(reader, 'false');
  if (byte === 0x6e) return readWord(reader, 'null');
  readNumber(reader);
}

function countOne(reader: Reader): void {
  reader.count += 1;
  if (reader.count > reader.limits.membersMax) throw tooManyMembers(reader.limits.membersMax);
}

/** From the brace on. `spans`: filled for the object at the top, null below it. */
function readMembers(reader: Reader, depth: number, spans: Map<string, Span> | null): void {
  const { bytes } = reader;
  reader.at += 1;
  skipSpace(reader);
  if (bytes[reader.at] === CLOSE_OBJECT) return void (reader.at += 1);
  const names = new Set<string>();
  for (;;) {
    if (bytes[reader.at] !== QUOTE) throw badJson();
    const nameStart = reader.at;
    const name = readName(reader);
    if (spans !== null && reader.at - nameStart > TOP_NAME_BYTES_MAX + 2) throw longName(TOP_NAME_BYTES_MAX);
    const compared = spans === null ? name : foldName(name);
    if (names.has(compared)) throw duplicateMember();
    names.add(compared);
    countOne(reader);
    skipSpace(reader);
    if (bytes[reader.at] !== COLON) throw badJson();
    reader.at += 1;
    skipSpace(reader);
    const start = reader.at;
    readValue(reader, depth + 1);
    spans?.set(name, { start, end: reader.at });
    skipSpace(reader);
    const byte = bytes[reader.at];
    reader.at += 1;
    if (byte === CLOSE_OBJECT) return;
    if (byte !== COMMA) throw badJson();
    skipSpace(reader);
  }
}

/** From the bracket on. `spans`: filled where somebody asks for them. */
function readElements(reader: Reader, depth: number, spans: Span[] | null): void {
  const { bytes } = reader;
  reader.at += 1;
  skipSpace(reader);
  if (bytes[reader.at] === CLOSE_ARRAY) return void (reader.at += 1);
  for (;;) {
    const start = reader.at;
    readValue(reader, depth + 1);
    if (spans !== null) countOne(reader);
    spans?.push({ start, end: reader.at });
    skipSpace(reader);
    const byte = bytes[reader.at];
    reader.at += 1;
    if (byte === CLOSE_ARRAY) return;
    if (byte !== COMMA) throw badJson();
    skipSpace(reader);
  }
}

function readName(reader: Reader): string {
  const start = reader.at;
  const escaped = readString(reader);
  if (!escaped) return reader.bytes.toString('utf8', start + 1, reader.at - 1);
  const name: unknown = JSON.parse(reader.bytes.toString('utf8', start, reader.at));
  // Half of a surrogate pair is read in more than one way.
  if (typeof name !== 'string' || !name.isWellFormed()) throw badJson();
  return name;
}

/** Whether it has an escape in it. */
function readString(reader: Reader): boolean {
  const { bytes } = reader;
  let escaped = false;
  let at = reader.at + 1;
  for (;;) {
    const byte = bytes[at];
    at += 1;
    if (byte === QUOTE) break;
    if (byte === BACKSLASH) {
      escaped = true;
      at = readEscape(bytes, at);
    } else if (byte === undefined || byte < 0x20) throw byte === 0 ? nul() : badJson();
  }
  reader.at = at;
  return escaped;
}

// " \ / b f n r t
const SHORT_ESCAPES = new Set([0x22, 0x5c, 0x2f, 0x62, 0x66, 0x6e, 0x72, 0x74]);

/** From after the backslash; resolves to after the escape. */
function readEscape(bytes: Buffer, at: number): number {
  const byte = bytes[at] ?? 0;
  if (SHORT_ESCAPES.has(byte)) return at + 1;
  const digits = bytes.toString('latin1', at + 1, at + 5);
  if (byte !== 0x75 || !/^[0-9a-fA-F]{4}$/.test(digits)) throw badJson();
  if (digits === '0000') throw nul();
  return at + 5;
}

function readWord(reader: Reader, word: string): void {
  if (reader.bytes.toString('latin1', reader.at, reader.at + word.length) !== word) throw badJson();
  reader.at += word.length;
}

function readNumber(reader: Reader): void {
  const { bytes } = reader;
  if (bytes[reader.at] === 0x2d) reader.at += 1;
  if (bytes[reader.at] === 0x30) reader.at += 1;
  else readDigits(reader);
  if (bytes[reader.at] === 0x2e) {
    reader.at += 1;
    readDigits(reader);
  }
  if (bytes[reader.at] === 0x65 || bytes[reader.at] === 0x45) {
    reader.at += 1;
    if (bytes[reader.at] === 0x2b || bytes[reader.at] === 0x2d) reader.at += 1;
    readDigits(reader);
  }
}

function readDigits(reader: Reader): void {
  const from = reader.at;
  while (isDigit(reader.bytes[reader.at])) reader.at += 1;
  if (reader.at === from) throw badJson();
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}
