import type { GatewayLimitsInput, GatewayView, KeptCall } from '@strongroom/protocol';
import type { Asker, AuditWriter, Call, DataHolder, Sealer } from '#contracts';
import type { Relay, RelayPath } from '#egress/relay';
import type { Directory } from '#identity';
import type { Clock } from '#platform/clock';
import type { Database } from '#platform/database';
import { forgetting } from '#platform/memory';
import { admit } from './admit.ts';
import { AT_ONCE, createCallsAtOnce } from './calls-at-once.ts';
import { gatewayHolder } from './data-holder.ts';
import { createCallKeeper } from './keep-call.ts';
import { createKeys } from './keys.ts';
import { listModels, showModel } from './list-models.ts';
import { refuseOther } from './refuse-other.ts';
import { relayRequest } from './relay-request.ts';
import { setKeyLimits, setPersonLimits, setRetention } from './set-limits.ts';
import { showGateway } from './show-gateway.ts';
import { deleteLimits, deleteUsageOf, selectLimits } from './store.ts';
import { createUsageCounter } from './usage.ts';

export { holdings } from './holdings.ts';
export { migrations } from './migrations.ts';
export { gatewayRoutes, openaiRoutes } from './routes.ts';

export type Gateway = {
  /** See admit.ts. */
  admit(call: Pick<Call<unknown>, 'asker' | 'request' | 'reply'>): Promise<void>;
  /** See relay-request.ts. */
  relay(call: Call<unknown>, path: RelayPath): Promise<unknown>;
  listModels(call: Call<unknown>): Promise<unknown>;
  showModel(call: Call<unknown>, name: string): Promise<unknown>;
  /** Always a refusal. */
  refuseOther(call: Call<unknown>, path: string): Promise<never>;
  show(asker: Asker, all: boolean): Promise<GatewayView>;
  setKeyLimits(asker: Asker, id: string, limits: GatewayLimitsInput): Promise<void>;
  setPersonLimits(asker: Asker, email: string, limits: GatewayLimitsInput): Promise<void>;
  setRetention(asker: Asker, id: string, days: number | null): Promise<void>;
  readonly calls: {
    list(asker: Asker, limit: number): Promise<KeptCall[]>;
    show(asker: Asker, id: string): Promise<KeptCall>;
    remove(asker: Asker, id: string): Promise<void>;
    removeAll(asker: Asker): Promise<{ removed: number }>;
  };
  /** What was said of a key that is revoked goes. */
  keyEnded(workspaceId: string, keyId: string): void;
  forgetPerson(workspaceId: string, personId: string): Promise<void>;
  /** Removes what has expired, keys first, and what was said of API keys that have ended. */
  sweep(workspaceId: string): Promise<void>;
  readonly holder: DataHolder;
  /** Once nothing runs any more: waits until all that was counted is written. */
  close(): Promise<void>;
};

export function createGateway(deps: {
  readonly relay: Relay;
  readonly database: Database;
  readonly directory: Pick<Directory, 'personByEmail' | 'tokenById'>;
  readonly sealer: Sealer;
  readonly audit: AuditWriter;
  readonly clock: Clock;
  readonly nowMs: () => number;
  /** Something of a call that has ended could not be written. */
  readonly onUnwritten: (error: unknown) => void;
}): Gateway {
  const { database, clock, relay, onUnwritten } = deps;
  const keys = createKeys({ database, clock, model: relay.model });
  const usage = createUsageCounter({
    ...deps,
    upstream: () => relay.upstream,
    flushed: keys.forget,
  });
  const keeper = createCallKeeper(deps);
  const pending = new Set<Promise<void>>();
  const afterwards = (work: Promise<unknown>): void => {
    const settled = work.then(() => {}, onUnwritten).finally(() => pending.delete(settled));
    pending.add(settled);
  };
  const atOnce = createCallsAtOnce(AT_ONCE);
  const needs = { ...deps, keys, atOnce, usage, keeper, afterwards };
  const changing = { directory: deps.directory, database: forgetting(database, keys) };
  const forgetLimits = (workspaceId: string, subject: Parameters<typeof deleteLimits>[1]) =>
    changing.database.withWorkspace(workspaceId, (within) => deleteLimits(within, subject));
  /** Of keys that were revoked, that have expired, or whose holder was removed. */
  const forgetEndedKeys = async (workspaceId: string): Promise<void> => {
    for (const { subject: kind, id } of await database.withWorkspace(workspaceId, selectLimits))
      if (kind === 'key' && (await deps.directory.tokenById(workspaceId, id)) === null)
        await forgetLimits(workspaceId, { kind, id });
  };
  const forgetPerson = async (workspaceId: string, personId: string): Promise<void> => {
    await keeper.forgetPerson({ workspaceId, personId });
    await usage.forgetPerson(personId);
    await changing.database.withWorkspace(workspaceId, async (within) => {
      await deleteLimits(within, { kind: 'person', id: personId });
      await deleteUsageOf(within, personId);
    });
    await forgetEndedKeys(workspaceId);
  };
  return {
    admit: (call) => admit(needs, call),
    relay: (call, path) => relayRequest(needs, call, path),
    listModels: (call) => listModels(needs, call),
    showModel: (call, name) => showModel(needs, call, name),
    refuseOther: (call, path) => refuseOther(needs, call, path),
    show: (asker, all) => showGateway(needs, asker, all),
    setKeyLimits: (asker, id, limits) => setKeyLimits(changing, asker, id, limits),
    setPersonLimits: (asker, email, limits) => setPersonLimits(changing, asker, email, limits),
    setRetention: (asker, id, days) => setRetention(changing, asker, id, days),
    calls: keeper,
    keyEnded: (workspaceId, id) => afterwards(forgetLimits(workspaceId, { kind: 'key', id })),
    forgetPerson,
    sweep: async (workspaceId) => {
      await keeper.sweep(workspaceId);
      await forgetEndedKeys(workspaceId);
    },
    holder: gatewayHolder({ database, keeper, forgetPerson }),
    close: async () => {
      while (pending.size > 0) await Promise.all(pending);
      await usage.close();
    },
  };
}
