import type { DataHolder } from '#contracts';
import type { SourcesDeps } from './deps.ts';
import { visibleSource } from './find-source.ts';
import { forgetSource, objectsOfSource } from './remove-source.ts';
import { listAll } from './store.ts';

/** A source's address and file have keys of their own; its schema and grants go with its row. */
export function sourcesHolder(deps: SourcesDeps): DataHolder {
  return {
    find: {
      source: async (asker, name) => ({
        kind: 'source',
        id: (await visibleSource(deps, asker, name)).id,
        names: [],
        ownerId: asker.personId,
      }),
    },
    objectsOf: async (workspaceId, { kind, id }) => (kind === 'source' ? objectsOfSource(deps, workspaceId, id) : []),
    forget: async (workspaceId, { kind, id }, objects) => {
      if (kind === 'source') await forgetSource(deps, workspaceId, id, objects);
    },
    forgetWorkspace: async (workspaceId) => {
      for (const { id } of await deps.database.withWorkspace(workspaceId, listAll)) {
        for (const listener of deps.removed) listener(id);
        await deps.connectors.drop(id);
      }
    },
  };
}
