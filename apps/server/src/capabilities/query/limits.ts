import type { Dialect } from '@strongroom/protocol';
import { limitTooLarge } from './errors.ts';

/**
 * INVARIANT: every limit has an error that names it. How many rows is the asker's to say, up to a maximum; the others
 * are fixed. The length of the SQL is the guard's.
 */
export type QueryLimits = {
  readonly rowsDefault: number;
  readonly rowsMax: number;
  readonly bytesMax: number;
  readonly timeoutMs: number;
  /** Queries one person may have running at a time. */
  readonly runningMax: number;
  /** Of these, on one source: half of the connections it has (see packages/connectors), so that others get in. */
  readonly runningPerSourceMax: Readonly<Record<Dialect, number>>;
  /** How long one more than that waits for another of the person's to end. */
  readonly waitMs: number;
  /** How often the right to a query that goes on is looked at again. */
  readonly lookAgainMs: number;
  /** How long a lease lives after a heartbeat. Tabs send three in that time. */
  readonly leaseMs: number;
  /** Leases of one person that live at a time: the tabs that show an answer, and the programs that wait for one. */
  readonly leasesMax: number;
};

export const QUERY_LIMITS: QueryLimits = {
  rowsDefault: 50_000,
  rowsMax: 10_000_000,
  bytesMax: 4 * 1024 ** 3,
  timeoutMs: 120_000,
  runningMax: 20,
  runningPerSourceMax: { postgres: 4, mariadb: 4, duckdb: 1 },
  waitMs: 10_000,
  lookAgainMs: 1_000,
  leaseMs: 15_000,
  leasesMax: 100,
};

/** Throws `query/limit_too_large` (400) when more rows are asked for than may be had. */
export function rowLimit(asked: number | undefined, limits: QueryLimits): number {
  if (asked === undefined) return limits.rowsDefault;
  if (asked > limits.rowsMax) throw limitTooLarge(limits.rowsMax);
  return asked;
}
