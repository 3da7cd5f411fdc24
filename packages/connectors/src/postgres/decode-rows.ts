import {
  Binary,
  Bool,
  DateDay,
  type DataType,
  Float32,
  Float64,
  Int16,
  Int32,
  Int64,
  TimestampMicrosecond,
  Utf8,
} from 'apache-arrow';
import { BooleanColumn, type Column, FixedColumn, VariableColumn } from '../arrow/columns.ts';
import { type as typeProblem } from '../errors.ts';
import { arrayToJson } from './array-text.ts';
import { appendNumeric } from './decode-numeric.ts';
import type { RowDecoder } from '../row-sink.ts';
import { ProtocolError } from '../wire-errors.ts';
import type { ColumnType } from './types.ts';

// From 2000-01-01, PostgreSQL's epoch, to 1970-01-01, Arrow's.
const EPOCH_DAYS = 10_957;
const EPOCH_MICROSECONDS_HIGH = Math.floor(946_684_800_000_000 / 2 ** 32);
const EPOCH_MICROSECONDS_LOW = 946_684_800_000_000 % 2 ** 32;
const INT32_MAX = 0x7fff_ffff;
const INT32_MIN = -0x8000_0000;

type Append = (buffer: Buffer, at: number, length: number) => void;
type Decoder = {
  readonly arrowType: DataType;
  readonly column: Column;
  readonly append: Append;
  readonly format: 0 | 1;
};

type PostgresDecoder = RowDecoder & {
  /** Result formats for Bind. */
  readonly formats: (0 | 1)[];
};

/**
 * Decodes PostgreSQL's binary (and, for the rest, text) values straight into Arrow columns.
 * Infinity of date, timestamp and timestamptz is the smallest and the greatest integer of the column, which no finite
 * value of PostgreSQL maps to.
 * `rowsMax`: rows that there is room for. A numeric of ten bytes on the wire can have 60,000 digits, so its size is counted as decoded.
 */
export function createRowDecoder(types: readonly ColumnType[], rowsMax: number): PostgresDecoder {
  const decoders = types.map((type) => createDecoder(type, rowsMax));
  const columns = decoders.map(({ column }) => column);
  const appends = decoders.map(({ append }) => append);
  const count = decoders.length;
  const texts = columns.filter((column) => column instanceof VariableColumn);
  const rowBytes = columns.reduce((sum, column) => sum + column.rowBytes, 0);
  return {
    arrowTypes: decoders.map(({ arrowType }) => arrowType),
    columns,
    formats: decoders.map(({ format }) => format),
    rowsMax,
    sizeBytes() {
      let size = (columns[0]?.row ?? 0) * rowBytes;
      for (const { length } of texts) size += length;
      return size;
    },
    append(buffer, start, end) {
      if (end - start < 2 || buffer.readInt16BE(start) !== count) throw new ProtocolError('bad row');
      let at = start + 2;
      for (let index = 0; index < count; index += 1) {
        if (at + 4 > end) throw new ProtocolError('bad row');
        const length = int32(buffer, at);
        at += 4;
        if (length < 0) columns[index]!.appendNull();
        else {
          if (at + length > end) throw new ProtocolError('bad row');
          appends[index]!(buffer, at, length);
          at += length;
        }
      }
      if (at !== end) throw new ProtocolError('bad row');
    },
  };
}

function int32(buffer: Buffer, at: number): number {
  return (buffer[at]! << 24) | (buffer[at + 1]! << 16) | (buffer[at + 2]! << 8) | buffer[at + 3]!;
}

function createDecoder(type: ColumnType, rowsMax: number): Decoder {
  switch (type.wire) {
    case 'bool': {
      const column = new BooleanColumn(new Bool(), rowsMax);
      return {
        arrowType: column.type,
        column,
        format: 1,
        append: (buffer, at, length) => (width(length, 1), column.append(buffer[at] !== 0)),
      };
    }
    case 'int2':
      return fixed(new FixedColumn(new Int16(), new Int16Array(rowsMax), rowsMax), 2);
    case 'int4':
      return words(new FixedColumn(new Int32(), new Int32Array(rowsMax), rowsMax));
    case 'int8':
      return doubleWords(new FixedColumn(new Int64(), new BigInt64Array(rowsMax), rowsMax));
    case 'float4':
      return words(new FixedColumn(new Float32(), new Float32Array(rowsMax), rowsMax));
    case 'float8':
      return doubleWords(new FixedColumn(new Float64(), new Float64Array(rowsMax), rowsMax));
    case 'date':
      return dates(new FixedColumn(new DateDay(), new Int32Array(rowsMax), rowsMax));
    case 'timestamp':
      return timestamps(new FixedColumn(new TimestampMicrosecond(null), new BigInt64Array(rowsMax), rowsMax));
    case 'timestamptz':
      return timestamps(new FixedColumn(new TimestampMicrosecond('UTC'), new BigInt64Array(rowsMax), rowsMax));
    case 'bytea':
      return variable(new VariableColumn(new Binary(), rowsMax, rowsMax * 4), 1);
    case 'numeric': {
      const column = new VariableColumn(new Utf8(), rowsMax, rowsMax * 8);
      return {
        arrowType: column.type,
        column,
        format: 1,
        append: (buffer, at, length) => appendNumeric(column, buffer, at, length),
      };
    }
    case 'array': {
      const column = new VariableColumn(new Utf8(), rowsMax, rowsMax * 8);
      const append: Append = (buffer, at, length) =>
        column.appendText(arrayToJson(buffer.toString('utf8', at, at + length), type.element, type.delimiter));
      return { arrowType: column.type, column, format: 0, append };
    }
    case 'text':
      return variable(new VariableColumn(new Utf8(), rowsMax, rowsMax * 8), 0);
  }
}

function width(length: number, expected: number): void {
  if (length !== expected) throw new ProtocolError('bad width');
}

function fixed(column: FixedColumn, size: 2): Decoder {
  const { bytes } = column;
  return {
    arrowType: column.type,
    column,
    format: 1,
    append(buffer, at, length) {
      width(length, size);
      const to = column.row * size;
      bytes[to] = buffer[at + 1]!;
      bytes[to + 1] = buffer[at]!;
      column.row += 1;
    },
  };
}

function words(column: FixedColumn): Decoder {
  const target = column.words;
  return {
    arrowType: column.type,
    column,
    format: 1,
    append(buffer, at, length) {
      width(length, 4);
      target[column.row] = int32(buffer, at);
      column.row += 1;
    },
  };
}

function doubleWords(column: FixedColumn): Decoder {
  const target = column.words;
  return {
    arrowType: column.type,
    column,
    format: 1,
    append(buffer, at, length) {
      width(length, 8);
      target[column.row * 2] = int32(buffer, at + 4);
      target[column.row * 2 + 1] = int32(buffer, at);
      column.row += 1;
    },
  };
}

function dates(column: FixedColumn): Decoder {
  const target = column.words;
  return {
    arrowType: column.type,
    column,
    format: 1,
    append(buffer, at, length) {
      width(length, 4);
      const days = int32(buffer, at);
      target[column.row] = days === INT32_MAX || days === INT32_MIN ? days : days + EPOCH_DAYS;
      column.row += 1;
    },
  };
}

function timestamps(column: FixedColumn): Decoder {
  const target = column.words;
  return {
    arrowType: column.type,
    column,
    format: 1,
    append(buffer, at, length) {
      width(length, 8);
      const high = int32(buffer, at);
      const low = int32(buffer, at + 4);
      const isInfinite = (high === INT32_MAX && low === -1) || (high === INT32_MIN && low === 0);
      if (isInfinite) {
        target[column.row * 2] = low;
        target[column.row * 2 + 1] = high;
      } else {
        const sum = (low >>> 0) + EPOCH_MICROSECONDS_LOW;
        const shifted = high + EPOCH_MICROSECONDS_HIGH + (sum >= 2 ** 32 ? 1 : 0);
        // The last 29 of PostgreSQL's 294,276 years don't fit; a wrong year would be worse than none.
        if (shifted > INT32_MAX) throw typeProblem('timestamp beyond year 294247');
        target[column.row * 2] = sum;
        target[column.row * 2 + 1] = shifted;
      }
      column.row += 1;
    },
  };
}

function variable(column: VariableColumn, format: 0 | 1): Decoder {
  return { arrowType: column.type, column, format, append: (buffer, at, length) => column.append(buffer, at, length) };
}
