import type { Compilable, Kysely, RawBuilder, Transaction } from 'kysely';

/**
 * Tables of the product. Each capability adds its own by declaration merging in its `store.ts`:
 * `declare module '#platform/database' { interface Tables { ledger_entries: LedgerEntriesTable } }`
 */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type
export interface Tables {}

/** What a statement that only reads is made from; a transaction is one too. */
export type Reading = Pick<Kysely<Tables>, 'selectFrom'>;

/**
 * INVARIANT: every query on our own tables runs inside `withWorkspace` or `readInWorkspace` (or by `atOnce`), in a transaction whose `strongroom.workspace`
 * setting is the workspace; row-level security is forced on every table, so code that forgets sees nothing.
 */
export type Database = {
  withWorkspace<T>(workspaceId: string, work: (transaction: Transaction<Tables>) => Promise<T>): Promise<T>;
  /** For the few tables read before the workspace is known (sessions, tokens by hash): the row's own secret is the key. */
  withLookup<T>(lookupHash: string, work: (transaction: Transaction<Tables>) => Promise<T>): Promise<T>;
  /** One statement that only reads, alone in such a transaction: one round trip where `withWorkspace` takes four. */
  readInWorkspace<T>(workspaceId: string, build: (tables: Reading) => Compilable<T>): Promise<T[]>;
  /** The same for `withLookup`. */
  readByLookup<T>(lookupHash: string, build: (tables: Reading) => Compilable<T>): Promise<T[]>;
  /**
   * One statement that is its own transaction: one round trip, and committed when it resolves. It calls a function of ours whose
   * first argument is the workspace, which it sets for this transaction before it touches a table. `name`: one for each statement,
   * under which a connection keeps it prepared.
   */
  atOnce<T extends object>(name: string, statement: RawBuilder<T>): Promise<T[]>;
  close(): Promise<void>;
};
export type { Transaction };
export { createDatabase } from './create-database.ts';
export type { DatabaseAddress } from './create-database.ts';
