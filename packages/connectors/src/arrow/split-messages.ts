import { Message } from 'apache-arrow';

const CONTINUATION_BYTES = 8;

/**
 * Cuts an Arrow IPC stream, in pieces of any size, into its messages with their bodies ("Encapsulated message format").
 * After the end-of-stream mark it reads on to the end of the chunks, so that whoever makes them ends in order. Throws `Error('stream ended inside a message')`.
 */
export async function* splitMessages(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let parts: Uint8Array[] = [];
  let size = 0;
  let needed = CONTINUATION_BYTES;
  let isEnded = false;
  for await (const chunk of chunks) {
    if (isEnded) continue;
    parts.push(chunk);
    size += chunk.length;
    while (size >= needed) {
      const all = parts.length === 1 ? parts[0]! : concat(parts, size);
      parts = [all];
      const length = messageLength(all);
      if (length === 0) {
        isEnded = true;
        size = 0;
        break;
      }
      if (length > size) {
        needed = length;
        break;
      }
      yield all.subarray(0, length);
      parts = size > length ? [all.subarray(length)] : [];
      size -= length;
      needed = CONTINUATION_BYTES;
    }
  }
  if (size > 0) throw new Error('stream ended inside a message');
}

/** Bytes needed to know more, or of the whole message once its metadata is here; 0 at the end of the stream. */
function messageLength(bytes: Uint8Array): number {
  const metadata = new DataView(bytes.buffer, bytes.byteOffset, CONTINUATION_BYTES).getInt32(4, true);
  if (metadata === 0) return 0;
  const start = CONTINUATION_BYTES + metadata;
  if (bytes.length < start) return start;
  return start + Number(Message.decode(bytes.subarray(CONTINUATION_BYTES, start)).bodyLength);
}

function concat(parts: Uint8Array[], size: number): Uint8Array {
  const out = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
