import type { AnswerColumn, ValueKind } from '@strongroom/protocol';
import type { RecordBatch, Vector } from 'apache-arrow';

/** A value as the tab shows it: dates, times and decimals are text; bytes are `\x…`; structures are JSON. */
export type Cell = string | number | bigint | boolean | null;

/** Rows of one answer, in this tab's memory only. A snapshot: growing makes a new one over the same batches. */
export type Rows = {
  readonly columns: readonly AnswerColumn[];
  readonly count: number;
  at(row: number, column: number): Cell;
};

/** Reads an Arrow IPC stream, in pieces of any size, and calls `onGrow` after each record batch. */
export async function readRows(
  pieces: AsyncIterable<Uint8Array>,
  columns: readonly AnswerColumn[],
  onGrow: (rows: Rows) => void,
): Promise<Rows> {
  const { RecordBatchReader } = await import('apache-arrow');
  const batches: RecordBatch[] = [];
  const starts: number[] = [];
  let count = 0;
  const reader = await RecordBatchReader.from(pieces);
  for await (const batch of reader) {
    if (batch.numRows === 0) continue;
    starts.push(count);
    batches.push(batch);
    count += batch.numRows;
    onGrow(snapshot(columns, batches, starts, count));
  }
  return snapshot(columns, batches, starts, count);
}

export function noRows(columns: readonly AnswerColumn[]): Rows {
  return { columns, count: 0, at: () => null };
}

function snapshot(
  columns: readonly AnswerColumn[],
  batches: readonly RecordBatch[],
  starts: readonly number[],
  count: number,
): Rows {
  const vectors: (Vector | null)[][] = batches.map((batch) => columns.map((_, index) => batch.getChildAt(index)));
  const at = (row: number, column: number): Cell => {
    const batch = batchOf(starts, row);
    const value: unknown = vectors[batch]?.[column]?.get(row - (starts[batch] ?? 0));
    return cellOf(value, columns[column]);
  };
  return { columns, count, at };
}

function batchOf(starts: readonly number[], row: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= row) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** One Arrow value as a cell of the given kind. */
function cellOf(value: unknown, column: { kind: ValueKind; type: string } | undefined): Cell {
  if (value === null || value === undefined) return null;
  if (typeof value === 'number') return numberCell(value, column?.kind ?? 'other', column?.type ?? '');
  if (typeof value === 'bigint')
    return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array)
    return `\\x${Array.from(value, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
  return JSON.stringify(value, (_, member: unknown) => (typeof member === 'bigint' ? member.toString() : member));
}

/** Dates and timestamps arrive as milliseconds since 1970 in UTC, with microseconds as the fraction. */
function numberCell(value: number, kind: ValueKind, type: string): Cell {
  if (kind === 'date') return isoOf(value).slice(0, 10);
  if (kind !== 'timestamp') return value;
  const micros = Math.round((value - Math.floor(value / 1000) * 1000) * 1000);
  const fraction = micros === 0 ? '' : `.${String(micros).padStart(6, '0').replace(/0+$/, '')}`;
  return `${isoOf(value).slice(0, 19).replace('T', ' ')}${fraction}${/tz|with time zone/.test(type) ? '+00' : ''}`;
}

function isoOf(value: number): string {
  const date = new Date(Math.floor(value));
  return Number.isNaN(date.getTime()) ? 'beyond the calendar' : date.toISOString();
}
