import type { GatewayView } from '@strongroom/protocol';
import type { Asker } from '#contracts';
import type { Relay } from '#egress/relay';
import type { Clock } from '#platform/clock';
import type { Database } from '#platform/database';
import { selectLimits, selectUsage } from './store.ts';
import type { UsageCounter } from './usage.ts';

/** Where calls go, what was said of keys and people, and what they used this month. `all`: of everybody, else of the asker. */
export async function showGateway(
  deps: {
    readonly relay: Pick<Relay, 'upstream' | 'model'>;
    readonly database: Database;
    readonly usage: Pick<UsageCounter, 'flush'>;
    readonly clock: Clock;
  },
  asker: Asker,
  all: boolean,
): Promise<GatewayView> {
  await deps.usage.flush();
  const month = `${deps.clock.now().toISOString().slice(0, 7)}-01`;
  const { limits, usage } = await deps.database.withWorkspace(asker.workspaceId, async (within) => ({
    limits: await selectLimits(within),
    usage: await selectUsage(within, month),
  }));
  const mine = usage.filter(({ person }) => all || person === asker.personId);
  const known = new Set([asker.personId, asker.tokenId, ...mine.map(({ key }) => key)]);
  return {
    upstream: deps.relay.upstream,
    model: deps.relay.model,
    limits: limits.filter(({ id }) => all || known.has(id)),
    usage: mine,
  };
}
