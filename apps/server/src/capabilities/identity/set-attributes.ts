import type { Person } from '@strongroom/protocol';
import type { Asker } from '#contracts';
import type { IdentityDeps } from './deps.ts';
import { identityProblems } from './errors.ts';
import { findPerson, referTo } from './find-person.ts';
import { refuseNarrowed } from './full-access.ts';
import { openPerson, toPerson } from './open-people.ts';
import { sealPerson } from './seal-person.ts';
import { updateSealed } from './store.ts';

/** One who signs in for the first time at this moment is sealed anew too. */
const ATTEMPTS_MAX = 5;

/**
 * What row filters may ask of the person, all of it anew; holds from their next request on. Throws `identity/unknown_person` (404),
 * `identity/full_access_needed` (403).
 */
export async function setAttributes(
  deps: IdentityDeps,
  asker: Asker,
  idOrEmail: string,
  attributes: Readonly<Record<string, string>>,
): Promise<Person> {
  refuseNarrowed(asker);
  const { workspaceId } = asker;
  const reference = await referTo(deps, workspaceId, idOrEmail);
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    const row = await deps.database.withWorkspace(workspaceId, (within) => findPerson(within, reference));
    const person = await openPerson(deps, workspaceId, row);
    if (person === null) throw identityProblems.unknownPerson();
    const changed = { ...person, attributes };
    const sealed = await sealPerson(deps, workspaceId, person.id, changed);
    const isDone = await deps.database.withWorkspace(workspaceId, (within) =>
      updateSealed(within, person.id, { before: row.sealed, sealed }),
    );
    if (isDone) return toPerson(changed);
  }
  throw identityProblems.unknownPerson();
}
