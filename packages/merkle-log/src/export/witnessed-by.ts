import { cosignedAt } from '../cosignature.ts';
import { LogError } from '../errors.ts';
import { parseNote } from '../signed-note.ts';
import type { VerifierKey } from '../verifier-key.ts';

/** How far a witness that whoever verifies trusts has seen the log; `size` and `at` null: not at all, as far as the file shows. */
export type WitnessedBy = {
  readonly name: string;
  readonly size: number | null;
  /** When it said so, ISO 8601 in UTC. */
  readonly at: string | null;
};

/** When the witness signed this checkpoint, null when it has not. `note` is attacker-controlled. */
export function witnessedAt(note: string, key: VerifierKey): string | null {
  try {
    return cosignedAt(parseNote(note), key)?.toISOString() ?? null;
  } catch (error) {
    if (error instanceof LogError) return null;
    throw error;
  }
}

/** `witnessed by w.example up to entry 12 at 2026-…` for each that has; empty for none. */
export function describeWitnessed(witnesses: readonly WitnessedBy[]): string {
  return witnesses
    .filter(({ size }) => size !== null)
    .map(({ name, size, at }) => `; witnessed by ${name} up to entry ${size} at ${at}`)
    .join('');
}
