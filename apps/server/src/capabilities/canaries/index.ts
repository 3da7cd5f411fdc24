import type { Canary, PlantedCanary } from '@strongroom/protocol';
import type { Asker, OutboundScan } from '#contracts';
import type { CanariesDeps } from './deps.ts';
import { listCanaries } from './list-canaries.ts';
import { plantCanary } from './plant-canary.ts';
import { removeCanary } from './remove-canary.ts';
import { watchDoors } from './watch-doors.ts';

export { canariesRoutes } from './routes.ts';
export { holdings } from './holdings.ts';
export { migrations } from './migrations.ts';

export type Canaries = {
  list(workspaceId: string): Promise<Canary[]>;
  /** Answers the token, this once. Throws `canaries/name_taken` (409), `canaries/too_many` (409). */
  plant(asker: Asker, name: string): Promise<PlantedCanary>;
  /** Throws `canaries/not_found` (404). */
  remove(asker: Asker, name: string): Promise<void>;
  /** For every door. */
  readonly scan: OutboundScan;
};

export function createCanaries(needs: CanariesDeps): Canaries {
  const { scan, deps } = watchDoors(needs);
  return {
    list: (workspaceId) => listCanaries(needs, workspaceId),
    plant: (asker, name) => plantCanary(deps, asker, name),
    remove: (asker, name) => removeCanary(deps, asker, name),
    scan,
  };
}
