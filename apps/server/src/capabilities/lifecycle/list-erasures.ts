import type { Erasure } from '@strongroom/protocol';
import type { LifecycleDeps } from './deps.ts';
import { selectErasures } from './store.ts';

const rowsMax = 500;

export async function listErasures({ database }: LifecycleDeps, workspaceId: string): Promise<Erasure[]> {
  const rows = await database.withWorkspace(workspaceId, (within) => selectErasures(within, rowsMax));
  return rows.map((row) => ({
    id: row.id,
    kind: row.kind,
    subject: row.subjectId,
    requestedAt: row.requestedAt.toISOString(),
    status: row.finalAt === null ? 'pending' : 'final',
    finalAt: row.finalAt?.toISOString() ?? null,
    keys: row.objects.length,
  }));
}
