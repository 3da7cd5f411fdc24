import type { Readable, Writable } from 'node:stream';

// Between us and the child: kind (1 byte), length (4 bytes, big endian), payload.
export const JSON_FRAME = 1;
export const BYTES_FRAME = 2;
const HEADER_BYTES = 5;
const FRAME_BYTES_MAX = 512 * 1024 * 1024;

export type Frame = { readonly kind: number; readonly payload: Buffer };

/** Writes one frame and waits until the pipe has room. Rejects when the other side is gone. */
export async function writeFrame(stream: Writable, kind: number, payload: Uint8Array): Promise<void> {
  const header = Buffer.allocUnsafe(HEADER_BYTES);
  header[0] = kind;
  header.writeUInt32BE(payload.length, 1);
  stream.write(header);
  await new Promise<void>((resolve, reject) => {
    stream.write(payload, (error) => (error ? reject(error) : resolve()));
  });
}

export const writeJson = (stream: Writable, value: unknown) =>
  writeFrame(stream, JSON_FRAME, Buffer.from(JSON.stringify(value)));

/** Reads frames as fast as they are taken. Throws for a frame that can't be, and when the stream ends inside one. */
export async function* readFrames(stream: Readable): AsyncGenerator<Frame> {
  let parts: Buffer[] = [];
  let size = 0;
  const take = (length: number): Buffer => {
    const all = parts.length === 1 ? parts[0]! : Buffer.concat(parts, size);
    parts = all.length > length ? [all.subarray(length)] : [];
    size = all.length - length;
    return all.subarray(0, length);
  };
  let header: { kind: number; length: number } | null = null;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    parts.push(chunk);
    size += chunk.length;
    for (;;) {
      if (header === null) {
        if (size < HEADER_BYTES) break;
        const bytes = take(HEADER_BYTES);
        header = { kind: bytes[0]!, length: bytes.readUInt32BE(1) };
        if (header.length > FRAME_BYTES_MAX) throw new Error('frame too large');
      }
      if (size < header.length) break;
      const { kind, length } = header;
      header = null;
      yield { kind, payload: length === 0 ? Buffer.alloc(0) : take(length) };
    }
  }
  if (size > 0 || header !== null) throw new Error('ended inside a frame');
}
