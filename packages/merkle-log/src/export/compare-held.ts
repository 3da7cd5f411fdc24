import { type Checkpoint, openCheckpoint } from '../checkpoint.ts';
import { LogError } from '../errors.ts';
import { equal } from '../verify-consistency.ts';
import type { VerifierKey } from '../verifier-key.ts';

/**
 * Compares a checkpoint with those that whoever verifies has kept, as far as that can be done without the log: one of the same
 * size must have the same root. Resolves with the sizes of the others.
 */
export function compareHeld(
  own: Checkpoint | null,
  held: readonly string[],
  key: VerifierKey,
  tell: (problem: string) => void,
): number[] {
  const opened = held
    .map((note) => openOrTell(note, key, 'a checkpoint you hold: ', tell))
    .filter((one) => one !== null);
  for (const { size, root } of opened)
    if (size === own?.size && !equal(root, own.root))
      tell(`the log signed two histories: the checkpoint of ${size} entries that you hold is another`);
  return opened.filter(({ size }) => size !== own?.size).map(({ size }) => size);
}

/** null for one that is not the log's. `what` begins the sentence that says so. */
export function openOrTell(
  note: string,
  key: VerifierKey,
  what: string,
  tell: (problem: string) => void,
): Checkpoint | null {
  try {
    return openCheckpoint(note, key);
  } catch (error) {
    if (!(error instanceof LogError)) throw error;
    tell(`${what}${error.message}`);
    return null;
  }
}

/** For people; empty when all could be compared. */
export function describeNotCompared(sizes: readonly number[]): string {
  return sizes.map((size) => `; not compared with the ${size} entries that you hold: that needs the log`).join('');
}
