import type { PlantedCanary } from '@strongroom/protocol';
import { type Asker, keepOrDestroy, randomUUIDv7 } from '#contracts';
import type { CanariesDeps } from './deps.ts';
import { nameTaken, tooMany } from './errors.ts';
import { newToken } from './scan/token.ts';
import { insertCanary, selectCanaries } from './store.ts';

/** Each is looked for in everything that leaves. */
const CANARIES_MAX = 100;

/** The token is told this once. Throws `canaries/name_taken` (409), `canaries/too_many` (409). */
export async function plantCanary(
  deps: CanariesDeps,
  { workspaceId }: Pick<Asker, 'workspaceId'>,
  name: string,
): Promise<PlantedCanary> {
  const plantedAt = deps.clock.now();
  const id = randomUUIDv7(plantedAt.getTime());
  const token = newToken();
  await keepOrDestroy(deps, workspaceId, id, async () => {
    const sealed = await deps.sealer.seal(workspaceId, id, Buffer.from(token));
    await deps.database.withWorkspace(workspaceId, async (within) => {
      if ((await selectCanaries(within)).length >= CANARIES_MAX) throw tooMany(CANARIES_MAX);
      const row = { workspace_id: workspaceId, id, name, sealed, planted_at: plantedAt };
      if (!(await insertCanary(within, row))) throw nameTaken();
    });
  });
  return { name, plantedAt: plantedAt.toISOString(), found: 0, foundAt: null, token };
}
