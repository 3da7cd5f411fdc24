import type { FastifyRequest } from 'fastify';
import type { Asker, Opener } from '#contracts';
import type { ShortMemory } from '#platform/memory';
import type { IdentityDeps } from './deps.ts';
import { identityProblems } from './errors.ts';
import { openRows } from './open-people.ts';
import { hashOf } from './secret-text.ts';
import { findSession, findToken, touchSession, touchToken } from './secret-store.ts';
import { type PersonRow, readPeopleByIds } from './store.ts';
import { SESSION_IDLE_MS, sessionCookieName } from './start-session.ts';

export type AuthenticateDeps = IdentityDeps & { readonly admitted: ShortMemory<Admitted | null> };

/** How long a change on another server may stay unknown; one on this server is known at once. */
export const ADMITTED_MS = 1_000;
/** Use is noted at most this often, so that reading doesn't write each time. */
const TOUCH_MS = 60_000;

/** Whom a secret lets in, and until when; the same for all their requests. */
export type Admitted = {
  readonly who: Omit<Asker, 'address' | 'requestId'>;
  /** null: until it is taken back. */
  readonly expiresAt: Date | null;
};

/**
 * Who sends a request: by `Authorization: Bearer`, else by the session cookie. null for nobody, and for a session
 * that is over (the page then offers to sign in). Throws `identity/bad_token` for a token that isn't good,
 * `vault/key_unavailable` (503) when the keys are away. `isUse`: whether it is noted as used, which keeps a session alive. INVARIANT: whoever is let in was found in the database, and their name
 * opened by their keys, no longer than `ADMITTED_MS` ago, and after the last change that this server made to people or secrets.
 */
export async function authenticate(
  deps: AuthenticateDeps,
  request: FastifyRequest,
  isUse: boolean,
): Promise<Asker | null> {
  const { authorization } = request.headers;
  if (authorization !== undefined) {
    const token = /^Bearer (sr_[\w-]{43})$/i.exec(authorization)?.[1];
    const asker = token === undefined ? null : await admit(deps, byToken, token, request, isUse);
    if (asker === null) throw identityProblems.badToken();
    return asker;
  }
  const secret = request.cookies[sessionCookieName(deps.config)];
  return secret === undefined ? null : admit(deps, bySession, secret, request, isUse);
}

async function admit(
  deps: AuthenticateDeps,
  find: (deps: IdentityDeps, hash: string, isUse: boolean) => Promise<Admitted | null>,
  secret: string,
  { ip, id }: FastifyRequest,
  isUse: boolean,
): Promise<Asker | null> {
  const hash = hashOf(secret);
  // Apart, or a heartbeat a moment before would keep what a person does from being noted.
  const key = `${find.name} ${isUse ? 'used' : 'seen'} ${hash}`;
  const admitted = await deps.admitted.get(key, () => find(deps, hash, isUse));
  if (admitted === null || isOver(admitted.expiresAt, deps.clock.now())) return null;
  return { ...admitted.who, address: ip, requestId: id };
}

function isOver(expiresAt: Date | null, now: Date): boolean {
  return expiresAt !== null && expiresAt <= now;
}

async function bySession(deps: IdentityDeps, secretHash: string, isUse: boolean): Promise<Admitted | null> {
  const session = await findSession(deps.database, secretHash);
  const now = deps.clock.now();
  if (
    session === undefined ||
    isOver(session.expires_at, now) ||
    now.getTime() - session.last_seen_at.getTime() > SESSION_IDLE_MS
  )
    return null;
  const passing = await readPassing(deps, session, session.made_by ?? session.person_id);
  if (isUse && passing !== null && now.getTime() - session.last_seen_at.getTime() > TOUCH_MS)
    await deps.database.withWorkspace(session.workspace_id, (within) => touchSession(within, session.id, now));
  const person = await namePerson(session.workspace_id, passing);
  return person === null
    ? null
    : { who: { ...person, sessionId: session.id, tokenId: null }, expiresAt: session.expires_at };
}

async function byToken(deps: IdentityDeps, secretHash: string, isUse: boolean): Promise<Admitted | null> {
  const token = await findToken(deps.database, secretHash);
  const now = deps.clock.now();
  if (token === undefined || isOver(token.expires_at, now)) return null;
  const passing = await readPassing(deps, token, token.created_by);
  // INVARIANT: nobody acts for an admin by a token of their own making, whenever it was made.
  if (passing === null || (passing.maker !== null && passing.person.role === 'admin')) return null;
  if (isUse && (token.last_used_at === null || now.getTime() - token.last_used_at.getTime() > TOUCH_MS))
    await deps.database.withWorkspace(token.workspace_id, (within) => touchToken(within, token.id, now));
  const person = await namePerson(token.workspace_id, passing);
  if (person === null) return null;
  return { who: { ...person, sessionId: null, tokenId: token.id, scopes: token.scopes }, expiresAt: token.expires_at };
}

/** `maker`: who else made what the person comes by; null when they did themself. */
type Passing = { readonly person: PersonRow; readonly maker: PersonRow | null; readonly opening: Promise<Opener> };

/** INVARIANT: what somebody made for another person is good only as long as its maker is an admin; else null. */
async function readPassing(
  { database, sealer }: IdentityDeps,
  { workspace_id: workspaceId, person_id: personId }: { workspace_id: string; person_id: string },
  makerId: string | null,
): Promise<Passing | null> {
  if (makerId === null) return null;
  const ids = makerId === personId ? [personId] : [personId, makerId];
  // Read at the same time as whom they open, since every request waits for both. Who does not pass gets no word of the keys.
  const opening = sealer.opener(workspaceId, ids);
  opening.catch(() => {});
  const people = await readPeopleByIds(database, workspaceId, ids);
  const [person, maker] = [personId, makerId].map((id) => people.find((one) => one.id === id));
  if (person === undefined || maker === undefined) return null;
  if (makerId === personId) return { person, maker: null, opening };
  return maker.role === 'admin' ? { person, maker, opening } : null;
}

/** One read of the keys for both. null also for who is just being removed. Throws `vault/key_unavailable` (503). */
async function namePerson(
  workspaceId: string,
  passing: Passing | null,
): Promise<Omit<Admitted['who'], 'sessionId' | 'tokenId' | 'scopes'> | null> {
  if (passing === null) return null;
  const { person, maker, opening } = passing;
  const opened = openRows(await opening, maker === null ? [person] : [person, maker]);
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
  };
}
