import { Field, RecordBatch, RecordBatchStreamWriter, Schema, Struct, makeData } from 'apache-arrow';
import type { RowBytes } from '@strongroom/protocol';
import type { Column } from './columns.ts';

/** A batch is closed at this many bytes or at `rowsMax` rows, whichever comes first. */
const BATCH_BYTES = 2 * 1024 * 1024;
const BATCH_ROWS_MAX = 65_536;
const BATCH_ROWS_MIN = 64;
/** The first batch is soon there, and an answer of a few rows takes no more memory than these. */
const FIRST_BATCH_ROWS = 1024;

/** Rows that columns are allocated for, so that a statement of 1,600 columns takes no more memory than one of 6. */
export function batchRowsMax(columnCount: number): number {
  const rows = Math.floor((2 * BATCH_BYTES) / (8 * Math.max(1, columnCount)));
  return Math.max(BATCH_ROWS_MIN, Math.min(BATCH_ROWS_MAX, rows));
}

/** Encodes into one new buffer a batch, so that the columns may be filled again at once. */
class ChunkWriter extends RecordBatchStreamWriter {
  #parts: Uint8Array[] = [];
  #size = 0;

  protected override _write(chunk: ArrayBufferView): this {
    const part = new Uint8Array(chunk.buffer as ArrayBuffer, chunk.byteOffset, chunk.byteLength);
    if (part.length > 0) {
      this.#parts.push(part);
      this.#size += part.length;
    }
    return this;
  }

  take(): RowBytes {
    const out = new Uint8Array(this.#size);
    let at = 0;
    for (const part of this.#parts) {
      out.set(part, at);
      at += part.length;
    }
    this.#parts = [];
    this.#size = 0;
    return out as unknown as RowBytes;
  }
}

export type BatchWriter = {
  /** The bytes of the schema message. */
  start(): RowBytes;
  /** True when the columns should be taken before another row is added. */
  isFull(rows: number, sizeBytes: number): boolean;
  /** How many rows the next batch has at most: each is larger than the one before, up to `rowsMax`. */
  readonly rowsTarget: number;
  /** Encodes what the columns hold and empties them. */
  take(columns: readonly Column[], rows: number): RowBytes;
  end(): RowBytes;
};

/** Writes an Arrow IPC stream (columnar format 1.x, "Streaming Format") from columns that are filled again and again; the columns may be others each time. */
export function createBatchWriter(named: readonly Field[], rowsMax: number): BatchWriter {
  const fields = uniquelyNamed(named);
  const schema = new Schema(fields);
  const struct = new Struct(fields);
  const writer = new ChunkWriter();
  let rowsTarget = Math.min(FIRST_BATCH_ROWS, rowsMax);
  return {
    start() {
      writer.reset(undefined, schema);
      return writer.take();
    },
    isFull: (rows, sizeBytes) => rows >= rowsTarget || sizeBytes >= BATCH_BYTES,
    get rowsTarget() {
      return rowsTarget;
    },
    take(columns, rows) {
      const children = columns.map((column) => column.toData());
      writer.write(new RecordBatch(schema, makeData({ type: struct, length: rows, nullCount: 0, children })));
      const bytes = writer.take();
      for (const column of columns) column.reset();
      rowsTarget = Math.min(rowsTarget * 8, rowsMax);
      return bytes;
    },
    end() {
      writer.finish();
      return writer.take();
    },
  };
}

/**
 * SQL may name two columns alike; readers that keep columns by name (the JavaScript one silently gives no rows at all)
 * need each once: the later ones become `name_2`, `name_3`, …
 */
function uniquelyNamed(fields: readonly Field[]): Field[] {
  const taken = new Set(fields.map((field) => field.name));
  const seen = new Set<string>();
  return fields.map((field) => {
    if (!seen.has(field.name)) {
      seen.add(field.name);
      return field;
    }
    let count = 2;
    while (taken.has(`${field.name}_${count}`)) count += 1;
    const name = `${field.name}_${count}`;
    taken.add(name);
    return new Field(name, field.type, field.nullable, field.metadata);
  });
}
