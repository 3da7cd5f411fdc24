import { createHash } from 'node:crypto';
import { ProtocolError } from '../wire-errors.ts';
import { createFieldReader } from './packets.ts';

// The client/server protocol of MariaDB, as its knowledge base describes it. What is not asked for here does not happen: no
// CLIENT_LOCAL_FILES, so that the server may ask for no file; no CLIENT_MULTI_STATEMENTS, so that a text is one statement.

const CLIENT_MYSQL = 0x1;
const LONG_FLAG = 0x4;
const CONNECT_WITH_DB = 0x8;
const PROTOCOL_41 = 0x200;
const SSL = 0x800;
const TRANSACTIONS = 0x2000;
const SECURE_CONNECTION = 0x8000;
const PLUGIN_AUTH = 0x80000;
/** Of MariaDB's own flags: real types, such as JSON and UUID, with the columns. */
const EXTENDED_METADATA = 0x8;
const PACKET_BYTES_MAX = 0x40000000;
/** utf8mb4_general_ci: the smallest number of a collation of that set; each session chooses its own by name. */
const UTF8MB4 = 45;

export const OK = 0x00;
export const ERROR = 0xff;
export const END = 0xfe;
export const LOCAL_INFILE = 0xfb;

export type Greeting = {
  readonly version: string;
  readonly threadId: number;
  readonly scramble: Buffer;
  readonly plugin: string;
  readonly offersTls: boolean;
  readonly hasExtendedMetadata: boolean;
};

export function parseGreeting(buffer: Buffer, start: number, end: number): Greeting {
  const reader = createFieldReader(buffer, start, end);
  if (reader.integer(1) !== 10) throw new ProtocolError('not MariaDB');
  const version = reader.untilNul();
  const threadId = reader.integer(4);
  const first = Buffer.from(reader.bytes(8));
  reader.skip(1);
  const low = reader.integer(2);
  reader.skip(3);
  const high = reader.integer(2);
  const scrambleLength = reader.integer(1);
  reader.skip(6);
  const own = reader.integer(4);
  const second = Buffer.from(reader.bytes(Math.max(12, scrambleLength - 9)));
  reader.skip(1);
  const flags = low + high * 0x10000;
  if ((flags & PROTOCOL_41) === 0 || (flags & PLUGIN_AUTH) === 0) throw new ProtocolError('not MariaDB');
  return {
    version,
    threadId,
    scramble: Buffer.concat([first, second]).subarray(0, 20),
    plugin: reader.untilNul(),
    offersTls: (flags & SSL) !== 0,
    // One that calls itself MySQL means something else by these bits.
    hasExtendedMetadata: (flags & CLIENT_MYSQL) === 0 && (own & EXTENDED_METADATA) !== 0,
  };
}

function head(greeting: Greeting, isEncrypted: boolean, hasDatabase: boolean): Buffer {
  const flags =
    LONG_FLAG |
    PROTOCOL_41 |
    TRANSACTIONS |
    SECURE_CONNECTION |
    PLUGIN_AUTH |
    (isEncrypted ? SSL : 0) |
    (hasDatabase ? CONNECT_WITH_DB : 0);
  const bytes = Buffer.alloc(32);
  bytes.writeUInt32LE(flags, 0);
  bytes.writeUInt32LE(PACKET_BYTES_MAX, 4);
  bytes[8] = UTF8MB4;
  bytes.writeUInt32LE(greeting.hasExtendedMetadata ? EXTENDED_METADATA : 0, 28);
  return bytes;
}

export const sslRequest = (greeting: Greeting, hasDatabase: boolean) => head(greeting, true, hasDatabase);

export function handshakeResponse(
  greeting: Greeting,
  { user, database, password, isEncrypted }: { user: string; database: string; password: string; isEncrypted: boolean },
): Buffer {
  const proof = nativePassword(password, greeting.scramble);
  return Buffer.concat([
    head(greeting, isEncrypted, database !== ''),
    Buffer.from(`${user}\0`),
    Buffer.from([proof.length]),
    proof,
    Buffer.from(database === '' ? '' : `${database}\0`),
    Buffer.from('mysql_native_password\0'),
  ]);
}

const sha1 = (...parts: Buffer[]) => createHash('sha1').update(Buffer.concat(parts)).digest();

/** `mysql_native_password`: SHA1(password) XOR SHA1(scramble || SHA1(SHA1(password))). */
export function nativePassword(password: string, scramble: Buffer): Buffer {
  if (password === '') return Buffer.alloc(0);
  const once = sha1(Buffer.from(password));
  const mask = sha1(scramble.subarray(0, 20), sha1(once));
  return Buffer.from(once.map((byte, index) => byte ^ mask[index]!));
}

export const query = (text: string) => Buffer.concat([Buffer.from([0x03]), Buffer.from(text)]);
export const resetConnection = () => Buffer.from([0x1f]);
export const quit = () => Buffer.from([0x01]);

/** The number of an ERR packet. Its text, which can quote values, is not read. */
export function parseError(buffer: Buffer, start: number, end: number): number {
  return createFieldReader(buffer, start + 1, end).integer(2);
}

/** Whether a packet ends columns or rows; a row that begins with that byte is longer. */
export const isEnd = (buffer: Buffer, start: number, end: number) => buffer[start] === END && end - start < 9;

/** Warnings that an EOF packet counts. */
export function parseEnd(buffer: Buffer, start: number, end: number): number {
  return createFieldReader(buffer, start + 1, end).integer(2);
}

export type ColumnDefinition = {
  readonly name: string;
  readonly charset: number;
  readonly length: number;
  readonly type: number;
  readonly flags: number;
  readonly decimals: number;
  /** `json`, `uuid`, `inet6`, … where the wire type does not say; '' otherwise. */
  readonly extended: string;
};

export function parseColumn(buffer: Buffer, start: number, end: number, hasExtended: boolean): ColumnDefinition {
  const reader = createFieldReader(buffer, start, end);
  for (let skipped = 0; skipped < 4; skipped += 1) reader.skip(reader.length() ?? 0);
  const name = reader.text();
  reader.skip(reader.length() ?? 0);
  let extended = '';
  if (hasExtended) {
    const block = reader.bytes(reader.length() ?? 0);
    const inner = createFieldReader(block, 0, block.length);
    while (inner.left > 0) {
      inner.skip(1);
      extended = inner.text();
    }
  }
  reader.skip(1);
  return {
    name,
    extended,
    charset: reader.integer(2),
    length: reader.integer(4),
    type: reader.integer(1),
    flags: reader.integer(2),
    decimals: reader.integer(1),
  };
}

/** A row of texts, for small answers of our own questions. */
export function parseTextRow(buffer: Buffer, start: number, end: number, count: number): (string | null)[] {
  const reader = createFieldReader(buffer, start, end);
  return Array.from({ length: count }, () => {
    const length = reader.length();
    return length === null ? null : reader.bytes(length).toString('utf8');
  });
}
