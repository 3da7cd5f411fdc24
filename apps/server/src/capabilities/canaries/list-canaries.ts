import type { Canary } from '@strongroom/protocol';
import type { CanariesDeps } from './deps.ts';
import { selectCanaries } from './store.ts';

/** By name, without their tokens. */
export async function listCanaries(deps: CanariesDeps, workspaceId: string): Promise<Canary[]> {
  const rows = await deps.database.withWorkspace(workspaceId, selectCanaries);
  return rows.map(({ name, planted_at, found_count, found_at }) => ({
    name,
    plantedAt: planted_at.toISOString(),
    found: found_count,
    foundAt: found_at?.toISOString() ?? null,
  }));
}
