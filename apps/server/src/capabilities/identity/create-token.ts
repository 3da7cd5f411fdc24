import { randomUUIDv7, keepOrDestroy } from '#contracts';
import type { Asker } from '#contracts';
import type { Token } from '@strongroom/protocol';
import type { IdentityDeps } from './deps.ts';
import { identityProblems } from './errors.ts';
import { findPerson, referTo } from './find-person.ts';
import { openTokens } from './open-tokens.ts';
import { hashOf, newSecretText } from './secret-text.ts';
import { insertToken, selectToken } from './secret-store.ts';
import { lockPerson } from './store.ts';
import type { PersonRow, Within } from './store.ts';

const DAY_MS = 86_400_000;

/** Names a token can be narrowed to. Who is signed in may always read what every person of the workspace may. */
const TOKEN_SCOPES: readonly string[] = [
  'own',
  'ask',
  'gateway',
  'catalog.describe',
  'sources.manage',
  'people.manage',
  'tokens.manage',
  'ledger.read',
  'workspace.manage',
];

export type TokenWish = { person?: string | undefined; name: string; scopes: readonly string[]; expiresInDays: number };

/**
 * A token for the asker, or for somebody else by who manages tokens (it then never opens what is that person's alone).
 * The secret is returned once and kept as a hash; the name lies sealed under a key of the token's own. Throws
 * `identity/bad_scope`, `not_for_others`, `wider_token`, `for_an_admin`.
 */
export async function createToken(
  deps: IdentityDeps,
  asker: Asker,
  wish: TokenWish,
  mayManage: boolean,
): Promise<{ token: Token; secret: string }> {
  const { workspaceId } = asker;
  const unknown = wish.scopes.find((scope) => !TOKEN_SCOPES.includes(scope));
  if (unknown !== undefined) throw identityProblems.badScope(unknown);
  if ((asker.scopes ?? []).length > 0) throw identityProblems.widerToken();
  const { person: whose = asker.personId } = wish;
  if (!mayManage && whose !== asker.personId && whose.toLowerCase() !== asker.email)
    throw identityProblems.notForOthers();
  const reference = await referTo(deps, workspaceId, whose);
  const findHolder = async (within: Within): Promise<PersonRow> => {
    const person = await findPerson(within, reference);
    if (person.role === 'admin' && person.id !== asker.personId) throw identityProblems.forAnAdmin();
    return person;
  };
  // Before anything is sealed, so that a refusal makes no key to destroy.
  const holder = await deps.database.withWorkspace(workspaceId, findHolder);
  const id = randomUUIDv7();
  const secret = newSecretText('sr_');
  const now = deps.clock.now();
  const made = await keepOrDestroy(deps, workspaceId, id, async () => {
    const sealed = await deps.sealer.seal(workspaceId, id, new TextEncoder().encode(wish.name));
    return deps.database.withWorkspace(workspaceId, async (within) => {
      // Whoever is removed is removed before or after, and their tokens with them: askers first, as removals lock them.
      for (const personId of new Set([asker.personId, holder.id])) await lockPerson(within, personId);
      await findHolder(within);
      await insertToken(within, {
        id,
        workspace_id: workspaceId,
        person_id: holder.id,
        created_by: asker.personId,
        sealed,
        local: false,
        scopes: [...wish.scopes],
        secret_hash: hashOf(secret),
        created_at: now,
        expires_at: new Date(now.getTime() + wish.expiresInDays * DAY_MS),
      });
      return selectToken(within, now, id);
    });
  });
  const [token] = await openTokens(deps, workspaceId, made === undefined ? [] : [made]);
  if (token === undefined) throw identityProblems.unknownToken();
  return { token, secret };
}
