import { type Data, type DataType, Field, makeData, type Utf8 } from 'apache-arrow';
import type { AnswerColumn } from '@strongroom/protocol';

/** Field metadata keys, read by `rowsFromArrow` and by the web app. */
export const TYPE_KEY = 'strongroom.type';
export const KIND_KEY = 'strongroom.kind';

export function arrowField(column: AnswerColumn, type: DataType): Field {
  return new Field(
    column.name,
    type,
    true,
    new Map([
      [TYPE_KEY, column.type],
      [KIND_KEY, column.kind],
    ]),
  );
}

type Values = Int8Array | Int16Array | Int32Array | BigInt64Array | Float32Array | Float64Array;

/** NULLs of one column of one batch, in Arrow's least-significant-bit order; allocated at the first NULL. */
class Validity {
  bitmap: Uint8Array | null = null;
  nullCount = 0;
  readonly #rowsMax: number;

  constructor(rowsMax: number) {
    this.#rowsMax = rowsMax;
  }

  setNull(row: number): void {
    this.bitmap ??= new Uint8Array(((this.#rowsMax + 63) >> 6) << 3).fill(0xff);
    const at = row >> 3;
    this.bitmap[at] = this.bitmap[at]! & ~(1 << (row & 7));
    this.nullCount += 1;
  }

  reset(): void {
    if (this.nullCount > 0) this.bitmap?.fill(0xff);
    this.nullCount = 0;
  }
}

/** A column of fixed-width values for at most `rowsMax` rows; filled through `bytes`, `words` or `values` at `row`. */
export class FixedColumn {
  readonly validity: Validity;
  readonly values: Values;
  /** The same memory as bytes and, for widths of 4 and 8, as 32-bit words (little endian, as Arrow lays values out). */
  readonly bytes: Uint8Array;
  readonly words: Int32Array;
  readonly type: DataType;
  row = 0;

  constructor(type: DataType, values: Values, rowsMax: number) {
    this.type = type;
    this.values = values;
    this.bytes = new Uint8Array(values.buffer);
    this.words = new Int32Array(values.buffer, 0, values.byteLength >> 2);
    this.validity = new Validity(rowsMax);
  }

  appendNull(): void {
    this.validity.setNull(this.row);
    const width = this.values.BYTES_PER_ELEMENT;
    this.bytes.fill(0, this.row * width, (this.row + 1) * width);
    this.row += 1;
  }

  get rowBytes(): number {
    return this.values.BYTES_PER_ELEMENT;
  }

  get sizeBytes(): number {
    return this.row * this.rowBytes;
  }

  toData(): Data {
    const { bitmap, nullCount } = this.validity;
    return makeData({
      type: this.type as never,
      length: this.row,
      nullCount,
      nullBitmap: nullCount > 0 ? bitmap : undefined,
      data: this.values.subarray(0, this.row),
    } as never) as Data;
  }

  reset(): void {
    this.row = 0;
    this.validity.reset();
  }
}

export class BooleanColumn {
  readonly validity: Validity;
  readonly bits: Uint8Array;
  readonly type: DataType;
  readonly rowBytes = 1 / 8;
  row = 0;

  constructor(type: DataType, rowsMax: number) {
    this.type = type;
    this.bits = new Uint8Array(((rowsMax + 63) >> 6) << 3);
    this.validity = new Validity(rowsMax);
  }

  append(value: boolean): void {
    if (value) this.bits[this.row >> 3] = this.bits[this.row >> 3]! | (1 << (this.row & 7));
    this.row += 1;
  }

  appendNull(): void {
    this.validity.setNull(this.row);
    this.row += 1;
  }

  get sizeBytes(): number {
    return this.row >> 3;
  }

  toData(): Data {
    const { bitmap, nullCount } = this.validity;
    return makeData({
      type: this.type as never,
      length: this.row,
      nullCount,
      nullBitmap: nullCount > 0 ? bitmap : undefined,
      data: this.bits.subarray(0, (this.row + 7) >> 3),
    } as never) as Data;
  }

  reset(): void {
    this.bits.fill(0);
    this.row = 0;
    this.validity.reset();
  }
}

// Above this a value is copied by the runtime's memcpy; below, a loop is faster than the call.
const LOOP_BYTES_MAX = 24;
const COUNTED_LENGTH_MIN = 64 * 1024;
const encoder = new TextEncoder();

/** A column of text or bytes. Grows; shrinks back at `reset` when one huge value made it grow. */
export class VariableColumn {
  readonly validity: Validity;
  readonly offsets: Int32Array;
  readonly type: DataType;
  /** Without the value itself. */
  readonly rowBytes = 4;
  bytes: Uint8Array;
  length = 0;
  row = 0;
  readonly #bytesAtStart: number;

  constructor(type: DataType, rowsMax: number, bytesAtStart: number) {
    this.type = type;
    this.offsets = new Int32Array(rowsMax + 1);
    this.#bytesAtStart = bytesAtStart;
    this.bytes = new Uint8Array(bytesAtStart);
    this.validity = new Validity(rowsMax);
  }

  /** Makes room for `more` bytes at `length`. */
  reserve(more: number): void {
    const needed = this.length + more;
    if (needed <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.bytes.length * 2));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
  }

  append(source: Uint8Array, start: number, length: number): void {
    this.reserve(length);
    const { bytes } = this;
    const at = this.length;
    if (length <= LOOP_BYTES_MAX)
      for (let index = 0; index < length; index += 1) bytes[at + index] = source[start + index]!;
    else bytes.set(source.subarray(start, start + length), at);
    this.length = at + length;
    this.endRow();
  }

  appendText(text: string): void {
    // A text may need three bytes a character; a long one is counted first.
    this.reserve(text.length > COUNTED_LENGTH_MIN ? Buffer.byteLength(text) : text.length * 3);
    this.length += encoder.encodeInto(text, this.bytes.subarray(this.length)).written;
    this.endRow();
  }

  endRow(): void {
    this.row += 1;
    this.offsets[this.row] = this.length;
  }

  appendNull(): void {
    this.validity.setNull(this.row);
    this.endRow();
  }

  get sizeBytes(): number {
    return this.length + this.row * this.rowBytes;
  }

  toData(): Data {
    const { bitmap, nullCount } = this.validity;
    return makeData({
      type: this.type as Utf8,
      length: this.row,
      nullCount,
      nullBitmap: nullCount > 0 ? bitmap : undefined,
      valueOffsets: this.offsets.subarray(0, this.row + 1),
      data: this.bytes.subarray(0, this.length),
    } as never) as Data;
  }

  reset(): void {
    this.row = 0;
    this.length = 0;
    this.validity.reset();
    if (this.bytes.length > this.#bytesAtStart * 64) this.bytes = new Uint8Array(this.#bytesAtStart);
  }
}

export type Column = FixedColumn | BooleanColumn | VariableColumn;
