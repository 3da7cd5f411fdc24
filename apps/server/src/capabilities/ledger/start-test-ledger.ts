import { randomUUID } from 'node:crypto';
import { loadClusterSecret } from '@strongroom/keyring';
import { temporaryFolder } from '@strongroom/testkit';
import pg from 'pg';
import type { Asker, AuditContext, AuditEvent } from '#contracts';
import type { Database } from '#platform/database';
import { startTestDatabase } from '../../platform/database/test-database.ts';
import { makeTestVault, testVaultMigrations } from '../vault/make-test-vault.ts';
import { createLedger, type Ledger, type LedgerKeys } from './index.ts';

export type TestLedgers = AsyncDisposable & {
  readonly database: Database;
  /** Owns every row, as whoever owns the database does. */
  readonly owner: pg.Client;
  /** A server's ledger: several share the database and the keys. */
  start(over?: { database?: Database; keys?: LedgerKeys; clock?: { now(): Date } }): Ledger;
  readonly keys: LedgerKeys;
};

/** Ledgers over a real PostgreSQL with the real vault, all closed with `Symbol.asyncDispose`. */
export async function startTestLedgers(): Promise<TestLedgers> {
  await using building = new AsyncDisposableStack();
  const folder = building.use(await temporaryFolder('ledger'));
  await loadClusterSecret(folder.path);
  const started = building.use(await startTestDatabase(testVaultMigrations));
  const { database, address } = started;
  const owner = new pg.Client({
    host: address.socketFolder,
    port: address.port,
    user: 'postgres',
    password: 'owner',
    database: 'strongroom',
    options: '-c search_path=strongroom',
  });
  await owner.connect();
  building.defer(() => owner.end());
  const clock = { now: () => new Date() };
  const { ledgerKeys: keys } = makeTestVault({ database, folder: folder.path, clock, births: 'unrecorded' }).vault;
  const ledgers: Ledger[] = [];
  building.defer(async () => void (await Promise.all(ledgers.map((one) => one.close()))));
  const built = building.move();
  return {
    database,
    owner,
    keys,
    start: (over = {}) => {
      const ledger = createLedger({ database, keys, clock, log: { error: () => {} }, ...over });
      ledgers.push(ledger);
      return ledger;
    },
    [Symbol.asyncDispose]: () => built.disposeAsync(),
  };
}

export function contextIn(workspaceId: string, over: Partial<AuditContext> = {}): AuditContext {
  const actor = { kind: 'person', id: '0197a000-0000-7000-8000-00000000aaaa', name: 'ada@example.org' } as const;
  return { workspaceId, actor, sessionId: 'session-1', address: '192.0.2.7', requestId: 'request-1', ...over };
}

export function eventOf(over: Partial<AuditEvent> = {}): AuditEvent {
  return {
    action: 'query.released',
    resource: 'aviation.public.flights',
    decision: { allowed: true, reason: 'permission ask' },
    outcome: 'done',
    counts: { rows: 5 },
    ...over,
  };
}

/** An administrator of a workspace of their own. */
export function askerOfTheirOwn(): Asker {
  return {
    workspaceId: randomUUID(),
    personId: randomUUID(),
    email: 'ada@example.org',
    name: 'Ada',
    role: 'admin',
    teams: [],
    sessionId: null,
    tokenId: 'token-1',
    own: true,
    address: '192.0.2.7',
    requestId: 'request-1',
  };
}
