import type { Erasure } from '@strongroom/protocol';
import type { LifecycleDeps } from './deps.ts';
import { describeErasure } from './describe-erasure.ts';
import { selectErasures } from './store.ts';

const rowsMax = 500;

/** The newest first, 500 at most; each with the number of keys that it destroyed. */
export async function listErasures({ database }: LifecycleDeps, workspaceId: string): Promise<Erasure[]> {
  const rows = await database.withWorkspace(workspaceId, (within) => selectErasures(within, rowsMax));
  return rows.map((row) => ({ ...describeErasure(row), keys: row.objects.length }));
}
