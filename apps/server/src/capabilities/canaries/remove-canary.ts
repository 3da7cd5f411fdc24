import { type Asker, auditContext } from '#contracts';
import type { CanariesDeps } from './deps.ts';
import { notFound } from './errors.ts';
import { deleteCanary, selectId } from './store.ts';

/** Its key goes first. From then on nobody looks for it. Throws `canaries/not_found` (404). */
export async function removeCanary(deps: CanariesDeps, asker: Asker, name: string): Promise<void> {
  const { workspaceId } = asker;
  const id = await deps.database.withWorkspace(workspaceId, (within) => selectId(within, name));
  if (id === null) throw notFound();
  await deps.sealer.destroy(workspaceId, [id], auditContext(asker));
  await deps.database.withWorkspace(workspaceId, (within) => deleteCanary(within, id));
}
