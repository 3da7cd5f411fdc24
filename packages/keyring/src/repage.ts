/**
 * Cuts a stream of pieces of any size into pages of `sizeBytes` (the first of `firstSizeBytes`), saying which is last;
 * only the last may be shorter, and an empty stream gives one empty page.
 * The page's memory is used again for the next one: done with it before asking for more.
 */
export async function* repage(
  pieces: AsyncIterable<Uint8Array>,
  sizeBytes: number,
  firstSizeBytes: number = sizeBytes,
): AsyncGenerator<{ page: Uint8Array; last: boolean }, void, undefined> {
  const memory = Buffer.alloc(Math.max(sizeBytes, firstSizeBytes));
  let size = firstSizeBytes;
  let filled = 0;
  for await (const piece of pieces) {
    let offset = 0;
    while (offset < piece.length) {
      // A full page waits until another byte shows that it isn't the last.
      if (filled === size) {
        yield { page: memory.subarray(0, filled), last: false };
        size = sizeBytes;
        filled = 0;
      }
      const taken = Math.min(size - filled, piece.length - offset);
      memory.set(piece.subarray(offset, offset + taken), filled);
      filled += taken;
      offset += taken;
    }
  }
  yield { page: memory.subarray(0, filled), last: true };
}
