import { auditContext } from '#contracts';
import type { Asker } from '#contracts';
import { endAll, refuseLastAdmin } from './change-role.ts';
import type { IdentityDeps } from './deps.ts';
import { erase } from './erase.ts';
import { findPerson, referTo } from './find-person.ts';
import { endAllOf, endMadeForOthers } from './secret-store.ts';
import { lockAdmins, markRemoved } from './store.ts';

/**
 * The person, with sessions, tokens, memberships, grants, and what they made for others; what runs by these stops at
 * once, and what lies sealed about them opens no more, in old copies of the rows either.
 */
export async function removePerson(deps: IdentityDeps, asker: Asker, idOrEmail: string): Promise<void> {
  const reference = await referTo(deps, asker.workspaceId, idOrEmail);
  const { personId, made, own } = await deps.database.withWorkspace(asker.workspaceId, async (within) => {
    const admins = await lockAdmins(within);
    const person = await findPerson(within, reference);
    refuseLastAdmin(deps, admins, person);
    const now = deps.clock.now();
    await markRemoved(within, person.id);
    return {
      personId: person.id,
      made: await endMadeForOthers(within, 'by', person.id, now),
      own: await endAllOf(within, person.id, now),
    };
  });
  deps.sessionEnded({ personId });
  endAll(deps, made);
  await erase(deps, { people: [personId], tokens: [...own.tokenIds, ...made.tokenIds] }, auditContext(asker));
}
