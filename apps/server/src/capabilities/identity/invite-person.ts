import type { Asker } from '#contracts';
import type { Person, Role } from '@strongroom/protocol';
import { addPerson } from './add-person.ts';
import type { IdentityDeps } from './deps.ts';
import { refuseNarrowed } from './full-access.ts';
import { toPerson } from './open-people.ts';

/** Throws `identity/email_taken` (409), `identity/full_access_needed` (403). */
export async function invitePerson(
  deps: IdentityDeps,
  asker: Asker,
  invitation: { email: string; name?: string | undefined; role: Role },
): Promise<Person> {
  if (invitation.role === 'admin') refuseNarrowed(asker);
  const { email, role, name = email } = invitation;
  return toPerson(await addPerson(deps, asker.workspaceId, { email, name, role, local: false }));
}
