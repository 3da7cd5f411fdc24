import { randomUUID } from 'node:crypto';
import { localKeyWrapper, type KeyWrapper } from '@strongroom/keyring';
import { createLedger, type Ledger, migrations as ledgerMigrations } from '#ledger';
import type { Clock } from '#platform/clock';
import type { Database } from '#platform/database';
import { createVault, type KeyRecord, migrations as vaultMigrations, type Vault } from './index.ts';

/** Tables of both. */
export const testVaultMigrations = [...ledgerMigrations, ...vaultMigrations];

const unrecorded: KeyRecord = {
  append: async () => ({ entryId: randomUUID(), at: '' }),
  prepare: async (_, events) => ({
    receipts: events.map(() => ({ entryId: randomUUID(), at: '' })),
    write: async () => {},
    committed: () => {},
  }),
};

/**
 * A vault and the audit log that records its keys, as the server puts them together. `folder`: holds a key file.
 * `births: 'unrecorded'`: for tests that count entries.
 */
export function makeTestVault({
  database,
  folder,
  clock,
  wrapper = localKeyWrapper(folder),
  log = { error: () => {} },
  births = 'recorded',
}: {
  database: Database;
  folder: string;
  clock: Clock;
  wrapper?: KeyWrapper;
  log?: Parameters<typeof createLedger>[0]['log'];
  births?: 'recorded' | 'unrecorded';
}): { vault: Vault; ledger: Ledger } {
  const vault = createVault({ database, wrapper, clock, record: () => (births === 'recorded' ? ledger : unrecorded) });
  const ledger: Ledger = createLedger({ database, keys: vault.ledgerKeys, clock, log });
  return { vault, ledger };
}
