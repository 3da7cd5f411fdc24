import type { AnswerColumn, CheckedSql, RowBytes, SourceSchema } from '@strongroom/protocol';

/** What our role may do in the source that it should not, and what is weak on the way there; by name, for people. */
export type Rights = { readonly warnings: string[] };

export type RunLimits = {
  /** Rows delivered at most. The smaller of this and `CheckedSql.rowsMax` holds. */
  readonly rows: number;
  /** Bytes of values delivered at most, as they are decoded; the last row alone may go beyond. */
  readonly bytes: number;
  /** From the first byte sent to the source to the last row taken by the reader. */
  readonly timeoutMs: number;
};

export type RunCompletion = {
  readonly rowCount: number;
  readonly complete: boolean;
  readonly limit: 'rows' | 'bytes' | null;
};

/**
 * The answer of one statement. Nothing is read ahead of the reader but two batches; a reader that stops reading stops
 * the source. Returning from `chunks` early, or aborting the signal given to `run`, cancels natively in the source.
 */
export type RowStream = {
  readonly columns: AnswerColumn[];
  /** One Arrow IPC stream in pieces: schema, record batches, end. Iterate once. */
  readonly chunks: AsyncIterable<RowBytes>;
  /** Settles when the last chunk was made; rejects with the same ProblemError as `chunks`, `run/cancelled` after an early return. */
  readonly completion: Promise<RunCompletion>;
};

/**
 * One source, whatever its engine. Every failure is a ProblemError of `errors.ts`.
 * INVARIANT: no message, member or cause of an error holds a byte of the source's own text: it can quote row values.
 */
export type Connector = AsyncDisposable & {
  describeRights(signal?: AbortSignal): Promise<Rights>;
  /** Names, types, keys and comments of what our role may read. Never a value, default, check, enum label or partition bound. */
  introspect(signal?: AbortSignal): Promise<SourceSchema>;
  run(sql: CheckedSql, limits: RunLimits, signal?: AbortSignal): Promise<RowStream>;
  /** Cancels what runs and waits until every connection or process is gone. */
  close(): Promise<void>;
};
