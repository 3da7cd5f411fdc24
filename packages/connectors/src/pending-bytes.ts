/** What arrived of a message whose end did not. Chunks that hold whole messages alone are never copied. */
export type PendingBytes = {
  /** All there is now: `chunk` itself, or behind what waited. Valid until the next call. */
  with(chunk: Buffer): { readonly buffer: Buffer; readonly length: number };
  /** Keeps what was not read of it, from `at` on. */
  keep(at: number): void;
  readonly isEmpty: boolean;
};

export function createPendingBytes(): PendingBytes {
  let pending: Buffer = Buffer.alloc(0);
  let pendingLength = 0;
  let given: { readonly buffer: Buffer; readonly length: number } = { buffer: pending, length: 0 };

  const append = (chunk: Buffer): void => {
    const needed = pendingLength + chunk.length;
    if (needed > pending.length) {
      const grown = Buffer.allocUnsafe(Math.max(needed, pending.length * 2));
      pending.copy(grown, 0, 0, pendingLength);
      pending = grown;
    }
    chunk.copy(pending, pendingLength);
    pendingLength = needed;
  };

  return {
    with(chunk) {
      if (pendingLength === 0) given = { buffer: chunk, length: chunk.length };
      else {
        append(chunk);
        given = { buffer: pending, length: pendingLength };
      }
      return given;
    },
    keep(at) {
      if (at === 0 && given.buffer === pending) return;
      const rest = given.buffer.subarray(at, given.length);
      pending = Buffer.allocUnsafe(rest.length);
      rest.copy(pending);
      pendingLength = rest.length;
    },
    get isEmpty() {
      return pendingLength === 0;
    },
  };
}
