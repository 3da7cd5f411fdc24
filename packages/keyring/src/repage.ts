/** Smaller parts are copied together: each part of a page costs a call, and may keep a large buffer in memory. */
const partSizeBytesMin = 4 * 1024;

/**
 * Cuts a stream of pieces of any size into pages of `sizeBytes` (the first of `firstSizeBytes`), saying which is last;
 * only the last may be shorter, and an empty stream gives one empty page. A page is given as the parts of the pieces that
 * it is made of. A piece must not be changed by whoever gave it; a page is used before the next one is asked for.
 */
export async function* repage(
  pieces: AsyncIterable<Uint8Array>,
  sizeBytes: number,
  firstSizeBytes: number = sizeBytes,
): AsyncGenerator<{ parts: readonly Uint8Array[]; last: boolean }, void, undefined> {
  const page = emptyPage(Math.max(sizeBytes, firstSizeBytes));
  let size = firstSizeBytes;
  for await (const piece of pieces) {
    for (let offset = 0; offset < piece.length;) {
      // A full page waits until another byte shows that it isn't the last.
      if (page.filled() === size) {
        yield { parts: page.parts(), last: false };
        page.clear();
        size = sizeBytes;
      }
      const end = Math.min(piece.length, offset + size - page.filled());
      page.add(piece.subarray(offset, end));
      offset = end;
    }
  }
  yield { parts: page.parts(), last: true };
}

function emptyPage(sizeBytesMax: number) {
  const memory = Buffer.alloc(sizeBytesMax);
  let parts: Uint8Array[] = [];
  /** `memory` holds copies up to `copied`; those from `open` on are not yet a part. */
  let [filled, open, copied] = [0, 0, 0];
  const closeCopies = (): void => {
    if (copied > open) parts.push(memory.subarray(open, copied));
    open = copied;
  };
  return {
    filled: () => filled,
    add(part: Uint8Array): void {
      filled += part.length;
      if (part.length < partSizeBytesMin) {
        memory.set(part, copied);
        copied += part.length;
      } else {
        closeCopies();
        parts.push(part);
      }
    },
    parts(): readonly Uint8Array[] {
      closeCopies();
      return parts;
    },
    clear(): void {
      parts = [];
      [filled, open, copied] = [0, 0, 0];
    },
  };
}
