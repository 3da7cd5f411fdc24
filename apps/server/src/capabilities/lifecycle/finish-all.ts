import { installationId, systemContext } from '#contracts';
import type { LifecycleDeps } from './deps.ts';
import { finishWorkspace } from './erase-workspace.ts';
import { finalWithinMs, finishErasure } from './finish-erasure.ts';
import { selectOpenErasures } from './store.ts';

/** Finishes erasures that are due, those that a crash cut short among them, and makes single destructions final within a day. */
export async function finishAll(deps: LifecycleDeps, workspaceId: string): Promise<void> {
  const warn = (erasure: string) => (error: unknown) =>
    deps.log.warn({ err: error, erasure }, 'an erasure could not be finished yet');
  for (const row of await deps.database.withWorkspace(installationId, selectOpenErasures))
    await finishWorkspace(deps, row, systemContext(installationId, 'erasure')).catch(warn(row.id));
  const by = systemContext(workspaceId, 'erasure');
  for (const row of await deps.database.withWorkspace(workspaceId, selectOpenErasures)) {
    const subject = { kind: row.kind, id: row.subjectId, names: [], ownerId: row.requestedBy };
    await finishErasure(deps, workspaceId, row, { by, subject }).catch(warn(row.id));
  }
  await deps.keys.endEpochs(workspaceId, { waitedMs: finalWithinMs });
}
