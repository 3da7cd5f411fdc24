import type { Asker, ErasedKind } from '#contracts';
import { certify } from './certify.ts';
import type { LifecycleDeps } from './deps.ts';
import { erase } from './erase.ts';
import { eraseWorkspace } from './erase-workspace.ts';
import { exportPerson } from './export-person.ts';
import { finishAll } from './finish-all.ts';
import { listHoldings, type PersonHolding } from './list-holdings.ts';
import { listErasures } from './list-erasures.ts';
import type { Erasure } from '@strongroom/protocol';

export type Lifecycle = {
  erase(
    asker: Asker,
    kind: Exclude<ErasedKind, 'workspace'>,
    name: string,
    when: 'now' | 'later',
  ): Promise<{ readonly id: string }>;
  /** Of the asker's whole workspace; its certificate is of the installation. */
  eraseWorkspace(asker: Asker, name: string): Promise<{ readonly id: string }>;
  /** `workspaceId`: whose log holds the erasure; the installation's for that of a workspace. */
  certify(workspaceId: string, erasureId: string): Promise<string>;
  /** The newest first. */
  listErasures(workspaceId: string): Promise<Erasure[]>;
  /** To be called now and then, and at the start. */
  finishAll(workspaceId: string): Promise<void>;
  /** Everything that is kept about people, field by field. */
  listHoldings(): readonly PersonHolding[];
  /** A zip of what is kept about the asker: JSON and CSV. */
  exportPerson(asker: Asker): AsyncIterable<Uint8Array>;
};

export function createLifecycle(deps: LifecycleDeps): Lifecycle {
  return {
    erase: (asker, kind, name, when) => erase(deps, asker, kind, name, when),
    eraseWorkspace: (asker, name) => eraseWorkspace(deps, asker, name),
    certify: (workspaceId, erasureId) => certify(deps, workspaceId, erasureId),
    listErasures: (workspaceId) => listErasures(deps, workspaceId),
    finishAll: (workspaceId) => finishAll(deps, workspaceId),
    listHoldings: () => listHoldings(deps.holdings),
    exportPerson: (asker) => exportPerson(deps, asker),
  };
}

export { lifecycleRoutes } from './routes.ts';
export { migrations } from './migrations.ts';
export { holdings } from './holdings.ts';
