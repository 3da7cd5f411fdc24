import type { IdentityDeps } from '../deps.ts';
import type { OpenPerson } from '../open-people.ts';
import { subjectIndex } from '../person-index.ts';
import { sealPerson } from '../seal-person.ts';
import type { Binding } from '../start-session.ts';
import { selectPersonById } from '../store.ts';

/**
 * Gives `start` what binds the person to this account of the operator's issuer, null when they are bound to it already.
 * Whoever was removed meanwhile was sealed once more, under a new key: when `start` throws for them, it goes too.
 */
export async function bindAccount<T>(
  deps: IdentityDeps,
  person: OpenPerson,
  account: { readonly issuer: string; readonly subject: string },
  start: (binding: Binding | null) => Promise<T>,
): Promise<T> {
  if (person.issuer === account.issuer && person.subject === account.subject) return start(null);
  const { workspaceId } = deps;
  const index = await subjectIndex(deps, workspaceId, account);
  try {
    const sealed = await sealPerson(deps, workspaceId, person.id, { ...person, ...account });
    return await start({ before: person.subject_index, sealed, subjectIndex: index });
  } catch (error) {
    const there = await deps.database.withWorkspace(workspaceId, (within) => selectPersonById(within, person.id));
    if (there === undefined) await deps.sealer.destroy(workspaceId, [person.id]);
    throw error;
  }
}
