import type { Erasure } from '@strongroom/protocol';
import type { ErasureRow } from './store.ts';

/** An erasure as its certificate and the list of erasures say it alike. Ids and times only. */
export function describeErasure(row: ErasureRow): Omit<Erasure, 'keys'> {
  return {
    id: row.id,
    kind: row.kind,
    subject: row.subjectId,
    requestedAt: row.requestedAt.toISOString(),
    status: row.finalAt === null ? 'pending' : 'final',
    finalAt: row.finalAt?.toISOString() ?? null,
  };
}
