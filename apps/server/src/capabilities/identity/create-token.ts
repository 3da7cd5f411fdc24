import { randomUUIDv7 } from '#contracts';
import type { Asker } from '#contracts';
import type { Token } from '@strongroom/protocol';
import type { IdentityDeps } from './deps.ts';
import { identityProblems } from './errors.ts';
import { findPerson } from './find-person.ts';
import { hashOf, newSecretText } from './secret-text.ts';
import { insertToken, selectToken } from './secret-store.ts';

const DAY_MS = 86_400_000;

/** Names a token can be narrowed to. Who is signed in may always read what every person of the workspace may. */
const TOKEN_SCOPES: readonly string[] = [
  'own',
  'ask',
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
 * The secret is returned once and kept as a hash. Throws `identity/bad_scope`, `not_for_others`, `wider_token`,
 * `for_an_admin`.
 */
export async function createToken(
  deps: IdentityDeps,
  asker: Asker,
  wish: TokenWish,
  mayManage: boolean,
): Promise<{ token: Token; secret: string }> {
  const unknown = wish.scopes.find((scope) => !TOKEN_SCOPES.includes(scope));
  if (unknown !== undefined) throw identityProblems.badScope(unknown);
  if ((asker.scopes ?? []).length > 0) throw identityProblems.widerToken();
  const id = randomUUIDv7();
  const secret = newSecretText('sr_');
  const now = deps.clock.now();
  return deps.database.withWorkspace(asker.workspaceId, async (within) => {
    if (
      !mayManage &&
      wish.person !== undefined &&
      wish.person !== asker.personId &&
      wish.person.toLowerCase() !== asker.email
    )
      throw identityProblems.notForOthers();
    const person = await findPerson(within, wish.person ?? asker.personId);
    if (person.role === 'admin' && person.id !== asker.personId) throw identityProblems.forAnAdmin();
    await insertToken(within, {
      id,
      workspace_id: asker.workspaceId,
      person_id: person.id,
      created_by: asker.personId,
      name: wish.name,
      local: false,
      scopes: [...wish.scopes],
      secret_hash: hashOf(secret),
      created_at: now,
      expires_at: new Date(now.getTime() + wish.expiresInDays * DAY_MS),
    });
    const made = await selectToken(within, id);
    if (made === null) throw identityProblems.unknownToken();
    return { token: made.token, secret };
  });
}
