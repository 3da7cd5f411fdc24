import { type DuckDBConnection, StatementType } from '@duckdb/node-api';
import type { AnswerColumn, RowBytes } from '@strongroom/protocol';
import { batchRowsMax, createBatchWriter } from '../arrow/batch-writer.ts';
import { arrowField } from '../arrow/columns.ts';
import { kindOfType } from '../kinds.ts';
import { FileProblem } from './classify.ts';
import { appendRow, createEncoder } from './encode-rows.ts';
import { postgresTypeName } from './map-types.ts';
import type { Answer } from './messages.ts';

// DuckDB hands out vectors of at most this many rows, and of one text for all of them.
const VECTOR_ROWS = 2048;
const ROW_BYTES_MAX = 64 * 1024 * 1024;

/** Runs one SELECT and hands on its rows batch by batch; each `emit` is awaited, so a slow reader slows the engine. */
export async function runQuery(
  connection: DuckDBConnection,
  query: { sql: string; values: readonly string[]; rows: number; bytes: number },
  emit: {
    columns(columns: AnswerColumn[]): Promise<void>;
    rows(bytes: RowBytes): Promise<void>;
  },
): Promise<{ completed: Answer; end: RowBytes }> {
  const statements = await connection.extractStatements(query.sql);
  if (statements.count !== 1) throw new FileProblem('permission');
  const prepared = await statements.prepare(0);
  if (prepared.statementType !== StatementType.SELECT) throw new FileProblem('permission');
  for (const [at, value] of query.values.entries()) prepared.bindVarchar(at + 1, value);
  const result = await prepared.stream();

  const types = result.columnTypes();
  const columns = result.columnNames().map((name, index): AnswerColumn => {
    const type = postgresTypeName(types[index]!);
    return { name, type, kind: kindOfType(type) };
  });
  await emit.columns(columns);
  const rowsMax = Math.max(batchRowsMax(columns.length), VECTOR_ROWS);
  const encoders = types.map((type) => createEncoder(type, rowsMax + VECTOR_ROWS));
  const writer = createBatchWriter(
    columns.map((column, index) => arrowField(column, encoders[index]!.arrowType)),
    rowsMax,
  );
  const filled = encoders.map(({ column }) => column);
  await emit.rows(writer.start());

  let rowCount = 0;
  let batchRows = 0;
  let batchBytes = 0;
  let totalBytes = 0;
  let limit: 'rows' | 'bytes' | null = null;
  const sizeBytes = () => encoders.reduce((sum, { column }) => sum + column.sizeBytes, 0);
  const flush = async () => {
    if (batchRows > 0) await emit.rows(writer.take(filled, batchRows));
    batchRows = 0;
    batchBytes = 0;
  };
  while (limit === null) {
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) break;
    const count = Math.min(chunk.rowCount, query.rows - rowCount);
    const vectors = encoders.map((_, index) => chunk.getColumnVector(index));
    if (count < chunk.rowCount) limit = 'rows';
    for (let row = 0; row < count; row += 1) {
      appendRow(encoders, vectors, row);
      const size = sizeBytes();
      if (size - batchBytes > ROW_BYTES_MAX) throw new FileProblem('resource');
      totalBytes += size - batchBytes;
      batchBytes = size;
      rowCount += 1;
      batchRows += 1;
      if (writer.isFull(batchRows, batchBytes)) await flush();
      if (totalBytes > query.bytes) {
        limit = 'bytes';
        break;
      }
    }
  }
  await flush();
  return { completed: { type: 'completed', rowCount, complete: limit === null, limit }, end: writer.end() };
}
