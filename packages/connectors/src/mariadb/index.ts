import type { Connector } from '../contract.ts';
import { createPool } from '../pool.ts';
import type { PostgresOptions } from '../postgres/index.ts';
import type { MariadbAddress } from './address.ts';
import { describeRights } from './describe-rights.ts';
import { introspect } from './introspect.ts';
import { run } from './run.ts';
import { openSession } from './session.ts';

/** A source that is a MariaDB server (10.11 or newer). Opens nothing until it is used. */
export function connectMariadb(address: MariadbAddress, options: PostgresOptions = {}): Connector {
  const { connectionsMax = 8, connectTimeoutMs = 10_000, waitMs = 10_000, idleMs = 30_000 } = options;
  const { certificateAuthorities } = options;
  const transport = { connectTimeoutMs, ...(certificateAuthorities === undefined ? {} : { certificateAuthorities }) };
  const pool = createPool({
    membersMax: connectionsMax,
    waitMs,
    idleMs,
    open: (signal) => openSession(address, transport, signal),
  });
  return {
    describeRights: (signal) => describeRights(pool, address, signal),
    introspect: (signal) => introspect(pool, signal),
    run: (sql, limits, signal) => run(pool, sql, limits, signal),
    close: () => pool.close(),
    [Symbol.asyncDispose]: () => pool.close(),
  };
}
