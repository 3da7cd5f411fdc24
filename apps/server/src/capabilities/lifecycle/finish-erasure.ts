import type { AuditContext, ErasureSubject, HeldObject } from '#contracts';
import type { LifecycleDeps } from './deps.ts';
import { recordEnd } from './record-erasure.ts';
import { updateObjects, type ErasureRow } from './store.ts';

/**
 * How long a destroyed key waits for its epoch to end where nobody asked for now: of an erasure, or of a single question that somebody
 * deleted. Half a day, so that it is final within one, also when a try or two fail.
 */
export const finalWithinMs = 12 * 3_600_000;

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
  const erased = [...row.objects];
  let found: readonly HeldObject[] = row.objects;
  do {
    for (const holder of holders) await holder.detach?.(workspaceId, found);
    await keys.destroy(
      workspaceId,
      found.map(({ id }) => id),
      by,
    );
    for (const holder of holders) await holder.forget?.(workspaceId, subject, erased);
    // Whoever was still at work meanwhile may have made another; that ends, since what they may do has ended.
    found = (await objectsOf(deps, workspaceId, subject)).filter(({ id }) => erased.every((one) => one.id !== id));
    erased.push(...found);
    if (found.length > 0) await database.withWorkspace(workspaceId, (within) => updateObjects(within, row.id, erased));
  } while (found.length > 0);
  const gone = await keys.destructions(
    workspaceId,
    erased.map(({ id }) => id),
  );
  const isFinal = gone.every(({ finalAt }) => finalAt !== null);
  if (!isFinal && clock.now() < row.dueAt) return;
  await keys.endEpochs(workspaceId, { by });
  await recordEnd(deps, by, row, erased.length);
}
