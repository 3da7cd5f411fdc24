import { type Asker, type AuditContext, auditContext, inInstallation } from '#contracts';
import type { LifecycleDeps } from './deps.ts';
import { nameDiffers } from './errors.ts';
import { recordEnd, recordErasure } from './record-erasure.ts';
import { dropWorkspace, type ErasureRow } from './store.ts';

/**
 * Erases the asker's whole workspace: all keys, then all rows and files. It stands in the log of the installation, which names people by
 * id alone; the workspace's own log goes with it. Answers the id of the erasure. Throws `lifecycle/name_differs` (409).
 */
export async function eraseWorkspace(
  deps: LifecycleDeps,
  asker: Asker,
  name: string,
): Promise<{ readonly id: string }> {
  if (name !== deps.workspaceName) throw nameDiffers();
  const by = inInstallation(auditContext(asker));
  const row = await recordErasure(deps, by, {
    kind: 'workspace',
    subjectId: asker.workspaceId,
    objects: [{ id: asker.workspaceId, what: 'workspace' }],
    requestedBy: asker.personId,
    dueInMs: 0,
    reason: 'permission workspace.manage',
  });
  await finishWorkspace(deps, row, by);
  return { id: row.id };
}

/** Each step may be repeated: what people do is ended, keys are destroyed, then what came meanwhile, files and rows. */
export async function finishWorkspace(deps: LifecycleDeps, row: ErasureRow, by: AuditContext): Promise<void> {
  const workspaceId = row.subjectId;
  for (const holder of deps.holders) await holder.forgetWorkspace?.(workspaceId);
  await deps.keys.destroyWorkspace(workspaceId, by);
  for (const holder of deps.holders) await holder.forgetWorkspace?.(workspaceId);
  await deps.database.withWorkspace(workspaceId, dropWorkspace);
  await recordEnd(deps, by, row, 1);
}
