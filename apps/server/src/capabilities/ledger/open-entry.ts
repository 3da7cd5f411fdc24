import { encodeLeaf, hashLeaf } from '@strongroom/merkle-log';
import { auditOutcomeSchema, type LedgerEntry, ledgerEntrySchema, ProblemError } from '@strongroom/protocol';
import type { EntryKeys } from './ledger-keys.ts';
import { openContent, sha256 } from './sealed-content.ts';
import type { StoredEntry } from './store.ts';

const closed = {
  actor: null,
  session: null,
  address: null,
  requestId: null,
  resource: null,
  decision: null,
  counts: null,
} as const;

/**
 * An entry as people see it, whatever became of it: one that does not open, or was changed, takes nothing else with it.
 * INVARIANT: what the database shows is believed only where its row is, at its place, the one that we wrote.
 * Throws what says that keys or database are away for now (503): all would look redacted.
 */
export async function openEntry(keys: EntryKeys, row: StoredEntry): Promise<LedgerEntry> {
  const { id, position, at, action, outcome } = row;
  if (!isOurs(keys, row)) {
    const known = auditOutcomeSchema.safeParse(outcome).data ?? null;
    return { id, position, state: 'altered', at, action, outcome: known, ...closed };
  }
  const plaintext = await keys.open(id, row).catch((error: unknown) => {
    if (error instanceof ProblemError && error.status === 503) throw error;
    return null;
  });
  if (plaintext === null) return { id, position, state: 'redacted', at, action, outcome, ...closed };
  return ledgerEntrySchema.parse({ ...openContent(plaintext).content, id, position, state: 'open' });
}

/** The MAC of the row covers its place and the leaf, and the leaf all of it but the wrapped key, open or not. */
function isOurs(keys: EntryKeys, { position, mac, ...row }: StoredEntry): boolean {
  try {
    return keys.mac(position, hashLeaf(encodeLeaf({ ...row, sealedHash: sha256(row.sealed) }))).equals(mac);
  } catch (error) {
    // What stands there is not even of the form that a leaf has.
    if (error instanceof TypeError) return false;
    throw error;
  }
}
