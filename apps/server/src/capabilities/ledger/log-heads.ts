import type { Database } from '#platform/database';
import { appendAfter, insertEntries, type NewEntry } from './append-store.ts';

/**
 * Where each log stands, as far as this server knows, so that a group takes one round trip: its MACs cover its positions, which are
 * foretold. A memory that is wrong (another server, a key's birth, a group that failed) costs a longer way, never a gap.
 */
export function logHeads(database: Database): {
  append(workspaceId: string, entries: readonly NewEntry[]): Promise<void>;
} {
  const known = new Map<string, number>();
  return {
    append: async (workspaceId, entries) => {
      const after = known.get(workspaceId);
      // Until it has succeeded, nothing is known.
      known.delete(workspaceId);
      if (after !== undefined && (await appendAfter(database, workspaceId, after, entries)))
        known.set(workspaceId, after + entries.length);
      else
        known.set(
          workspaceId,
          await database.withWorkspace(workspaceId, (within) => insertEntries(within, workspaceId, entries)),
        );
    },
  };
}
