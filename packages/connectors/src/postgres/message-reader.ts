import { createPendingBytes } from '../pending-bytes.ts';
import { ProtocolError, ROW_BYTES_MAX, RowTooLargeError } from '../wire-errors.ts';
import { DATA_ROW } from './messages.ts';

const OTHER_BYTES_MAX = 1024 * 1024;
const HEADER_BYTES = 5;

export type OnMessage = (type: number, buffer: Buffer, start: number, end: number) => void;

/**
 * Cuts a byte stream into messages without copying those that arrive whole. The buffer given to `onMessage` is only
 * valid during the call. When `isPaused` turns true between two messages the rest is kept: read an empty chunk to go on. Throws ProtocolError for a length that can't be, so that a hostile source can't make us wait
 * for, or hold, more than ROW_BYTES_MAX.
 */
export function createMessageReader(onMessage: OnMessage, isPaused: () => boolean): (chunk: Buffer) => void {
  const pending = createPendingBytes();
  return (chunk) => {
    const { buffer, length } = pending.with(chunk);
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
    pending.keep(at);
  };
}
