import { ProtocolError } from '../wire-errors.ts';

// Messages of the PostgreSQL frontend/backend protocol 3.0, as "Message Formats" of its manual numbers them.

export const AUTHENTICATION = 0x52; // R
export const BACKEND_KEY = 0x4b; // K
export const BIND_COMPLETE = 0x32; // 2
export const CLOSE_COMPLETE = 0x33; // 3
export const COMMAND_COMPLETE = 0x43; // C
export const DATA_ROW = 0x44; // D
export const EMPTY_QUERY = 0x49; // I
export const ERROR = 0x45; // E
export const NEGOTIATE = 0x76; // v
export const NO_DATA = 0x6e; // n
export const NOTICE = 0x4e; // N
export const NOTIFICATION = 0x41; // A
export const PARAMETER_DESCRIPTION = 0x74; // t
export const PARAMETER_STATUS = 0x53; // S
export const PARSE_COMPLETE = 0x31; // 1
export const READY = 0x5a; // Z
export const ROW_DESCRIPTION = 0x54; // T

const PROTOCOL_VERSION = 196_608;
const SSL_REQUEST = 80_877_103;
const CANCEL_REQUEST = 80_877_102;

const text = (value: string) => Buffer.from(`${value}\0`, 'utf8');
const int16 = (value: number) => {
  const out = Buffer.allocUnsafe(2);
  out.writeInt16BE(value);
  return out;
};
const int32 = (value: number) => {
  const out = Buffer.allocUnsafe(4);
  out.writeInt32BE(value);
  return out;
};

function message(type: string, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from(type, 'latin1'), int32(body.length + 4), body]);
}

export const sslRequest = () => Buffer.concat([int32(8), int32(SSL_REQUEST)]);
export const cancelRequest = (processId: number, secretKey: number) =>
  Buffer.concat([int32(16), int32(CANCEL_REQUEST), int32(processId), int32(secretKey)]);

export function startup(parameters: Readonly<Record<string, string>>): Buffer {
  const body = Buffer.concat([
    int32(PROTOCOL_VERSION),
    ...Object.entries(parameters).flatMap(([name, value]) => [text(name), text(value)]),
    Buffer.from([0]),
  ]);
  return Buffer.concat([int32(body.length + 4), body]);
}

export const password = (value: string) => message('p', text(value));
export const saslInitial = (mechanism: string, first: string) =>
  message('p', text(mechanism), int32(Buffer.byteLength(first)), Buffer.from(first));
export const saslResponse = (value: string) => message('p', Buffer.from(value));
export const terminate = () => message('X');
export const sync = () => message('S');
export const simpleQuery = (sql: string) => message('Q', text(sql));
export const parse = (name: string, sql: string) => message('P', text(name), text(sql), int16(0));
export const describeStatement = (name: string) => message('D', Buffer.from('S'), text(name));
export const execute = () => message('E', text(''), int32(0));

/** Parameters go as text. `formats`: one a column of the result, 0 text, 1 binary; none means text. */
export function bind(name: string, parameters: readonly (string | null)[], formats: readonly (0 | 1)[]): Buffer {
  const values = parameters.flatMap((value) => {
    if (value === null) return [int32(-1)];
    const bytes = Buffer.from(value);
    return [int32(bytes.length), bytes];
  });
  return message(
    'B',
    text(''),
    text(name),
    int16(0),
    int16(parameters.length),
    ...values,
    int16(formats.length),
    ...formats.map(int16),
  );
}

export type FieldDescription = { readonly name: string; readonly oid: number; readonly modifier: number };

/** Reads a backend message within [start, end); throws `ProtocolError` beyond. */
export function parseRowDescription(buffer: Buffer, start: number, end: number): FieldDescription[] {
  const reader = createFieldReader(buffer, start, end);
  const count = reader.int16();
  const fields: FieldDescription[] = [];
  for (let index = 0; index < count; index += 1) {
    const name = reader.text();
    reader.skip(6);
    const oid = reader.int32() >>> 0;
    reader.skip(2);
    const modifier = reader.int32();
    reader.skip(2);
    fields.push({ name, oid, modifier });
  }
  return fields;
}

export function parseTextRow(buffer: Buffer, start: number, end: number): (string | null)[] {
  const reader = createFieldReader(buffer, start, end);
  const count = reader.int16();
  const row: (string | null)[] = [];
  for (let index = 0; index < count; index += 1) {
    const length = reader.int32();
    row.push(length < 0 ? null : reader.bytes(length).toString('utf8'));
  }
  return row;
}

/** A setting that the server tells of at sign-in, e.g. `server_version`. */
export function parseParameterStatus(buffer: Buffer, start: number, end: number): { name: string; value: string } {
  const reader = createFieldReader(buffer, start, end);
  return { name: reader.text(), value: reader.text() };
}

/**
 * The SQLSTATE of an ErrorResponse.
 * INVARIANT: no other field is read: message, detail, hint and context can quote row values.
 */
export function parseSqlState(buffer: Buffer, start: number, end: number): string {
  const reader = createFieldReader(buffer, start, end);
  for (let field = reader.byte(); field !== 0; field = reader.byte()) {
    const value = reader.text();
    if (field === 0x43) return /^[0-9A-Z]{5}$/.test(value) ? value : 'XX000';
  }
  return 'XX000';
}

export function createFieldReader(buffer: Buffer, start: number, end: number) {
  let at = start;
  const need = (bytes: number) => {
    if (bytes < 0 || at + bytes > end) throw new ProtocolError('message ends early');
    at += bytes;
    return at - bytes;
  };
  return {
    byte: () => buffer[need(1)]!,
    int16: () => buffer.readInt16BE(need(2)),
    int32: () => buffer.readInt32BE(need(4)),
    skip: (bytes: number) => void need(bytes),
    bytes: (length: number) => {
      const from = need(length);
      return buffer.subarray(from, from + length);
    },
    rest: () => buffer.subarray(need(end - at), end),
    text: () => {
      const stop = buffer.indexOf(0, at);
      if (stop < 0 || stop >= end) throw new ProtocolError('text without an end');
      const value = buffer.toString('utf8', at, stop);
      at = stop + 1;
      return value;
    },
  };
}
