import { createPendingBytes } from '../pending-bytes.ts';
import { ProtocolError, ROW_BYTES_MAX, RowTooLargeError } from '../wire-errors.ts';

const HEADER_BYTES = 4;
const PART_BYTES_MAX = 0xffffff;

/** The buffer is only valid during the call. */
export type OnPacket = (buffer: Buffer, start: number, end: number, sequence: number) => void;

/**
 * Cuts a byte stream into packets (3 bytes of length, 1 of sequence) without copying those that arrive whole. When `isPaused` turns
 * true between two, the rest is kept: read an empty chunk to go on. A hostile source can't make us hold more than ROW_BYTES_MAX.
 */
export function createPacketReader(
  onPacket: OnPacket,
  isPaused: () => boolean,
): { read(chunk: Buffer): void; readonly holdsNothing: boolean } {
  const pending = createPendingBytes();
  let parts: Buffer[] = [];
  let partsLength = 0;

  const read = (chunk: Buffer) => {
    const { buffer, length } = pending.with(chunk);
    let at = 0;
    while (length - at >= HEADER_BYTES && !isPaused()) {
      const size = buffer.readUIntLE(at, 3);
      if (partsLength + size > ROW_BYTES_MAX) throw new RowTooLargeError('row too large');
      const start = at + HEADER_BYTES;
      if (start + size > length) break;
      const sequence = buffer[at + 3]!;
      at = start + size;
      if (size === PART_BYTES_MAX || parts.length > 0) {
        parts.push(Buffer.from(buffer.subarray(start, at)));
        partsLength += size;
        if (size === PART_BYTES_MAX) continue;
        const whole = Buffer.concat(parts);
        parts = [];
        partsLength = 0;
        onPacket(whole, 0, whole.length, sequence);
      } else onPacket(buffer, start, at, sequence);
    }
    pending.keep(at);
  };
  return {
    read,
    get holdsNothing() {
      return pending.isEmpty && parts.length === 0;
    },
  };
}

/** A packet to send; ours are short but for statements, which the guard limits. */
export function packet(sequence: number, body: Buffer): Buffer {
  if (body.length >= PART_BYTES_MAX) throw new ProtocolError('statement too long');
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUIntLE(body.length, 0, 3);
  header[3] = sequence;
  return Buffer.concat([header, body]);
}

/** Reads the fields of one packet. Throws ProtocolError beyond its end. */
export function createFieldReader(buffer: Buffer, start: number, end: number) {
  let at = start;
  const take = (size: number): number => {
    if (size < 0 || at + size > end) throw new ProtocolError('short packet');
    at += size;
    return at - size;
  };
  const integer = (size: 1 | 2 | 3 | 4): number => buffer.readUIntLE(take(size), size);
  /** null: NULL, as a value. */
  const length = (): number | null => {
    const first = integer(1);
    if (first < 0xfb) return first;
    if (first === 0xfb) return null;
    if (first === 0xfc) return integer(2);
    if (first === 0xfd) return integer(3);
    if (first !== 0xfe) throw new ProtocolError('bad length');
    const low = integer(4);
    if (integer(4) !== 0) throw new ProtocolError('bad length');
    return low;
  };
  const bytes = (size: number): Buffer => buffer.subarray(take(size), at);
  return {
    integer,
    length,
    bytes,
    skip: (size: number) => void take(size),
    text: () => bytes(length() ?? 0).toString('utf8'),
    untilNul: (): string => {
      const nul = buffer.indexOf(0, at);
      if (nul < 0 || nul >= end) throw new ProtocolError('short packet');
      const text = buffer.toString('utf8', at, nul);
      at = nul + 1;
      return text;
    },
    rest: () => bytes(end - at),
    get left() {
      return end - at;
    },
    get at() {
      return at;
    },
  };
}
