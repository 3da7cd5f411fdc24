import { auditContext } from '#contracts';
import type { Asker } from '#contracts';
import type { IdentityDeps } from './deps.ts';
import { erase } from './erase.ts';
import { identityProblems } from './errors.ts';
import { isUuid } from './find-person.ts';
import { endToken, selectToken } from './secret-store.ts';

/** `all`: everybody's tokens. `own`: those of the person. `itself`: only the token that asks. */
export type TokenReach = 'all' | 'own' | 'itself';

/** What the token runs stops at once. A token out of reach and a missing one get the same refusal. */
export async function revokeToken(deps: IdentityDeps, asker: Asker, id: string, reach: TokenReach): Promise<void> {
  if (!isUuid(id)) throw identityProblems.unknownToken();
  await deps.database.withWorkspace(asker.workspaceId, async (within) => {
    const now = deps.clock.now();
    const found = await selectToken(within, now, id);
    const reached = reach === 'all' || id === asker.tokenId || (reach === 'own' && found?.person_id === asker.personId);
    if (found === undefined || !reached) throw identityProblems.unknownToken();
    await endToken(within, id, now);
  });
  deps.sessionEnded({ tokenId: id });
  await erase(deps, { people: [], tokens: [id] }, auditContext(asker));
}
