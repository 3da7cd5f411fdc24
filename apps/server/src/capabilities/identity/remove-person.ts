import { auditContext } from '#contracts';
import type { Asker } from '#contracts';
import { endAll, refuseLastAdmin } from './change-role.ts';
import type { IdentityDeps } from './deps.ts';
import { erase } from './erase.ts';
import { findPerson, type PersonReference, referTo } from './find-person.ts';
import { endAllOf, endMadeForOthers, selectTokenIdsOf } from './secret-store.ts';
import { lockAdmins, markRemoved } from './store.ts';

/**
 * The person, with sessions, tokens, memberships, grants, and what they made for others; what runs by these stops at
 * once, and what lies sealed about them opens no more, in old copies of the rows either.
 */
export async function removePerson(deps: IdentityDeps, asker: Asker, idOrEmail: string): Promise<void> {
  const reference = await referTo(deps, asker.workspaceId, idOrEmail);
  const personId = await endPerson(deps, reference);
  await erasePerson(deps, personId, auditContext(asker));
}

/** Nobody can use what the person had any more, nor find them; resolves with their id. Throws `identity/last_admin`, `identity/local_admin` (409). */
export async function endPerson(deps: IdentityDeps, reference: PersonReference): Promise<string> {
  const { personId, made } = await deps.database.withWorkspace(deps.workspaceId, async (within) => {
    const admins = await lockAdmins(within);
    const person = await findPerson(within, reference);
    refuseLastAdmin(deps, admins, person);
    const now = deps.clock.now();
    await markRemoved(within, person.id);
    await endAllOf(within, person.id, now);
    return { personId: person.id, made: await endMadeForOthers(within, 'by', person.id, now) };
  });
  deps.sessionEnded({ personId });
  endAll(deps, made);
  return personId;
}

/** After `endPerson`; may be repeated. */
export async function erasePerson(
  deps: IdentityDeps,
  personId: string,
  by?: ReturnType<typeof auditContext>,
): Promise<void> {
  const tokens = await tokenIdsOf(deps, personId);
  await erase(deps, { people: [personId], tokens }, by);
}

/** Tokens for the person, and those that they made for others. */
export function tokenIdsOf(deps: IdentityDeps, personId: string): Promise<string[]> {
  return deps.database.withWorkspace(deps.workspaceId, (within) => selectTokenIdsOf(within, personId));
}
