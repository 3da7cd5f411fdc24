// Sessions, API tokens and sign-in links: what opens the door, found by the hash of its secret.
import type { Database } from '#platform/database';
import type { Within } from './store.ts';

export async function insertSession(
  within: Within,
  session: {
    id: string;
    workspace_id: string;
    person_id: string;
    made_by: string | null;
    secret_hash: string;
    created_at: Date;
    last_seen_at: Date;
    expires_at: Date;
  },
): Promise<void> {
  await within.insertInto('sessions').values(session).execute();
}

export async function findSession(database: Database, hash: string) {
  const [session] = await database.readByLookup(hash, (tables) =>
    tables
      .selectFrom('sessions')
      .select(['id', 'workspace_id', 'person_id', 'made_by', 'last_seen_at', 'expires_at'])
      .limit(1),
  );
  return session;
}

export async function touchSession(within: Within, id: string, at: Date): Promise<void> {
  await within.updateTable('sessions').set({ last_seen_at: at }).where('id', '=', id).execute();
}

export async function deleteSession(within: Within, id: string): Promise<void> {
  await within.deleteFrom('sessions').where('id', '=', id).execute();
}

export async function deleteOldSessions(within: Within, now: Date, unusedSince: Date): Promise<void> {
  await within
    .deleteFrom('sessions')
    .where((where) => where.or([where('expires_at', '<', now), where('last_seen_at', '<', unusedSince)]))
    .execute();
}

export async function insertToken(
  within: Within,
  token: {
    id: string;
    workspace_id: string;
    person_id: string;
    created_by: string;
    /** Its name; null for the token of `admin.token`, which has none. */
    sealed: Uint8Array | null;
    local: boolean;
    scopes: string[];
    secret_hash: string;
    created_at: Date;
    expires_at: Date | null;
  },
): Promise<void> {
  await within.insertInto('api_tokens').values(token).execute();
}

export async function findToken(database: Database, hash: string) {
  const [token] = await database.readByLookup(hash, (tables) =>
    tables
      .selectFrom('api_tokens')
      .select(['id', 'workspace_id', 'person_id', 'created_by', 'scopes', 'expires_at', 'last_used_at'])
      .limit(1),
  );
  return token;
}

export async function touchToken(within: Within, id: string, at: Date): Promise<void> {
  await within.updateTable('api_tokens').set({ last_used_at: at }).where('id', '=', id).execute();
}

function selectTokens(within: Within, now: Date) {
  return within
    .selectFrom('api_tokens')
    .innerJoin('people as of_person', 'of_person.id', 'api_tokens.person_id')
    .leftJoin('people as by_person', 'by_person.id', 'api_tokens.created_by')
    .select([
      'api_tokens.id',
      'api_tokens.sealed',
      'api_tokens.scopes',
      'api_tokens.created_at',
      'api_tokens.expires_at',
      'api_tokens.last_used_at',
      'api_tokens.person_id',
      'of_person.sealed as person_sealed',
      'by_person.id as maker_id',
      'by_person.sealed as maker_sealed',
    ])
    .where('api_tokens.local', '=', false)
    .where((where) => where.or([where('api_tokens.expires_at', 'is', null), where('api_tokens.expires_at', '>', now)]));
}

export type TokenRow = Awaited<ReturnType<ReturnType<typeof selectTokens>['executeTakeFirstOrThrow']>>;

/** Those that are good, oldest first. */
export function selectTokenList(
  within: Within,
  now: Date,
  whose: 'everyone' | { personId: string } | { tokenId: string | null },
): Promise<TokenRow[]> {
  const all = selectTokens(within, now).orderBy('api_tokens.created_at');
  const some =
    whose === 'everyone'
      ? all
      : 'personId' in whose
        ? all.where('api_tokens.person_id', '=', whose.personId)
        : all.where('api_tokens.id', '=', whose.tokenId);
  return some.execute();
}

export function selectToken(within: Within, now: Date, id: string): Promise<TokenRow | undefined> {
  return selectTokens(within, now).where('api_tokens.id', '=', id).executeTakeFirst();
}

/** Of one that is good. */
export async function selectTokenOwner(within: Within, now: Date, id: string): Promise<{ personId: string } | null> {
  const token = await within
    .selectFrom('api_tokens')
    .select('person_id as personId')
    .where('id', '=', id)
    .where((where) => where.or([where('expires_at', 'is', null), where('expires_at', '>', now)]))
    .executeTakeFirst();
  return token ?? null;
}

/** It is good no more from this transaction on; its key and its row go next, and never the row first. */
export async function endToken(within: Within, id: string, now: Date): Promise<void> {
  await within.updateTable('api_tokens').set({ expires_at: now }).where('id', '=', id).execute();
}

export async function selectEndedTokens(within: Within, now: Date): Promise<string[]> {
  const rows = await within.selectFrom('api_tokens').select('id').where('expires_at', '<=', now).execute();
  return rows.map(({ id }) => id);
}

export async function deleteTokens(within: Within, ids: readonly string[]): Promise<void> {
  if (ids.length > 0)
    await within
      .deleteFrom('api_tokens')
      .where('id', 'in', [...ids])
      .execute();
}

export async function deleteLocalTokens(within: Within): Promise<void> {
  await within.deleteFrom('api_tokens').where('local', '=', true).execute();
}

/** Ids of the sessions that are gone, and of the tokens that ended. */
export type Ended = { readonly sessionIds: string[]; readonly tokenIds: string[] };

/** All that opens the door for somebody else than who made it: made by this person, or made for this person. */
export async function endMadeForOthers(
  within: Within,
  side: 'by' | 'for',
  personId: string,
  now: Date,
): Promise<Ended> {
  const [whose, tokens, sessions, links] = [
    side === 'by' ? ('made_by' as const) : ('person_id' as const),
    within.updateTable('api_tokens').set({ expires_at: now }).whereRef('created_by', 'is distinct from', 'person_id'),
    within.deleteFrom('sessions').where('made_by', 'is not', null).whereRef('made_by', '<>', 'person_id'),
    within.deleteFrom('sign_in_links').where('made_by', 'is not', null).whereRef('made_by', '<>', 'person_id'),
  ];
  await links.where(whose, '=', personId).execute();
  const [endedTokens, endedSessions] = [
    await tokens
      .where(side === 'by' ? 'created_by' : 'person_id', '=', personId)
      .returning('id')
      .execute(),
    await sessions.where(whose, '=', personId).returning('id').execute(),
  ];
  return { tokenIds: endedTokens.map(({ id }) => id), sessionIds: endedSessions.map(({ id }) => id) };
}

/** All that opens the door for this person, whoever made it. */
export async function endAllOf(within: Within, personId: string, now: Date): Promise<void> {
  await within.deleteFrom('sign_in_links').where('person_id', '=', personId).execute();
  await within.deleteFrom('sessions').where('person_id', '=', personId).execute();
  await within.updateTable('api_tokens').set({ expires_at: now }).where('person_id', '=', personId).execute();
}

/** Tokens for the person, and those that they made for others. */
export async function selectTokenIdsOf(within: Within, personId: string): Promise<string[]> {
  const rows = await within
    .selectFrom('api_tokens')
    .select('id')
    .where((where) => where.or([where('person_id', '=', personId), where('created_by', '=', personId)]))
    .execute();
  return rows.map(({ id }) => id);
}

/** Without what opens them. */
export function selectSessionsOf(within: Within, personId: string) {
  return within
    .selectFrom('sessions')
    .select([
      'id',
      'made_by as madeBy',
      'created_at as createdAt',
      'last_seen_at as lastSeenAt',
      'expires_at as expiresAt',
    ])
    .where('person_id', '=', personId)
    .orderBy('created_at')
    .execute();
}

export async function insertLink(
  within: Within,
  link: {
    id: string;
    workspace_id: string;
    person_id: string;
    made_by: string | null;
    secret_hash: string;
    expires_at: Date;
  },
): Promise<void> {
  await within.insertInto('sign_in_links').values(link).execute();
}

export async function deleteOldLinks(within: Within, now: Date): Promise<void> {
  await within.deleteFrom('sign_in_links').where('expires_at', '<', now).execute();
}

/** Whether a link could be taken now. */
export async function isLinkGood(database: Database, hash: string, now: Date): Promise<boolean> {
  const found = await database.withLookup(hash, (within) =>
    within.selectFrom('sign_in_links').select('expires_at').executeTakeFirst(),
  );
  return found !== undefined && found.expires_at > now;
}

/** Finds a link and removes it in one step: of two that come at once, one gets it. */
export async function takeLink(
  database: Database,
  hash: string,
): Promise<{ person_id: string; made_by: string | null; expires_at: Date } | null> {
  const found = await database.withLookup(hash, (within) =>
    within.selectFrom('sign_in_links').select(['id', 'workspace_id']).executeTakeFirst(),
  );
  if (found === undefined) return null;
  const taken = await database.withWorkspace(found.workspace_id, (within) =>
    within
      .deleteFrom('sign_in_links')
      .where('id', '=', found.id)
      .returning(['person_id', 'made_by', 'expires_at'])
      .executeTakeFirst(),
  );
  return taken ?? null;
}
