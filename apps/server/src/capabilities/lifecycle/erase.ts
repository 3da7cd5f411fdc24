import { ProblemError } from '@strongroom/protocol';
import { type Asker, auditContext, type ErasedKind, type ErasureSubject, systemContext } from '#contracts';
import type { LifecycleDeps } from './deps.ts';
import { finalWithinMs, finishErasure, objectsOf } from './finish-erasure.ts';
import { recordErasure } from './record-erasure.ts';

/**
 * Erases a person, a source or a question: keys destroyed, rows, files and memory removed, and the epochs of the keys ended, at once or
 * (`later`) within a day. Answers the id of the erasure. What was begun is finished by the server itself if it can't be now.
 * Throws what the holder of the kind throws for an unknown `name`, or for one that may not be erased.
 */
export async function erase(
  deps: LifecycleDeps,
  asker: Asker,
  kind: Exclude<ErasedKind, 'workspace'>,
  name: string,
  when: 'now' | 'later',
): Promise<{ readonly id: string }> {
  const { workspaceId } = asker;
  const subject = await refusedInLog(deps, asker, kind, find(deps, asker, kind, name));
  // INVARIANT: the entries of an erasure name its subject by id only, and never under the subject's own key, so that they stay readable.
  const isOwn = kind === 'person' && subject.id === asker.personId;
  const by = isOwn ? systemContext(workspaceId, 'erasure') : auditContext(asker);
  for (const holder of deps.holders)
    if (holder.begin !== undefined) await refusedInLog(deps, asker, kind, holder.begin(workspaceId, subject));
  const row = await recordErasure(deps, by, {
    kind,
    subjectId: subject.id,
    objects: await objectsOf(deps, workspaceId, subject),
    requestedBy: asker.personId,
    dueInMs: when === 'now' ? 0 : finalWithinMs,
    reason: isOwn ? 'their own' : 'permission',
  });
  await finishErasure(deps, workspaceId, row, { by, subject });
  return { id: row.id };
}

/** From the first holder that knows it. Throws what the first of them says, whose kind it is. */
async function find(
  { holders }: LifecycleDeps,
  asker: Asker,
  kind: Exclude<ErasedKind, 'workspace'>,
  name: string,
): Promise<ErasureSubject> {
  let unknown: ProblemError | null = null;
  for (const holder of holders) {
    try {
      const subject = await holder.find?.[kind]?.(asker, name);
      if (subject !== undefined) return subject;
    } catch (error) {
      if (!(error instanceof ProblemError) || error.status !== 404) throw error;
      unknown ??= error;
    }
  }
  throw unknown ?? new TypeError(`nobody holds a ${kind}`);
}

/** What may not be erased is said in the log; who may not erase, and what is not there, the gate says itself. */
async function refusedInLog<T>(deps: LifecycleDeps, asker: Asker, kind: ErasedKind, work: Promise<T>): Promise<T> {
  return work.catch(async (error: unknown) => {
    if (error instanceof ProblemError && error.status === 409)
      await deps.audit.append(auditContext(asker), {
        action: 'lifecycle.erased',
        resource: kind,
        decision: { allowed: false, reason: error.code },
        outcome: 'refused',
      });
    throw error;
  });
}
