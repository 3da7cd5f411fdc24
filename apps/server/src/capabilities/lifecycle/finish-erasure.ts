import type { AuditContext, ErasureSubject, HeldObject } from '#contracts';
import type { LifecycleDeps } from './deps.ts';
import { recordEnd } from './record-erasure.ts';
import { updateObjects, type ErasureRow } from './store.ts';

/** What every holder has about a subject. */
export async function objectsOf(
  { holders }: LifecycleDeps,
  workspaceId: string,
  subject: ErasureSubject,
): Promise<HeldObject[]> {
  const found: HeldObject[] = [];
  for (const holder of holders) found.push(...((await holder.objectsOf?.(workspaceId, subject)) ?? []));
  return found;
}

/**
 * The steps of an erasure after it was recorded, each of which may be repeated: keys, then rows, files and memory, then what came
 * meanwhile, then (once due) the epochs, then the entry that ends it. `subject`: with the names, where they are known still.
 */
export async function finishErasure(
  deps: LifecycleDeps,
  workspaceId: string,
  row: ErasureRow,
  { by, subject }: { by: AuditContext; subject: ErasureSubject },
): Promise<void> {
  const { database, clock, keys, holders } = deps;
  const destroy = (objects: readonly HeldObject[]) =>
    keys.destroy(
      workspaceId,
      objects.map(({ id }) => id),
      by,
    );
  await destroy(row.objects);
  for (const holder of holders) await holder.forget?.(workspaceId, subject, row.objects);
  // Whoever was still at work when the erasure began may have made another; from here on nobody can.
  const late = (await objectsOf(deps, workspaceId, subject)).filter(({ id }) =>
    row.objects.every((one) => one.id !== id),
  );
  const objects = [...row.objects, ...late];
  if (late.length > 0) {
    await database.withWorkspace(workspaceId, (within) => updateObjects(within, row.id, objects));
    await destroy(late);
    for (const holder of holders) await holder.forget?.(workspaceId, subject, objects);
  }
  const gone = await keys.destructions(
    workspaceId,
    objects.map(({ id }) => id),
  );
  const isFinal = gone.every(({ finalAt }) => finalAt !== null);
  if (!isFinal && clock.now() < row.dueAt) return;
  await keys.endEpochs(workspaceId, { by });
  await recordEnd(deps, by, row, objects.length);
}
