import type { FastifyReply } from 'fastify';
import { randomUUIDv7 } from '#contracts';
import type { IdentityDeps } from './deps.ts';
import { hashOf, newSecretText } from './secret-text.ts';
import { identityProblems } from './errors.ts';
import { deleteOldSessions, insertSession } from './secret-store.ts';
import { lockPerson, selectPersonById, updateSignIn, updateSubject } from './store.ts';
import type { Within } from './store.ts';

const HOUR_MS = 3_600_000;
/** Unused for this long, a session is over. */
export const SESSION_IDLE_MS = 12 * HOUR_MS;
/** Used or not, a session is over after this. */
const SESSION_MS_MAX = 7 * 24 * HOUR_MS;

/** `__Host-` binds a cookie to TLS, this host and the whole path; browsers refuse it without TLS. */
export function sessionCookieName(config: IdentityDeps['config']): string {
  return config.tls === null ? 'strongroom' : '__Host-strongroom';
}

/** The account at the operator's issuer that a person is bound to by this sign-in; `before`: the one that was found. */
export type Binding = { readonly before: Buffer | null; readonly sealed: Uint8Array; readonly subjectIndex: Buffer };

/**
 * Id of who made the link that a person comes in by; null: nobody else, or no link at all.
 * INVARIANT: of links that somebody else made, only an invitation opens what is the person's own: that of their first
 * sign-in, when nothing of theirs exists yet. The local administrator needs none: they ask by `admin.token` from the
 * start. Throws `identity/bad_link` when its maker isn't an admin any more.
 */
export async function findOpener(within: Within, personId: string, madeBy: string | null): Promise<string | null> {
  // The maker first, as removals lock admins first.
  if (madeBy !== null) await lockPerson(within, madeBy);
  await lockPerson(within, personId);
  const person = await selectPersonById(within, personId);
  if (person === undefined) throw identityProblems.notInvited();
  if (madeBy === null || madeBy === personId) return null;
  const maker = await selectPersonById(within, madeBy);
  if (maker?.role !== 'admin') throw identityProblems.badLink();
  const invitation = person.last_sign_in_at === null && !person.local;
  return invitation ? null : maker.id;
}

/**
 * Starts a browser's session and gives its cookie to `reply`; resolves as `findOpener`. Strict: no other site can make
 * the browser send it; the page that the sign-in ends on asks for its data itself, and that request is of our own site.
 * Throws `identity/other_account` (403) when the person was bound to another account in the same moment.
 */
export async function startSession(
  deps: IdentityDeps,
  person: { id: string; linkMadeBy: string | null },
  binding: Binding | null,
  reply: FastifyReply,
): Promise<string | null> {
  const secret = newSecretText();
  const now = deps.clock.now();
  const id = randomUUIDv7();
  const openerId = await deps.database.withWorkspace(deps.workspaceId, async (within) => {
    const found = await findOpener(within, person.id, person.linkMadeBy);
    await deleteOldSessions(within, now, new Date(now.getTime() - SESSION_IDLE_MS));
    if (binding !== null && !(await updateSubject(within, person.id, binding))) throw identityProblems.otherAccount();
    await updateSignIn(within, person.id, now);
    await insertSession(within, {
      id,
      workspace_id: deps.workspaceId,
      person_id: person.id,
      made_by: found,
      secret_hash: hashOf(secret),
      created_at: now,
      last_seen_at: now,
      expires_at: new Date(now.getTime() + SESSION_MS_MAX),
    });
    return found;
  });
  reply.setCookie(sessionCookieName(deps.config), secret, {
    path: '/',
    httpOnly: true,
    sameSite: 'strict',
    secure: deps.config.tls !== null,
    maxAge: SESSION_MS_MAX / 1000,
  });
  return openerId;
}
