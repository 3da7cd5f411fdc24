import { ProblemError } from '@strongroom/protocol';
import type { DataHolder } from '#contracts';
import type { Database } from '#platform/database';
import type { CallKeeper } from './keep-call.ts';
import { selectUsageOf } from './store.ts';

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
          // One after the other: each may be of two megabytes, and there may be many.
          for (const id of await keeper.idsOf(asker)) {
            const call = await keeper.show(asker, id).catch(goneIsNull);
            if (call !== null) yield call;
          }
        },
      },
    ],
  };
}

/** It expired, or was deleted, meanwhile. */
function goneIsNull(error: unknown): null {
  if (error instanceof ProblemError && error.code === 'gateway/call_not_found') return null;
  throw error;
}
