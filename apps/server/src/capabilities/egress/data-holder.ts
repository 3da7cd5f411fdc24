import type { DataHolder } from '#contracts';
import type { Database } from '#platform/database';
import { selectUsageOf } from './usage-store.ts';

/** Counts alone: the questions are `assistant`'s. */
export function egressHolder({
  database,
  forgetPerson,
}: {
  readonly database: Database;
  readonly forgetPerson: (workspaceId: string, personId: string) => Promise<void>;
}): DataHolder {
  return {
    forget: async (workspaceId, { kind, id }) => {
      if (kind === 'person') await forgetPerson(workspaceId, id);
    },
    exportPerson: (asker) => [
      {
        name: 'model-usage',
        rows: async function* () {
          yield* await database.withWorkspace(asker.workspaceId, (within) => selectUsageOf(within, asker.personId));
        },
      },
    ],
  };
}
