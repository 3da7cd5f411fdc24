import { auditContext } from '#contracts';
import type { Asker } from '#contracts';
import type { Person, Role } from '@strongroom/protocol';
import type { IdentityDeps } from './deps.ts';
import { erase } from './erase.ts';
import { identityProblems } from './errors.ts';
import { findPerson, referTo } from './find-person.ts';
import { isRaised, refuseNarrowed } from './full-access.ts';
import { openPerson, toPerson } from './open-people.ts';
import { endMadeForOthers } from './secret-store.ts';
import type { Ended } from './secret-store.ts';
import { lockAdmins, updateRole } from './store.ts';

/**
 * Who isn't an admin any more leaves nothing that they made for others; who becomes one keeps nothing that others made
 * for them. Throws `identity/last_admin` or `identity/local_admin` (409) when nobody could administer the workspace any
 * more, `identity/full_access_needed` (403).
 */
export async function changeRole(deps: IdentityDeps, asker: Asker, idOrEmail: string, role: Role): Promise<Person> {
  const reference = await referTo(deps, asker.workspaceId, idOrEmail);
  const { row, ended } = await deps.database.withWorkspace(asker.workspaceId, async (within) => {
    const admins = await lockAdmins(within);
    const found = await findPerson(within, reference);
    if (isRaised(found.role, role)) refuseNarrowed(asker);
    if (role !== 'admin') refuseLastAdmin(deps, admins, found);
    await updateRole(within, found.id, role);
    return {
      row: { ...found, role },
      ended: await endMadeForOthers(within, role === 'admin' ? 'for' : 'by', found.id, deps.clock.now()),
    };
  });
  endAll(deps, ended);
  await erase(deps, { people: [], tokens: ended.tokenIds }, auditContext(asker));
  const person = await openPerson(deps, asker.workspaceId, row);
  if (person === null) throw identityProblems.unknownPerson();
  return toPerson(person);
}

/** What ran by any of these stops at once. */
export function endAll(deps: IdentityDeps, { sessionIds, tokenIds }: Ended): void {
  for (const sessionId of sessionIds) deps.sessionEnded({ sessionId });
  for (const tokenId of tokenIds) deps.sessionEnded({ tokenId });
}

export function refuseLastAdmin(
  deps: IdentityDeps,
  admins: readonly string[],
  person: { id: string; local: boolean },
): void {
  if (deps.config.issuer === null && person.local) throw identityProblems.localAdmin();
  if (admins.length === 1 && admins[0] === person.id) throw identityProblems.lastAdmin();
}
