import { randomUUIDv7 } from '#contracts';
import type { Asker } from '#contracts';
import type { Person, Role } from '@strongroom/protocol';
import type { IdentityDeps } from './deps.ts';
import { identityProblems } from './errors.ts';
import { refuseNarrowed } from './full-access.ts';
import { insertPerson, selectPersonById, toPerson } from './store.ts';

/** Throws `identity/email_taken` (409), `identity/full_access_needed` (403). */
export async function invitePerson(
  deps: IdentityDeps,
  asker: Asker,
  invitation: { email: string; name?: string | undefined; role: Role },
): Promise<Person> {
  if (invitation.role === 'admin') refuseNarrowed(asker);
  const id = randomUUIDv7();
  const { email, role, name = email } = invitation;
  return deps.database.withWorkspace(asker.workspaceId, async (within) => {
    const inserted = await insertPerson(within, {
      id,
      workspace_id: asker.workspaceId,
      email,
      name,
      role,
      created_at: deps.clock.now(),
    });
    if (!inserted) throw identityProblems.emailTaken(email);
    const person = await selectPersonById(within, id);
    if (person === undefined) throw identityProblems.unknownPerson();
    return toPerson(person);
  });
}
