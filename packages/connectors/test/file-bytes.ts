const PIECE_BYTES = 64 * 1024;

/** A file of a test, in pieces as storage hands them out. */
export function fileBytes(name: string, content: string | Uint8Array) {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  return {
    name,
    sizeBytes: bytes.length,
    async *read(): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < bytes.length; at += PIECE_BYTES) yield bytes.subarray(at, at + PIECE_BYTES);
    },
  };
}
