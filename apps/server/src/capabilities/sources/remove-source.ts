import type { Asker } from '#contracts';
import type { SourcesDeps } from './deps.ts';
import { visibleSource } from './find-source.ts';
import { deleteSource } from './store.ts';

/**
 * Gone at once and everywhere: running queries are cancelled in the source, keys destroyed, then rows and bytes
 * deleted. A removal cut short is finished by doing it again.
 */
export async function removeSource(deps: SourcesDeps, asker: Asker, name: string): Promise<void> {
  const source = await visibleSource(deps, asker, name);
  const stop = async () => {
    for (const listener of deps.removed) listener(source.id);
    await deps.connectors.drop(source.id);
  };
  await stop();
  await deps.vault.destroy(asker.workspaceId, source.file_id === null ? [source.id] : [source.id, source.file_id]);
  await deps.access.grants.forget(asker.workspaceId, source.id);
  await deps.database.withWorkspace(asker.workspaceId, (transaction) => deleteSource(transaction, source.id));
  // A query may have begun between the first stop and the deletion; from here on none can.
  await stop();
  if (source.file_id !== null) await deps.files.remove(asker.workspaceId, source.file_id);
}
