import { type AnswerEvent, answerEventSchema } from './answer.ts';

// Frame of `application/vnd.strongroom.answer`: kind (1 byte), length of the payload (4 bytes, big endian), payload.
const JSON_FRAME = 1;
const ARROW_FRAME = 2;
const HEADER_BYTES = 5;
/** A frame longer than this is refused by the reader. */
export const FRAME_BYTES_MAX = 64 * 1024 * 1024;

export type Frame = { kind: 'event'; event: AnswerEvent } | { kind: 'rows'; bytes: Uint8Array };

function frame(kind: number, payload: Uint8Array): Uint8Array {
  const out = new Uint8Array(HEADER_BYTES + payload.length);
  const view = new DataView(out.buffer);
  view.setUint8(0, kind);
  view.setUint32(1, payload.length);
  out.set(payload, HEADER_BYTES);
  return out;
}

export function encodeEvent(event: AnswerEvent): Uint8Array {
  return frame(JSON_FRAME, new TextEncoder().encode(JSON.stringify(event)));
}

export function encodeRows(bytes: Uint8Array): Uint8Array {
  return frame(ARROW_FRAME, bytes);
}

/**
 * Reads frames from chunks of any size. Ends when the chunks end.
 * Throws `Error('answer ended inside a frame')` on truncation, and on an unknown kind or an oversized frame.
 */
export async function* decodeFrames(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Frame> {
  let pending: Uint8Array = new Uint8Array(0);
  for await (const chunk of chunks) {
    pending = pending.length === 0 ? chunk : concat(pending, chunk);
    for (;;) {
      if (pending.length < HEADER_BYTES) break;
      const view = new DataView(pending.buffer, pending.byteOffset, HEADER_BYTES);
      const length = view.getUint32(1);
      if (length > FRAME_BYTES_MAX) throw new Error('answer frame too large');
      if (pending.length < HEADER_BYTES + length) break;
      const payload = pending.subarray(HEADER_BYTES, HEADER_BYTES + length);
      pending = pending.subarray(HEADER_BYTES + length);
      yield decodeFrame(view.getUint8(0), payload);
    }
  }
  if (pending.length > 0) throw new Error('answer ended inside a frame');
}

function decodeFrame(kind: number, payload: Uint8Array): Frame {
  if (kind === ARROW_FRAME) return { kind: 'rows', bytes: payload };
  if (kind === JSON_FRAME)
    return { kind: 'event', event: answerEventSchema.parse(JSON.parse(new TextDecoder().decode(payload))) };
  throw new Error('unknown answer frame');
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const out = new Uint8Array(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
}
