import { randomUUIDv7 } from '#contracts';
import type { IdentityDeps } from './deps.ts';
import { identityProblems } from './errors.ts';
import { findPerson, referTo } from './find-person.ts';
import { hashOf, newSecretText } from './secret-text.ts';
import { deleteOldLinks, insertLink } from './secret-store.ts';
import type { PersonRow } from './store.ts';

/** INVARIANT 7: a link lives 10 minutes, works once, and carries its code in the fragment, which no server or log sees. */
const LINK_MS = 10 * 60_000;

/**
 * A fresh one-time link for a person, by id or email address. It keeps who made it, null for the start: what it opens is
 * decided when it is used (start-session.ts). Throws `identity/no_evaluation` with an issuer.
 */
export async function makeSignInLink(
  deps: IdentityDeps,
  idOrEmail: string,
  madeBy: string | null,
): Promise<{ person: PersonRow; link: string; expiresAt: string }> {
  if (deps.config.issuer !== null) throw identityProblems.noEvaluation();
  const code = newSecretText();
  const now = deps.clock.now();
  const expiresAt = new Date(now.getTime() + LINK_MS);
  const reference = await referTo(deps, deps.workspaceId, idOrEmail);
  const person = await deps.database.withWorkspace(deps.workspaceId, async (within) => {
    await deleteOldLinks(within, now);
    const found = await findPerson(within, reference);
    await insertLink(within, {
      id: randomUUIDv7(),
      workspace_id: deps.workspaceId,
      person_id: found.id,
      made_by: madeBy,
      secret_hash: hashOf(code),
      expires_at: expiresAt,
    });
    return found;
  });
  return { person, link: `${deps.origin()}/sign-in#code=${code}`, expiresAt: expiresAt.toISOString() };
}
