import type { Asker } from '#contracts';
import type { IdentityDeps } from './deps.ts';
import { identityProblems } from './errors.ts';
import { isUuid } from './find-person.ts';
import { deleteToken, selectToken } from './secret-store.ts';

/** `all`: everybody's tokens. `own`: those of the person. `itself`: only the token that asks. */
export type TokenReach = 'all' | 'own' | 'itself';

/** What the token runs stops at once. A token out of reach and a missing one get the same refusal. */
export async function revokeToken(deps: IdentityDeps, asker: Asker, id: string, reach: TokenReach): Promise<void> {
  if (!isUuid(id)) throw identityProblems.unknownToken();
  await deps.database.withWorkspace(asker.workspaceId, async (within) => {
    const found = await selectToken(within, id);
    const reached = reach === 'all' || id === asker.tokenId || (reach === 'own' && found?.personId === asker.personId);
    if (found === null || !reached) throw identityProblems.unknownToken();
    await deleteToken(within, id);
  });
  deps.sessionEnded({ tokenId: id });
}
