import type { FastifyRequest } from 'fastify';
import type { Asker } from '#contracts';
import type { IdentityDeps } from './deps.ts';
import { identityProblems } from './errors.ts';
import { openPeople } from './open-people.ts';
import { hashOf } from './secret-text.ts';
import { findSession, findToken, touchSession, touchToken } from './secret-store.ts';
import { selectPersonById } from './store.ts';
import type { PersonRow, Within } from './store.ts';
import { SESSION_IDLE_MS, sessionCookieName } from './start-session.ts';

/** Use is noted at most this often, so that reading doesn't write each time. */
const TOUCH_MS = 60_000;

/**
 * Who sends a request: by `Authorization: Bearer`, else by the session cookie. null for nobody, and for a session
 * that is over (the page then offers to sign in). Throws `identity/bad_token` for a token that isn't good,
 * `vault/key_unavailable` (503) when the keys are away.
 */
export async function authenticate(deps: IdentityDeps, request: FastifyRequest): Promise<Asker | null> {
  const { authorization } = request.headers;
  if (authorization !== undefined) {
    const token = /^Bearer (sr_[\w-]{43})$/i.exec(authorization)?.[1];
    const asker = token === undefined ? null : await byToken(deps, token, request);
    if (asker === null) throw identityProblems.badToken();
    return asker;
  }
  const secret = request.cookies[sessionCookieName(deps.config)];
  return secret === undefined ? null : bySession(deps, secret, request);
}

async function bySession(deps: IdentityDeps, secret: string, request: FastifyRequest): Promise<Asker | null> {
  const session = await findSession(deps.database, hashOf(secret));
  const now = deps.clock.now();
  if (
    session === undefined ||
    session.expires_at <= now ||
    now.getTime() - session.last_seen_at.getTime() > SESSION_IDLE_MS
  )
    return null;
  const passing = await deps.database.withWorkspace(session.workspace_id, async (within) => {
    const person = await selectPersonById(within, session.person_id);
    if (person === undefined) return null;
    if (now.getTime() - session.last_seen_at.getTime() > TOUCH_MS) await touchSession(within, session.id, now);
    return withMaker(within, person, session.made_by ?? person.id);
  });
  const asker = await nameAsker(deps, session.workspace_id, passing, request);
  return asker === null ? null : { ...asker, sessionId: session.id, tokenId: null };
}

async function byToken(deps: IdentityDeps, secret: string, request: FastifyRequest): Promise<Asker | null> {
  const token = await findToken(deps.database, hashOf(secret));
  const now = deps.clock.now();
  if (token === undefined || (token.expires_at !== null && token.expires_at <= now)) return null;
  const passing = await deps.database.withWorkspace(token.workspace_id, async (within) => {
    const person = await selectPersonById(within, token.person_id);
    const found = person === undefined ? null : await withMaker(within, person, token.created_by);
    // INVARIANT: nobody acts for an admin by a token of their own making, whenever it was made.
    if (found === null || (found.maker !== null && found.person.role === 'admin')) return null;
    if (token.last_used_at === null || now.getTime() - token.last_used_at.getTime() > TOUCH_MS)
      await touchToken(within, token.id, now);
    return found;
  });
  const asker = await nameAsker(deps, token.workspace_id, passing, request);
  return asker === null ? null : { ...asker, sessionId: null, tokenId: token.id, scopes: token.scopes };
}

/** `maker`: who else made what the person comes by; null when they did themself. */
type Passing = { readonly person: PersonRow; readonly maker: PersonRow | null };

/** INVARIANT: what somebody made for another person is good only as long as its maker is an admin; else null. */
async function withMaker(within: Within, person: PersonRow, makerId: string | null): Promise<Passing | null> {
  if (makerId === person.id) return { person, maker: null };
  const maker = makerId === null ? undefined : await selectPersonById(within, makerId);
  return maker?.role === 'admin' ? { person, maker } : null;
}

/**
 * Opened anew for each request, one read of the keys for both, and kept as long as the request: when the keys are taken
 * away nobody is let in. null also for who is just being removed. Throws `vault/key_unavailable` (503).
 */
async function nameAsker(
  deps: IdentityDeps,
  workspaceId: string,
  passing: Passing | null,
  request: FastifyRequest,
): Promise<Omit<Asker, 'sessionId' | 'tokenId' | 'scopes'> | null> {
  if (passing === null) return null;
  const { person, maker } = passing;
  const opened = await openPeople(deps, workspaceId, maker === null ? [person] : [person, maker]);
  const [asker, madeBy] = [opened.find(({ id }) => id === person.id), opened.find(({ id }) => id === maker?.id)];
  if (asker === undefined || (maker !== null && madeBy === undefined)) return null;
  return {
    workspaceId,
    personId: asker.id,
    email: asker.email,
    name: asker.name,
    role: asker.role,
    teams: asker.team_ids,
    attributes: asker.attributes,
    own: maker === null,
    ...(madeBy === undefined ? {} : { madeBy: madeBy.email }),
    address: request.ip,
    requestId: request.id,
  };
}
