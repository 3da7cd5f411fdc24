import type { Dialect } from './schema.ts';

declare const checked: unique symbol;

/**
 * SQL that passed the guard. Only `@strongroom/sql-guard` makes one; connectors run nothing else.
 * INVARIANT: no other package casts to this type (an architecture test looks for it).
 */
export type CheckedSql = {
  readonly [checked]: true;
  readonly dialect: Dialect;
  /** What runs, and what the person is shown as "SQL run". Carries `LIMIT rowsMax + 1`, so that completeness is known. */
  readonly text: string;
  /** Of `$1`, `$2`, …, as text; the policy's own, never a person's. */
  readonly values: readonly string[];
  readonly rowsMax: number;
};

declare const rows: unique symbol;

/**
 * Rows of a source, on their way to whoever looks: one chunk of an Arrow IPC stream.
 * INVARIANT: never meets the logger, the ledger, the database or a Disclosure. It is deliberately not a string
 * and converts to nothing but the bytes of an answer.
 */
export type RowBytes = Uint8Array & { readonly [rows]: true };
