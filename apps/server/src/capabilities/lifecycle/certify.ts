import type { DestroyedKey, LifecycleDeps } from './deps.ts';
import { describeErasure } from './describe-erasure.ts';
import { notFound, nothingToCertify } from './errors.ts';
import { selectErasure } from './store.ts';

/**
 * The certificate of an erasure as text: docs/formats/erasure-certificate.md. `pending` until the epochs of its keys have ended.
 * Throws `lifecycle/not_found` (404), `lifecycle/nothing_to_certify` (409).
 */
export async function certify(deps: LifecycleDeps, workspaceId: string, id: string): Promise<string> {
  const row = await deps.database.withWorkspace(workspaceId, (within) => selectErasure(within, id));
  if (row === null) throw notFound();
  const what = new Map(row.objects.map((object) => [object.id, object.what]));
  const destructions = await deps.keys.destructions(workspaceId, [...what.keys()]);
  const objects = destructions.flatMap(({ objectId, commitment, birthEntry, destructionEntry }) =>
    birthEntry === null
      ? []
      : [
          {
            id: objectId,
            what: what.get(objectId) ?? 'object',
            commitment: Buffer.from(commitment).toString('hex'),
            birthEntry,
            destructionEntry,
          },
        ],
  );
  if (objects.length === 0) throw nothingToCertify();
  const isFinal = row.endEntry !== null;
  // The last of them: it ended the epochs of all.
  const epochs = destructions
    .filter(({ finalAt }) => finalAt !== null)
    .toSorted((one, other) => Number(one.finalAt) - Number(other.finalAt))
    .at(-1);
  return deps.audit.certifyErasure(workspaceId, {
    erasure: describeErasure(row),
    objects,
    requestEntry: row.requestEntry,
    epochsEntry: isFinal ? (epochs?.finalEntry ?? null) : null,
    endEntry: row.endEntry,
    copies: await copiesOf(deps, workspaceId, destructions),
  });
}

/** Wherever the wrapped keys were, and what opened them. */
async function copiesOf(deps: LifecycleDeps, workspaceId: string, destructions: readonly DestroyedKey[]) {
  const { holder } = await deps.keys.showStatus(workspaceId);
  const last = (times: readonly (Date | null)[]): string | null =>
    times.includes(null) ? null : new Date(Math.max(...times.map(Number))).toISOString();
  return [
    { place: 'wrapped keys in the database', goneAt: last(destructions.map(({ destroyedAt }) => destroyedAt)) },
    {
      place: `what opens old pages, logs and copies of the database: epoch secrets in the key holder (${holder})`,
      goneAt: last(destructions.map(({ finalAt }) => finalAt)),
    },
  ];
}
