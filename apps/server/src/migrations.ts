import type { Migration } from '#contracts';
import * as access from '#access';
import * as assistant from '#assistant';
import * as catalog from '#catalog';
import * as files from '#files';
import * as identity from '#identity';
import * as ledger from '#ledger';
import * as sources from '#sources';
import * as vault from '#vault';

const keepers = [ledger, vault, identity, access, files, sources, catalog, assistant];

/** The product's own schema, lowest capability first; the platform's own steps come before by themselves. */
export const migrations: Migration[] = keepers.flatMap((keeper) => keeper.migrations);
