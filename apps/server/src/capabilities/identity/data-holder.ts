import type { Asker, DataHolder, ExportedTable } from '#contracts';
import { refuseLastAdmin } from './change-role.ts';
import type { IdentityDeps } from './deps.ts';
import { findPerson, referTo } from './find-person.ts';
import { listTokens } from './list-tokens.ts';
import { openPerson, toPerson } from './open-people.ts';
import { endPerson, erasePerson, tokenIdsOf } from './remove-person.ts';
import { endAllOf, selectSessionsOf } from './secret-store.ts';
import { hasRow, lockAdmins, selectPersonById, selectPersonIds } from './store.ts';

/** Who somebody is, under their own key, and the names of tokens, each under one of its own. */
export function identityHolder(deps: IdentityDeps): DataHolder {
  return {
    find: {
      person: async (asker, idOrEmail) => {
        const reference = await referTo(deps, asker.workspaceId, idOrEmail);
        const row = await deps.database.withWorkspace(asker.workspaceId, async (within) => {
          const found = await findPerson(within, reference);
          refuseLastAdmin(deps, await lockAdmins(within), found);
          return found;
        });
        const person = await openPerson(deps, asker.workspaceId, row);
        return {
          kind: 'person',
          id: row.id,
          names: person === null ? [] : [person.email],
          ownerId: asker.personId,
        };
      },
    },
    begin: async (_, { kind, id }) => {
      if (kind === 'person' && (await isHere(deps, id))) await endPerson(deps, { id });
    },
    objectsOf: async (_, { kind, id }) => {
      if (kind !== 'person' || !(await isHere(deps, id))) return [];
      const tokens = await tokenIdsOf(deps, id);
      return [{ id, what: 'person' }, ...tokens.map((token) => ({ id: token, what: 'token' }))];
    },
    forget: async (_, { kind, id }) => {
      if (kind === 'person') await erasePerson(deps, id);
    },
    // Nobody is let in by a session, token or link of the workspace any more, and what runs by one stops.
    forgetWorkspace: async (workspaceId) => {
      const people = await deps.database.withWorkspace(workspaceId, async (within) => {
        const ids = await selectPersonIds(within);
        for (const id of ids) await endAllOf(within, id, deps.clock.now());
        return ids;
      });
      for (const personId of people) deps.sessionEnded({ personId });
    },
    exportPerson: (asker) => [
      { name: 'account', rows: () => accountOf(deps, asker) },
      { name: 'sessions', rows: () => sessionsOf(deps, asker) },
      { name: 'tokens', rows: () => tokensOf(deps, asker) },
    ],
  };
}

/** False for who was removed before: of them others may hold something still. */
async function isHere(deps: IdentityDeps, id: string): Promise<boolean> {
  return deps.database.withWorkspace(deps.workspaceId, (within) => hasRow(within, id));
}

type Rows = ReturnType<ExportedTable['rows']>;

async function* accountOf(deps: IdentityDeps, { workspaceId, personId }: Asker): Rows {
  const row = await deps.database.withWorkspace(workspaceId, (within) => selectPersonById(within, personId));
  const person = await openPerson(deps, workspaceId, row);
  if (person !== null) yield { ...toPerson(person), issuer: person.issuer, subject: person.subject };
}

async function* sessionsOf(deps: IdentityDeps, { workspaceId, personId }: Asker): Rows {
  yield* await deps.database.withWorkspace(workspaceId, (within) => selectSessionsOf(within, personId));
}

async function* tokensOf(deps: IdentityDeps, asker: Asker): Rows {
  yield* await listTokens(deps, asker, 'own');
}
