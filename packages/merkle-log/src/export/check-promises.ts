import { LogError } from '../errors.ts';
import { openPromise } from '../promise.ts';
import type { VerifierKey } from '../verifier-key.ts';

/** Checks what the log promised to whoever verifies against its entries, one after the other. */
export function checkPromises(
  promises: readonly string[],
  key: VerifierKey,
  problems: string[],
): { see(entry: { readonly position: number; readonly leafHash: string }): void; finish(size: number): void } {
  const waiting = new Map<number, string>();
  for (const text of promises) {
    try {
      const { position, leafHash } = openPromise(text, key);
      const promised = leafHash.toString('hex');
      const before = waiting.get(position);
      if (before !== undefined && before !== promised)
        problems.push(`the log promised two different entries at place ${position}`);
      waiting.set(position, promised);
    } catch (error) {
      problems.push(`a promise you hold: ${error instanceof LogError ? error.message : 'it is not readable'}`);
    }
  }
  return {
    see: ({ position, leafHash }) => {
      const promised = waiting.get(position);
      if (promised === undefined) return;
      waiting.delete(position);
      if (promised !== leafHash) problems.push(`entry ${position} is not the one that you were promised`);
    },
    finish: (size) => {
      for (const position of waiting.keys())
        problems.push(
          `entry ${position} was promised to you, and the log ends at entry ${size}: it was dropped, or the export is older than the promise`,
        );
    },
  };
}
