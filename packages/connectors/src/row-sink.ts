import type { DataType } from 'apache-arrow';
import type { AnswerColumn, CheckedSql, ProblemError } from '@strongroom/protocol';
import { batchRowsMax, createBatchWriter } from './arrow/batch-writer.ts';
import { arrowField, type Column } from './arrow/columns.ts';
import type { RowStream, RunLimits } from './contract.ts';
import { createRowQueue } from './row-queue.ts';
import { ROW_BYTES_MAX, RowTooLargeError } from './wire-errors.ts';

/** Rows as an engine sends them, straight into Arrow columns that have room for `rowsMax`. */
export type RowDecoder = {
  readonly arrowTypes: readonly DataType[];
  readonly columns: readonly Column[];
  readonly rowsMax: number;
  /** Bytes of the rows that the columns hold, as decoded. */
  sizeBytes(): number;
  /** Adds the row at [at, end). Throws ProtocolError on garbage, run/type for what there is no room for. */
  append(buffer: Buffer, at: number, end: number): void;
};

export type RowSink = {
  readonly answer: RowStream;
  /** Throws what the decoder throws, and RowTooLargeError. */
  row(buffer: Buffer, start: number, end: number): void;
  /** After the last row. */
  finish(): void;
  /** Instead of it. */
  fail(problem: ProblemError): void;
  /** When the source may send again, after the other work of this process had its turn. */
  resume(): void;
};

/**
 * Between the rows of a source over a network and whoever reads the answer: decodes them into batches, counts them against the
 * limits, pauses the source while the reader is behind and cancels in it when the reader leaves or a limit is met.
 * `first`: a decoder without room, for its types. `leave`: called once, when nothing more is wanted of the source.
 */
export function createRowSink(
  session: { pause(): void; resume(): void; cancel(): void },
  columns: AnswerColumn[],
  decoders: { readonly first: RowDecoder; create(rowsMax: number): RowDecoder },
  { sql, limits, leave }: { readonly sql: CheckedSql; readonly limits: RunLimits; leave(): void },
): RowSink {
  let decoder = decoders.first;
  const writer = createBatchWriter(
    columns.map((column, index) => arrowField(column, decoder.arrowTypes[index]!)),
    batchRowsMax(columns.length),
  );
  const rowsMax = Math.min(limits.rows, sql.rowsMax);
  let rowCount = 0;
  let batchRows = 0;
  let batchBytes = 0;
  let totalBytes = 0;
  let limit: 'rows' | 'bytes' | null = null;

  // The other work of this process gets its turn before the next batch, however much has arrived already.
  let isResuming = false;
  const resume = (): void => {
    if (isResuming) return;
    isResuming = true;
    setImmediate(() => {
      isResuming = false;
      session.resume();
    });
  };
  const queue = createRowQueue({
    onDrain: resume,
    onLeave() {
      leave();
      session.cancel();
    },
  });
  const flush = (): void => {
    const rows = batchRows;
    if (rows === 0) return;
    session.pause();
    totalBytes += batchBytes;
    batchRows = 0;
    batchBytes = 0;
    if (queue.push(writer.take(decoder.columns, rows))) resume();
  };
  const finish = (): void => {
    leave();
    flush();
    queue.push(writer.end());
    queue.end({ rowCount, complete: limit === null, limit });
  };
  const meetLimit = (met: 'rows' | 'bytes'): void => {
    limit = met;
    // The statement's own LIMIT ends it one row further; everything else is stopped in the source.
    if (met === 'rows' && rowsMax === sql.rowsMax) return;
    finish();
    session.cancel();
  };
  queue.push(writer.start());
  return {
    answer: { columns, chunks: queue.chunks, completion: queue.completion },
    row(buffer, start, end) {
      if (limit !== null) return;
      if (rowCount === rowsMax) return meetLimit('rows');
      if (totalBytes + batchBytes + (end - start) > limits.bytes) return meetLimit('bytes');
      // As much room as the batch that begins may have: an answer of one row needs none for 65,536.
      if (batchRows === 0 && decoder.rowsMax < writer.rowsTarget) decoder = decoders.create(writer.rowsTarget);
      decoder.append(buffer, start, end);
      const sizeBytes = decoder.sizeBytes();
      if (sizeBytes - batchBytes > ROW_BYTES_MAX) throw new RowTooLargeError('row too large');
      rowCount += 1;
      batchRows += 1;
      batchBytes = sizeBytes;
      if (writer.isFull(batchRows, batchBytes)) flush();
    },
    finish,
    fail(problem) {
      leave();
      queue.fail(problem);
    },
    resume,
  };
}
