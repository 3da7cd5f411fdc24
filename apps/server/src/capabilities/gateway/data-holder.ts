import type { DataHolder } from '#contracts';
import type { Database } from '#platform/database';
import type { CallKeeper } from './keep-call.ts';
import { selectUsageOf } from './store.ts';

const EXPORTED_CALLS_MAX = 10_000;

/** Each kept call has a key of its own; what a person used are counts. */
export function gatewayHolder({
  database,
  keeper,
  forgetPerson,
}: {
  readonly database: Database;
  readonly keeper: CallKeeper;
  readonly forgetPerson: (workspaceId: string, personId: string) => Promise<void>;
}): DataHolder {
  return {
    objectsOf: async (workspaceId, { kind, id }) => {
      if (kind !== 'person') return [];
      return (await keeper.idsOf({ workspaceId, personId: id })).map((call) => ({ id: call, what: 'kept call' }));
    },
    forget: async (workspaceId, { kind, id }) => {
      if (kind === 'person') await forgetPerson(workspaceId, id);
    },
    exportPerson: (asker) => [
      {
        name: 'gateway-usage',
        rows: async function* () {
          yield* await database.withWorkspace(asker.workspaceId, (within) => selectUsageOf(within, asker.personId));
        },
      },
      {
        name: 'gateway-calls',
        rows: async function* () {
          yield* await keeper.list(asker, EXPORTED_CALLS_MAX);
        },
      },
    ],
  };
}
