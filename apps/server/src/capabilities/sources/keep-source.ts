import { randomUUID } from 'node:crypto';
import type { Asker } from '#contracts';
import type { Tables, Transaction } from '#platform/database';
import type { SourcesDeps } from './deps.ts';
import { nameTaken } from './errors.ts';
import { announce, type Found } from './introspect-source.ts';
import { insertSource, nameExists, type SourcesTable } from './store.ts';

/** So that nothing is connected or read for a name that can't be had. Throws `sources/name_taken` (409). */
export async function requireFreeName(deps: SourcesDeps, asker: Asker, name: string): Promise<void> {
  if (await deps.database.withWorkspace(asker.workspaceId, (transaction) => nameExists(transaction, name)))
    throw nameTaken(name);
}

export type NewSource = Pick<
  SourcesTable,
  'id' | 'name' | 'kind' | 'location' | 'sealed_address' | 'file_id' | 'is_sample'
>;

/** Stores source and schema together, or neither. Throws `sources/name_taken` when somebody was faster. */
export async function keepSource(
  deps: SourcesDeps,
  asker: Asker,
  source: NewSource,
  found: Found,
  alongside: (transaction: Transaction<Tables>) => Promise<void> = async () => {},
): Promise<SourcesTable> {
  const now = deps.clock.now();
  const row: SourcesTable = {
    ...source,
    workspace_id: asker.workspaceId,
    owner_id: asker.personId,
    status: 'ready',
    warnings: found.warnings,
    table_count: found.schema.tables.length,
    created_at: now,
    refreshed_at: now,
    schema_version: randomUUID(),
  };
  try {
    await deps.database.withWorkspace(asker.workspaceId, async (transaction) => {
      await alongside(transaction);
      await insertSource(transaction, row);
      await announce(
        deps,
        transaction,
        { workspaceId: asker.workspaceId, id: source.id, name: source.name },
        found.schema,
      );
    });
  } catch (error) {
    throw isNameConflict(error) ? nameTaken(source.name) : error;
  }
  return row;
}

function isNameConflict(error: unknown): boolean {
  return (
    error instanceof Error && 'code' in error && error.code === '23505' && 'table' in error && error.table === 'sources'
  );
}
