import { ProblemError } from '@strongroom/protocol';
import type { IdentityDeps } from '../deps.ts';
import { identityProblems } from '../errors.ts';
import type { OpenPerson } from '../open-people.ts';
import { subjectIndex } from '../person-index.ts';
import { sealPerson } from '../seal-person.ts';
import type { Binding } from '../start-session.ts';

/**
 * Gives `start` what binds the person to this account of the operator's issuer, null when they are bound to it already. The key of who is
 * removed meanwhile is left to whoever removes them: a certificate shows it destroyed after the erasure was asked for, not before.
 * Throws `identity/not_invited` (403) when it is gone already.
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
  const sealed = await sealPerson(deps, workspaceId, person.id, { ...person, ...account }).catch((error: unknown) => {
    if (error instanceof ProblemError && error.code === 'vault/key_destroyed') throw identityProblems.notInvited();
    throw error;
  });
  return start({ before: person.subject_index, sealed, subjectIndex: index });
}
