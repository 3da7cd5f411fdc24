import type { Holding, Migration } from '#contracts';
import * as access from '#access';
import * as assistant from '#assistant';
import * as canaries from '#canaries';
import * as catalog from '#catalog';
import * as egress from '#egress';
import * as files from '#files';
import * as gateway from '#gateway';
import * as identity from '#identity';
import * as ledger from '#ledger';
import * as lifecycle from '#lifecycle';
import * as mcp from '#mcp';
import * as query from '#query';
import * as sources from '#sources';
import * as vault from '#vault';

const keepers = [
  ledger,
  vault,
  canaries,
  identity,
  access,
  files,
  sources,
  catalog,
  query,
  egress,
  assistant,
  mcp,
  gateway,
  lifecycle,
];

/** The product's own schema, lowest capability first; the platform's own steps come before by themselves. */
export const migrations: Migration[] = keepers.flatMap((keeper) => keeper.migrations);

/** All that the product keeps, by every capability. */
export const holdings: Holding[] = keepers.flatMap((keeper) => keeper.holdings);
