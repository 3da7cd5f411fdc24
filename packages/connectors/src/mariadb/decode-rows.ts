import {
  Binary,
  type DataType,
  DateDay,
  Float32,
  Float64,
  Int16,
  Int32,
  Int64,
  TimestampMicrosecond,
  Utf8,
} from 'apache-arrow';
import { type Column, FixedColumn, VariableColumn } from '../arrow/columns.ts';
import type { RowDecoder } from '../row-sink.ts';
import { ProtocolError } from '../wire-errors.ts';
import type { ColumnType } from './types.ts';

type Append = (buffer: Buffer, at: number, length: number) => void;
type Decoder = { readonly column: Column; readonly append: Append };

const MICROSECONDS = 1_000_000n;
const DAY_SECONDS = 86_400n;
/** Digits that a double holds exactly. */
const SAFE_DIGITS = 15;

/** Decodes rows of the text protocol straight into Arrow columns; the same Arrow types as from PostgreSQL. */
export function createRowDecoder(types: readonly ColumnType[], rowsMax: number): RowDecoder {
  const decoders = types.map((type) => createDecoder(type, rowsMax));
  const columns = decoders.map(({ column }) => column);
  const texts = columns.filter((column) => column instanceof VariableColumn);
  const rowBytes = columns.reduce((sum, column) => sum + column.rowBytes, 0);
  return {
    arrowTypes: columns.map(({ type }) => type),
    columns,
    rowsMax,
    sizeBytes() {
      let size = (columns[0]?.row ?? 0) * rowBytes;
      for (const { length } of texts) size += length;
      return size;
    },
    append(buffer, start, end) {
      let at = start;
      for (const { column, append } of decoders) {
        if (at >= end) throw new ProtocolError('bad row');
        const first = buffer[at]!;
        at += 1;
        if (first === 0xfb) {
          column.appendNull();
          continue;
        }
        let length = first;
        if (first > 0xfb) {
          const width = first === 0xfc ? 2 : first === 0xfd ? 3 : 4;
          if (first === 0xff || at + (first === 0xfe ? 8 : width) > end) throw new ProtocolError('bad row');
          length = buffer.readUIntLE(at, width);
          at += first === 0xfe ? 8 : width;
        }
        if (at + length > end) throw new ProtocolError('bad row');
        append(buffer, at, length);
        at += length;
      }
      if (at !== end) throw new ProtocolError('bad row');
    },
  };
}

function createDecoder(type: ColumnType, rowsMax: number): Decoder {
  switch (type.wire) {
    case 'int2':
      return numbers(new FixedColumn(new Int16(), new Int16Array(rowsMax), rowsMax));
    case 'int4':
      return numbers(new FixedColumn(new Int32(), new Int32Array(rowsMax), rowsMax));
    case 'float4':
      return numbers(new FixedColumn(new Float32(), new Float32Array(rowsMax), rowsMax));
    case 'float8':
      return numbers(new FixedColumn(new Float64(), new Float64Array(rowsMax), rowsMax));
    case 'int8':
      return bigints(new Int64(), rowsMax, wholeNumber);
    case 'timestamp':
      return bigints(new TimestampMicrosecond(null), rowsMax, microseconds);
    case 'timestamptz':
      return bigints(new TimestampMicrosecond('UTC'), rowsMax, microseconds);
    case 'date':
      return dates(rowsMax);
    case 'bytes':
      return variable(new VariableColumn(new Binary(), rowsMax, rowsMax * 4));
    case 'bits': {
      const column = new VariableColumn(new Utf8(), rowsMax, rowsMax * 8);
      const digits = Number(/\d+/.exec(type.name)?.[0] ?? 1);
      const append: Append = (buffer, at, length) => {
        const bytes = [...buffer.subarray(at, at + length)];
        column.appendText(
          bytes
            .map((byte) => byte.toString(2).padStart(8, '0'))
            .join('')
            .slice(-digits),
        );
      };
      return { column, append };
    }
    case 'text':
      return variable(new VariableColumn(new Utf8(), rowsMax, rowsMax * 8));
  }
}

function numbers(column: FixedColumn): Decoder {
  const values = column.values as Float64Array;
  return {
    column,
    append(buffer, at, length) {
      values[column.row] = Number(buffer.toString('latin1', at, at + length));
      column.row += 1;
    },
  };
}

/** `convert` gives null for a value that Arrow, and PostgreSQL, have none for. */
function bigints(type: DataType, rowsMax: number, convert: (text: string) => bigint | null): Decoder {
  const values = new BigInt64Array(rowsMax);
  const column = new FixedColumn(type, values, rowsMax);
  return {
    column,
    append(buffer, at, length) {
      const value = convert(buffer.toString('latin1', at, at + length));
      if (value === null) return column.appendNull();
      values[column.row] = value;
      column.row += 1;
    },
  };
}

function dates(rowsMax: number): Decoder {
  const values = new Int32Array(rowsMax);
  const column = new FixedColumn(new DateDay(), values, rowsMax);
  return {
    column,
    append(buffer, at, length) {
      const days = daysOf(buffer.toString('latin1', at, at + length));
      if (days === null) return column.appendNull();
      values[column.row] = days;
      column.row += 1;
    },
  };
}

function variable(column: VariableColumn): Decoder {
  return { column, append: (buffer, at, length) => column.append(buffer, at, length) };
}

function wholeNumber(text: string): bigint {
  if (text.length > SAFE_DIGITS && !/^-?\d{1,20}$/.test(text)) throw new ProtocolError('bad number');
  return BigInt(text.length > SAFE_DIGITS ? text : Math.trunc(Number(text)));
}

/** Days from 1970-01-01 of `2001-02-03`; null for `0000-00-00` and the like, which are no days. */
function daysOf(text: string): number | null {
  const match = /^(\d{4})-(\d\d)-(\d\d)/.exec(text);
  if (match === null) throw new ProtocolError('bad date');
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  if (month === 0 || day === 0) return null;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getTime() / 86_400_000;
}

/** Of `2001-02-03 04:05:06.789`. */
function microseconds(text: string): bigint | null {
  const match = /^.{10} (\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?$/.exec(text);
  if (match === null) throw new ProtocolError('bad timestamp');
  const days = daysOf(text);
  if (days === null) return null;
  const seconds = Number(match[1]) * 3600 + Number(match[2]) * 60 + Number(match[3]);
  return (BigInt(days) * DAY_SECONDS + BigInt(seconds)) * MICROSECONDS + BigInt((match[4] ?? '').padEnd(6, '0') || 0);
}
