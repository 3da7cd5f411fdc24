import type { Asker } from '#contracts';
import { endAll, refuseLastAdmin } from './change-role.ts';
import type { IdentityDeps } from './deps.ts';
import { findPerson } from './find-person.ts';
import { deleteMadeForOthers } from './secret-store.ts';
import { deletePerson, lockAdmins } from './store.ts';

/** The person, with sessions, tokens, memberships, grants, and what they made for others; what runs by these stops at once. */
export async function removePerson(deps: IdentityDeps, asker: Asker, idOrEmail: string): Promise<void> {
  const { personId, ended } = await deps.database.withWorkspace(asker.workspaceId, async (within) => {
    const admins = await lockAdmins(within);
    const person = await findPerson(within, idOrEmail);
    refuseLastAdmin(deps, admins, person);
    const made = await deleteMadeForOthers(within, 'by', person.id);
    await deletePerson(within, person.id);
    return { personId: person.id, ended: made };
  });
  deps.sessionEnded({ personId });
  endAll(deps, ended);
  await deps.subjectRemoved({ kind: 'person', id: personId });
}
