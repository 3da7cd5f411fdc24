import type { Connector } from '../contract.ts';
import { createPool } from '../pool.ts';
import type { PostgresAddress } from './address.ts';
import { describeRights } from './describe-rights.ts';
import { introspect } from './introspect.ts';
import { run } from './run.ts';
import { openSession } from './session.ts';
import { createStatementBook } from './statements.ts';
import { createTypeBook } from './types.ts';

export type PostgresOptions = {
  /** Connections at once to this source. */
  readonly connectionsMax?: number;
  readonly connectTimeoutMs?: number;
  /** How long a query waits for a free connection before `run/busy`. */
  readonly waitMs?: number;
  readonly idleMs?: number;
  /** PEM texts that are trusted instead of the runtime's own list. */
  readonly certificateAuthorities?: readonly string[];
};

/** A source that is a PostgreSQL database (12 or newer). Opens nothing until it is used. */
export function connectPostgres(address: PostgresAddress, options: PostgresOptions = {}): Connector {
  const {
    connectionsMax = 8,
    connectTimeoutMs = 10_000,
    waitMs = 10_000,
    idleMs = 30_000,
    certificateAuthorities,
  } = options;
  const sessionOptions = {
    connectTimeoutMs,
    ...(certificateAuthorities === undefined ? {} : { certificateAuthorities }),
  };
  const pool = createPool({
    membersMax: connectionsMax,
    waitMs,
    idleMs,
    open: (signal) => openSession(address, sessionOptions, signal),
  });
  const books = { types: createTypeBook(), statements: createStatementBook() };
  return {
    describeRights: (signal) => describeRights(pool, address, signal),
    introspect: (signal) => introspect(pool, signal),
    run: (sql, limits, signal) => run(pool, books, sql, limits, signal),
    close: () => pool.close(),
    [Symbol.asyncDispose]: () => pool.close(),
  };
}
