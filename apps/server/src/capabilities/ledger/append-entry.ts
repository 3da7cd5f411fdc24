import { encodeLeaf, hashLeaf } from '@strongroom/merkle-log';
import { ProblemError } from '@strongroom/protocol';
import { type AuditWriter, randomUUIDv7 } from '#contracts';
import type { Clock } from '#platform/clock';
import type { Database } from '#platform/database';
import { type EntryContent, entryContent } from './entry-content.ts';
import { unavailable } from './errors.ts';
import { groupCommit } from './group-commit.ts';
import type { EntryKeys, LedgerKeys } from './ledger-keys.ts';
import { packContent, sha256 } from './sealed-content.ts';
import { insertEntries, type NewEntry } from './store.ts';
import { termsOf } from './terms.ts';

/**
 * INVARIANT: resolves after PostgreSQL has committed and flushed the entry. Throws `ledger/unavailable` (503) when it
 * could not, `vault/key_unavailable` (503) when the keys are away, `ledger/integrity_lost` (503) when the log was changed
 * from outside; the act must not happen then. `appended`: called with the workspace of what was committed.
 */
export function appendEntry(
  { database, keys, clock }: { database: Database; keys: LedgerKeys; clock: Clock },
  { requireSound, appended }: { requireSound: (workspaceId: string) => void; appended: (workspaceId: string) => void },
): AuditWriter['append'] {
  const commits = groupCommit<NewEntry>(async (workspaceId, entries) => {
    try {
      await database.withWorkspace(workspaceId, (transaction) => insertEntries(transaction, workspaceId, entries));
    } catch (error) {
      throw unavailable(error);
    }
  });
  return async ({ workspaceId, ...context }, event) => {
    requireSound(workspaceId);
    const content = entryContent({ workspaceId, ...context }, event, clock.now());
    const entryKeys = await keys.forWorkspace(workspaceId).catch((error: unknown) => {
      throw error instanceof ProblemError && error.code.startsWith('vault/') ? error : unavailable(error);
    });
    const entry = sealEntry(entryKeys, content);
    await commits.add(workspaceId, entry);
    appended(workspaceId);
    return { entryId: entry.id, at: content.at };
  };
}

function sealEntry(keys: EntryKeys, content: EntryContent): NewEntry {
  const id = randomUUIDv7(Date.parse(content.at));
  const { plaintext, fieldsHash } = packContent(content);
  const sealed = keys.seal(id, plaintext);
  const { at, action, outcome } = content;
  const leafHash = hashLeaf(
    encodeLeaf({
      id,
      at,
      action,
      outcome,
      commitment: sealed.commitment,
      sealedHash: sha256(sealed.sealed),
      fieldsHash,
    }),
  );
  const terms = termsOf(content).map((term) => keys.term(term));
  const macAt = (position: number): Uint8Array => keys.mac(position, leafHash);
  return { id, at, action, outcome, terms, fieldsHash, leafHash, macAt, ...sealed };
}
