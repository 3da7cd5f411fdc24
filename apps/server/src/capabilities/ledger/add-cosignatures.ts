import {
  cosignedAt,
  LogError,
  openCheckpoint,
  parseNote,
  parseSignatures,
  parseVerifierKey,
  printVerifierKey,
  type VerifierKey,
} from '@strongroom/merkle-log';
import type { Tables, Transaction } from '#platform/database';
import { selectCosignatures, selectCosigned, selectNewestCosigned, type StoredCosignature } from './witness-store.ts';
import type { StoredCheckpoint } from './tree-store.ts';

type Within = Transaction<Tables>;

/** A checkpoint as others are shown it: with a line of each witness that signed it. */
export type CosignedCheckpoint = StoredCheckpoint & { readonly witnesses: number };

/** INVARIANT: only lines that verify are added, so that what lies in the database can spoil no checkpoint. */
export async function addCosignatures(within: Within, { size, note }: StoredCheckpoint): Promise<CosignedCheckpoint> {
  const lines = (await selectCosignatures(within, size)).filter((stored) => signedWhen(note, stored) !== null);
  return { size, note: `${note}${lines.map(({ line }) => line).join('')}`, witnesses: lines.length };
}

/** Of each witness the newest checkpoint of this log, up to `size`, that it signed; smallest first. `log`: the log's own key. */
export async function newestCosigned(within: Within, log: VerifierKey, size: number): Promise<CosignedCheckpoint[]> {
  const found: CosignedCheckpoint[] = [];
  for (const checkpoint of await selectNewestCosigned(within, size))
    if (isOf(checkpoint.note, log, checkpoint.size)) found.push(await addCosignatures(within, checkpoint));
  return found.filter(({ witnesses }) => witnesses > 0);
}

/** The newest checkpoint of this log that the witness signed, and when; null for none. `log`: the log's own key. */
export async function newestCosignedBy(
  within: Within,
  log: VerifierKey,
  witness: VerifierKey,
): Promise<{ size: number; at: Date } | null> {
  const key = printVerifierKey(witness);
  for (const { size, note, line } of await selectCosigned(within, key)) {
    const at = signedWhen(note, { line, key });
    if (at !== null && isOf(note, log, size)) return { size, at };
  }
  return null;
}

function isOf(note: string, log: VerifierKey, size: number): boolean {
  return orNull(() => openCheckpoint(note, log).size) === size;
}

/** When the witness signed `note`, null where the line does not verify. */
function signedWhen(note: string, { line, key }: StoredCosignature): Date | null {
  return orNull(() => {
    const signatures = parseSignatures(line);
    return signatures.length === 1
      ? cosignedAt({ text: parseNote(note).text, signatures }, parseVerifierKey(key))
      : null;
  });
}

/** null for what can't be read or does not verify. */
function orNull<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof LogError) return null;
    throw error;
  }
}
