import { DATA_ROW, ProtocolError } from './messages.ts';

/** One row may have this many bytes at most, as it arrives and as it is decoded; PostgreSQL itself allows 1 GB a value. */
export const ROW_BYTES_MAX = 64 * 1024 * 1024;
const OTHER_BYTES_MAX = 1024 * 1024;
const HEADER_BYTES = 5;

export type OnMessage = (type: number, buffer: Buffer, start: number, end: number) => void;

/** One row was longer than ROW_BYTES_MAX. */
export class RowTooLargeError extends Error {}

/**
 * Cuts a byte stream into messages without copying those that arrive whole. The buffer given to `onMessage` is only
 * valid during the call. When `isPaused` turns true between two messages the rest is kept: read an empty chunk to go on. Throws ProtocolError for a length that can't be, so that a hostile source can't make us wait
 * for, or hold, more than ROW_BYTES_MAX.
 */
export function createMessageReader(onMessage: OnMessage, isPaused: () => boolean): (chunk: Buffer) => void {
  let pending = Buffer.alloc(0);
  let pendingLength = 0;

  const append = (chunk: Buffer) => {
    const needed = pendingLength + chunk.length;
    if (needed > pending.length) {
      const grown = Buffer.allocUnsafe(Math.max(needed, pending.length * 2));
      pending.copy(grown, 0, 0, pendingLength);
      pending = grown;
    }
    chunk.copy(pending, pendingLength);
    pendingLength = needed;
  };

  return (chunk) => {
    if (pendingLength > 0) append(chunk);
    const buffer = pendingLength > 0 ? pending : chunk;
    const length = pendingLength > 0 ? pendingLength : chunk.length;
    let at = 0;
    while (length - at >= HEADER_BYTES && !isPaused()) {
      const type = buffer[at]!;
      const size = buffer.readInt32BE(at + 1);
      if (size < 4) throw new ProtocolError('impossible length');
      if (size > (type === DATA_ROW ? ROW_BYTES_MAX : OTHER_BYTES_MAX)) {
        throw type === DATA_ROW ? new RowTooLargeError('row too large') : new ProtocolError('message too large');
      }
      const end = at + 1 + size;
      if (end > length) break;
      onMessage(type, buffer, at + HEADER_BYTES, end);
      at = end;
    }
    if (at === 0 && buffer === pending) return;
    const rest = buffer.subarray(at, length);
    pending = Buffer.allocUnsafe(rest.length);
    rest.copy(pending);
    pendingLength = rest.length;
  };
}
