import { randomUUIDv7, type AuditWriter } from '#contracts';
import { ProblemError } from '@strongroom/protocol';
import type { Clock } from '#platform/clock';
import type { Database } from '#platform/database';
import { entryContent } from './entry-content.ts';
import { unavailable } from './errors.ts';
import { groupCommit } from './group-commit.ts';
import type { LedgerKeys } from './ledger-keys.ts';
import { insertEntries, type NewEntry } from './store.ts';
import { termsOf } from './terms.ts';

/**
 * INVARIANT: resolves after PostgreSQL has committed and flushed the entry. Throws `ledger/unavailable` (503) when it
 * could not, `vault/key_unavailable` (503) when the keys are away; the act must not happen then.
 */
export function appendEntry(database: Database, keys: LedgerKeys, clock: Clock): AuditWriter['append'] {
  const commits = groupCommit<NewEntry>(async (workspaceId, entries) => {
    try {
      await database.withWorkspace(workspaceId, (transaction) => insertEntries(transaction, workspaceId, entries));
    } catch (error) {
      throw unavailable(error);
    }
  });
  return async ({ workspaceId, ...context }, event) => {
    const at = clock.now();
    const content = entryContent({ workspaceId, ...context }, event, at);
    const entryKeys = await keys.forWorkspace(workspaceId).catch((error: unknown) => {
      throw error instanceof ProblemError && error.code.startsWith('vault/') ? error : unavailable(error);
    });
    const id = randomUUIDv7(at.getTime());
    await commits.add(workspaceId, {
      id,
      at: content.at,
      action: content.action,
      outcome: content.outcome,
      terms: termsOf(content).map((term) => entryKeys.term(term)),
      ...entryKeys.seal(id, Buffer.from(JSON.stringify(content))),
    });
    return { entryId: id, at: content.at };
  };
}
