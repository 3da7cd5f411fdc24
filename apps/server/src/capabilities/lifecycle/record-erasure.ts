import { type AuditContext, type ErasedKind, type HeldObject, randomUUIDv7 } from '#contracts';
import type { LifecycleDeps } from './deps.ts';
import { type ErasureRow, insertErasure, updateEnd } from './store.ts';

/** What an entry of an erasure says, of its begin and its end alike. */
function erasedEvent(kind: ErasedKind, subjectId: string, reason: string) {
  return {
    action: 'lifecycle.erased',
    resource: `${kind}.${subjectId}`,
    decision: { allowed: true, reason },
  } as const;
}

/** Keeps an erasure together with the entry that says it was asked for, in the log of the workspace that `by` names. */
export async function recordErasure(
  deps: LifecycleDeps,
  by: AuditContext,
  asked: {
    readonly kind: ErasedKind;
    readonly subjectId: string;
    readonly objects: readonly HeldObject[];
    readonly requestedBy: string;
    readonly dueInMs: number;
    readonly reason: string;
  },
): Promise<ErasureRow> {
  const { kind, subjectId, objects, requestedBy } = asked;
  const entries = await deps.audit.prepare(by, [{ ...erasedEvent(kind, subjectId, asked.reason), outcome: 'begun' }]);
  const [request] = entries.receipts;
  if (request === undefined) throw new Error('an entry has no receipt');
  const requestedAt = new Date(request.at);
  const row: ErasureRow = {
    id: randomUUIDv7(requestedAt.getTime()),
    kind,
    subjectId,
    objects,
    requestedBy,
    requestedAt,
    requestEntry: request.entryId,
    dueAt: new Date(requestedAt.getTime() + asked.dueInMs),
    finalAt: null,
    endEntry: null,
  };
  await deps.database.withWorkspace(by.workspaceId, async (within) => {
    await insertErasure(within, by.workspaceId, row);
    await entries.write(within);
  });
  entries.committed();
  return row;
}

/** Ends it, together with the entry that says so; nothing when it has ended. */
export async function recordEnd(deps: LifecycleDeps, by: AuditContext, row: ErasureRow, keys: number): Promise<void> {
  const entries = await deps.audit.prepare(by, [
    { ...erasedEvent(row.kind, row.subjectId, 'as begun'), outcome: 'done', counts: { keys } },
  ]);
  const [end] = entries.receipts;
  if (end === undefined) throw new Error('an entry has no receipt');
  const ended = await deps.database.withWorkspace(by.workspaceId, async (within) => {
    if (!(await updateEnd(within, row.id, { entry: end.entryId, at: new Date(end.at) }))) return false;
    await entries.write(within);
    return true;
  });
  if (ended) entries.committed();
}
