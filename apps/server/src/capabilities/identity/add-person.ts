import { randomUUIDv7, keepOrDestroy } from '#contracts';
import type { Role } from '@strongroom/protocol';
import type { IdentityNeeds } from './deps.ts';
import { identityProblems } from './errors.ts';
import type { OpenPerson } from './open-people.ts';
import { emailIndex } from './person-index.ts';
import { sealPerson } from './seal-person.ts';
import { insertPerson, selectPersonByEmail, selectPersonById } from './store.ts';

/** Of two who add one address at once, one does. Throws `identity/email_taken` (409). */
export async function addPerson(
  deps: Pick<IdentityNeeds, 'database' | 'sealer' | 'clock'>,
  workspaceId: string,
  { email, name, role, local }: { email: string; name: string; role: Role; local: boolean },
): Promise<OpenPerson> {
  const index = await emailIndex(deps, workspaceId, email);
  const taken = await deps.database.withWorkspace(workspaceId, (within) => selectPersonByEmail(within, index));
  // Before anything is sealed, so that an invitation sent twice makes no key to destroy.
  if (taken !== undefined) throw identityProblems.emailTaken(email);
  const id = randomUUIDv7();
  const details = { email, name, issuer: null, subject: null, attributes: {} };
  const row = await keepOrDestroy(deps, workspaceId, id, async () => {
    const sealed = await sealPerson(deps, workspaceId, id, details);
    return deps.database.withWorkspace(workspaceId, async (within) => {
      const person = {
        id,
        workspace_id: workspaceId,
        role,
        local,
        sealed,
        email_index: index,
        created_at: deps.clock.now(),
      };
      const inserted = (await insertPerson(within, person)) ? await selectPersonById(within, id) : undefined;
      if (inserted === undefined) throw identityProblems.emailTaken(email);
      return inserted;
    });
  });
  return { ...row, ...details };
}
