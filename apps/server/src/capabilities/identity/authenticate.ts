import type { FastifyRequest } from 'fastify';
import type { Asker } from '#contracts';
import type { IdentityDeps } from './deps.ts';
import { identityProblems } from './errors.ts';
import { hashOf } from './secret-text.ts';
import { findSession, findToken, touchSession, touchToken } from './secret-store.ts';
import { selectPersonById } from './store.ts';
import type { Within } from './store.ts';
import { SESSION_IDLE_MS, sessionCookieName } from './start-session.ts';

/** Use is noted at most this often, so that reading doesn't write each time. */
const TOUCH_MS = 60_000;

/**
 * Who sends a request: by `Authorization: Bearer`, else by the session cookie. null for nobody, and for a session
 * that is over (the page then offers to sign in). Throws `identity/bad_token` for a token that isn't good.
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
  return deps.database.withWorkspace(session.workspace_id, async (within) => {
    const person = await selectPersonById(within, session.person_id);
    if (person === undefined) return null;
    if (now.getTime() - session.last_seen_at.getTime() > TOUCH_MS) await touchSession(within, session.id, now);
    const maker = await findMaker(within, person.id, session.made_by ?? person.id);
    if (maker === null) return null;
    return { ...askerOf(session.workspace_id, person, request), ...maker, sessionId: session.id, tokenId: null };
  });
}

async function byToken(deps: IdentityDeps, secret: string, request: FastifyRequest): Promise<Asker | null> {
  const token = await findToken(deps.database, hashOf(secret));
  const now = deps.clock.now();
  if (token === undefined || (token.expires_at !== null && token.expires_at <= now)) return null;
  return deps.database.withWorkspace(token.workspace_id, async (within) => {
    const person = await selectPersonById(within, token.person_id);
    const maker = person === undefined ? null : await findMaker(within, person.id, token.created_by);
    if (person === undefined || maker === null) return null;
    // INVARIANT: nobody acts for an admin by a token of their own making, whenever it was made.
    if (!maker.own && person.role === 'admin') return null;
    if (token.last_used_at === null || now.getTime() - token.last_used_at.getTime() > TOUCH_MS)
      await touchToken(within, token.id, now);
    return {
      ...askerOf(token.workspace_id, person, request),
      ...maker,
      sessionId: null,
      tokenId: token.id,
      scopes: token.scopes,
    };
  });
}

/** INVARIANT: what somebody made for another person is good only as long as its maker is an admin; else null. */
async function findMaker(
  within: Within,
  personId: string,
  makerId: string | null,
): Promise<Pick<Asker, 'own' | 'madeBy'> | null> {
  if (makerId === personId) return { own: true };
  const maker = makerId === null ? undefined : await selectPersonById(within, makerId);
  return maker?.role === 'admin' ? { own: false, madeBy: maker.email } : null;
}

function askerOf(
  workspaceId: string,
  person: { id: string; email: string; name: string; role: Asker['role']; team_ids: string[] },
  request: FastifyRequest,
) {
  return {
    workspaceId,
    personId: person.id,
    email: person.email,
    name: person.name,
    role: person.role,
    teams: person.team_ids,
    address: request.ip,
    requestId: request.id,
  };
}
