import { type Access, accessRoutes } from '#access';
import { type Assistant, assistantRoutes } from '#assistant';
import { type Canaries, canariesRoutes } from '#canaries';
import { type Catalog, catalogRoutes } from '#catalog';
import type { Config } from '#config';
import type { Verb } from '#contracts';
import { type Egress, egressRoutes } from '#egress';
import { type Files, filesRoutes } from '#files';
import { type Gateway, gatewayRoutes, openaiRoutes } from '#gateway';
import { type Identity, identityRoutes } from '#identity';
import { type Ledger, ledgerRoutes } from '#ledger';
import { type Lifecycle, lifecycleRoutes } from '#lifecycle';
import { type Mcp, mcpRootRoutes, mcpRoutes } from '#mcp';
import { type Query, queryRoutes } from '#query';
import { type Sources, sourcesRoutes } from '#sources';
import { type Vault, vaultRoutes } from '#vault';

type Rooms = {
  readonly config: Config;
  readonly version: string;
  readonly ledger: Ledger;
  readonly vault: Vault;
  readonly canaries: Canaries;
  readonly identity: Identity;
  readonly access: Access;
  readonly files: Files;
  readonly sources: Sources;
  readonly catalog: Catalog;
  readonly query: Query;
  readonly egress: Egress;
  readonly assistant: Assistant;
  readonly mcp: Mcp;
  readonly gateway: Gateway;
  readonly lifecycle: Lifecycle;
};

/** All that can be asked of the server, room by room; `rootVerbs` where other makers' clients expect them. */
export function verbsOf(rooms: Rooms): { readonly verbs: readonly Verb[]; readonly rootVerbs: readonly Verb[] } {
  const { config, version, ledger, canaries, identity, access, egress, mcp, gateway } = rooms;
  const { permissionsOf, allows } = access;
  return {
    verbs: [
      ...identityRoutes(identity, { permissionsOf, allows, version }),
      ...accessRoutes(access),
      ...ledgerRoutes(ledger, canaries.scan),
      ...vaultRoutes(rooms.vault),
      ...canariesRoutes(canaries),
      ...filesRoutes(rooms.files),
      ...sourcesRoutes(rooms.sources),
      ...catalogRoutes(rooms.catalog),
      ...queryRoutes(rooms.query),
      ...egressRoutes(egress, config.model),
      ...assistantRoutes(rooms.assistant),
      ...mcpRoutes(mcp),
      ...gatewayRoutes(gateway, allows),
      ...lifecycleRoutes(rooms.lifecycle),
    ],
    rootVerbs: [...identity.rootRoutes, ...mcpRootRoutes(mcp), ...openaiRoutes(gateway)],
  };
}
