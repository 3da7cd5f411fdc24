import { randomUUID } from 'node:crypto';
import { ProblemError, type Source } from '@strongroom/protocol';
import type { Asker } from '#contracts';
import type { SourcesDeps } from './deps.ts';
import { describeSource } from './describe-source.ts';
import { notFound } from './errors.ts';
import { visibleSource } from './find-source.ts';
import { announce, introspectSource } from './introspect-source.ts';
import { findById, markRefreshed, markUnavailable } from './store.ts';
import { useSource } from './use-source.ts';

const CANNOT_CONNECT: ReadonlySet<string> = new Set([
  'sources/unavailable',
  'sources/credentials_refused',
  'sources/unknown_database',
]);

/**
 * Reads names, types, keys and rights again; what people wrote about tables that are still there stays.
 * Running queries go on. When the source can't be reached its old schema stays, marked unavailable.
 */
export async function refreshSource(
  deps: SourcesDeps,
  asker: Asker,
  name: string,
  signal?: AbortSignal,
): Promise<Source> {
  const source = await visibleSource(deps, asker, name);
  const { workspace_id: workspaceId, id } = source;
  try {
    const found = await introspectSource(await useSource(deps, { workspaceId, id }), signal);
    const refreshed = await deps.database.withWorkspace(workspaceId, async (transaction) => {
      const there = await markRefreshed(transaction, id, {
        warnings: found.warnings,
        tables: found.schema.tables.length,
        at: deps.clock.now(),
        schemaVersion: randomUUID(),
      });
      if (!there) return null;
      await announce(deps, transaction, { workspaceId, id, name: source.name }, found.schema);
      return findById(transaction, id);
    });
    if (refreshed === null) throw notFound();
    return await describeSource(deps, asker, refreshed);
  } catch (error) {
    if (error instanceof ProblemError && CANNOT_CONNECT.has(error.code)) {
      await deps.database.withWorkspace(workspaceId, (transaction) => markUnavailable(transaction, id));
    }
    throw error;
  }
}
