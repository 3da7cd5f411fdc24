import type { Token } from '@strongroom/protocol';
import type { Asker } from '#contracts';
import type { IdentityDeps } from './deps.ts';
import { openTokens } from './open-tokens.ts';
import type { TokenReach } from './revoke-token.ts';
import { selectTokenList } from './secret-store.ts';

/** Those that are good and that the asker could revoke, oldest first. */
export async function listTokens(deps: IdentityDeps, asker: Asker, reach: TokenReach): Promise<Token[]> {
  const rows = await deps.database.withWorkspace(asker.workspaceId, (within) =>
    selectTokenList(within, deps.clock.now(), whoseTokens(asker, reach)),
  );
  return openTokens(deps, asker.workspaceId, rows);
}

function whoseTokens(asker: Asker, reach: TokenReach) {
  if (reach === 'all') return 'everyone';
  return reach === 'own' ? { personId: asker.personId } : { tokenId: asker.tokenId };
}
