import type { Asker, HeldObject } from '#contracts';
import type { SourcesDeps } from './deps.ts';
import { visibleSource } from './find-source.ts';
import { deleteSource, findById } from './store.ts';

/**
 * Gone at once and everywhere: running queries are cancelled in the source, keys destroyed, then rows and bytes
 * deleted. A removal cut short is finished by doing it again.
 */
export async function removeSource(deps: SourcesDeps, asker: Asker, name: string): Promise<void> {
  const { id } = await visibleSource(deps, asker, name);
  const objects = await objectsOfSource(deps, asker.workspaceId, id);
  await forgetSource(deps, asker.workspaceId, id, objects);
}

/** The source itself (its address), its policy, and its file. */
export async function objectsOfSource(deps: SourcesDeps, workspaceId: string, id: string): Promise<HeldObject[]> {
  const source = await deps.database.withWorkspace(workspaceId, (transaction) => findById(transaction, id));
  if (source === null) return [];
  const policyId = await deps.access.policies.objectOf(workspaceId, id);
  const policy = policyId === null ? [] : [{ id: policyId, what: 'policy' }];
  const file = source.file_id === null ? [] : [{ id: source.file_id, what: 'file' }];
  return [...(source.sealed_address === null ? [] : [{ id, what: 'address' }]), ...policy, ...file];
}

/** `objects`: as `objectsOfSource` gave them; may be repeated. */
export async function forgetSource(
  deps: SourcesDeps,
  workspaceId: string,
  id: string,
  objects: readonly HeldObject[],
): Promise<void> {
  const stop = async () => {
    for (const listener of deps.removed) listener(id);
    await deps.connectors.drop(id);
  };
  await stop();
  await deps.vault.destroy(
    workspaceId,
    objects.map((object) => object.id),
  );
  await deps.access.grants.forget(workspaceId, id);
  await deps.database.withWorkspace(workspaceId, (transaction) => deleteSource(transaction, id));
  // INVARIANT: after the source, so that it never stands there without its policy, open to its owner.
  await deps.access.policies.remove(workspaceId, id);
  // A query may have begun between the first stop and the deletion; from here on none can.
  await stop();
  for (const object of objects) if (object.what === 'file') await deps.files.remove(workspaceId, object.id);
}
