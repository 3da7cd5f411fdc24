import {
  type DuckDBBlobValue,
  type DuckDBDateValue,
  type DuckDBTimestampMillisecondsValue,
  type DuckDBTimestampNanosecondsValue,
  type DuckDBTimestampSecondsValue,
  type DuckDBTimestampTZValue,
  type DuckDBTimestampValue,
  type DuckDBType,
  DuckDBTypeId,
  type DuckDBValue,
  type DuckDBVector,
  JsonDuckDBValueConverter,
} from '@duckdb/node-api';
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

const INT32_MAX = 0x7fff_ffff;
const INT64_MAX = 0x7fff_ffff_ffff_ffffn;

export type ColumnEncoder = { readonly column: Column; readonly arrowType: DataType; append(value: DuckDBValue): void };

/** Appends values of one DuckDB column to an Arrow column; the same Arrow types and infinities as from PostgreSQL. */
export function createEncoder(type: DuckDBType, rowsMax: number): ColumnEncoder {
  const id = type.typeId;
  switch (id) {
    case DuckDBTypeId.BOOLEAN: {
      const column = new BooleanColumn(new Bool(), rowsMax);
      return { column, arrowType: column.type, append: (value) => column.append(value as boolean) };
    }
    case DuckDBTypeId.TINYINT:
    case DuckDBTypeId.UTINYINT:
    case DuckDBTypeId.SMALLINT:
      return numbers(new Int16(), new Int16Array(rowsMax));
    case DuckDBTypeId.USMALLINT:
    case DuckDBTypeId.INTEGER:
      return numbers(new Int32(), new Int32Array(rowsMax));
    case DuckDBTypeId.FLOAT:
      return numbers(new Float32(), new Float32Array(rowsMax));
    case DuckDBTypeId.DOUBLE:
      return numbers(new Float64(), new Float64Array(rowsMax));
    case DuckDBTypeId.UINTEGER:
      return bigints(new Int64(), rowsMax, (value) => BigInt(value as number));
    case DuckDBTypeId.BIGINT:
      return bigints(new Int64(), rowsMax, (value) => value as bigint);
    case DuckDBTypeId.DATE:
      return numbers(new DateDay(), new Int32Array(rowsMax), (value) => infiniteDays((value as DuckDBDateValue).days));
    case DuckDBTypeId.TIMESTAMP:
      return timestamps(null, rowsMax, (value) => (value as DuckDBTimestampValue).micros);
    case DuckDBTypeId.TIMESTAMP_TZ:
      return timestamps('UTC', rowsMax, (value) => (value as DuckDBTimestampTZValue).micros);
    case DuckDBTypeId.TIMESTAMP_S:
      return timestamps(null, rowsMax, (value) => scaled((value as DuckDBTimestampSecondsValue).seconds, 1_000_000n));
    case DuckDBTypeId.TIMESTAMP_MS:
      return timestamps(null, rowsMax, (value) => scaled((value as DuckDBTimestampMillisecondsValue).millis, 1000n));
    case DuckDBTypeId.TIMESTAMP_NS:
      return timestamps(null, rowsMax, (value) => fromNanoseconds((value as DuckDBTimestampNanosecondsValue).nanos));
    case DuckDBTypeId.BLOB: {
      const column = new VariableColumn(new Binary(), rowsMax, rowsMax * 4);
      return {
        column,
        arrowType: column.type,
        append: (value) => column.append((value as DuckDBBlobValue).bytes, 0, (value as DuckDBBlobValue).bytes.length),
      };
    }
    default: {
      const column = new VariableColumn(new Utf8(), rowsMax, rowsMax * 8);
      const text = textOf(type);
      return { column, arrowType: column.type, append: (value) => column.appendText(text(value)) };
    }
  }
}

export function appendRow(encoders: readonly ColumnEncoder[], vectors: readonly DuckDBVector[], row: number): void {
  for (let index = 0; index < encoders.length; index += 1) {
    const { column, append } = encoders[index]!;
    const value = vectors[index]!.getItem(row);
    if (value === null) column.appendNull();
    else append(value);
  }
}

const NESTED: ReadonlySet<DuckDBTypeId> = new Set([
  DuckDBTypeId.LIST,
  DuckDBTypeId.ARRAY,
  DuckDBTypeId.STRUCT,
  DuckDBTypeId.MAP,
  DuckDBTypeId.UNION,
  DuckDBTypeId.VARIANT,
]);

function textOf(type: DuckDBType): (value: DuckDBValue) => string {
  if (type.typeId === DuckDBTypeId.VARCHAR || type.typeId === DuckDBTypeId.ENUM) return (value) => value as string;
  if (NESTED.has(type.typeId))
    return (value) => JSON.stringify(JsonDuckDBValueConverter(value, type, JsonDuckDBValueConverter));
  return (value) => String(value);
}

function numbers(
  arrowType: DataType,
  values: Int16Array | Int32Array | Float32Array | Float64Array,
  convert: (value: DuckDBValue) => number = (value) => value as number,
): ColumnEncoder {
  const column = new FixedColumn(arrowType, values, values.length);
  return {
    column,
    arrowType,
    append: (value) => {
      values[column.row] = convert(value);
      column.row += 1;
    },
  };
}

function bigints(arrowType: DataType, rowsMax: number, convert: (value: DuckDBValue) => bigint): ColumnEncoder {
  const values = new BigInt64Array(rowsMax);
  const column = new FixedColumn(arrowType, values, rowsMax);
  return {
    column,
    arrowType,
    append: (value) => {
      values[column.row] = convert(value);
      column.row += 1;
    },
  };
}

const timestamps = (zone: string | null, rowsMax: number, micros: (value: DuckDBValue) => bigint) =>
  bigints(new TimestampMicrosecond(zone), rowsMax, (value) => infiniteMicros(micros(value)));

// DuckDB's infinities are symmetric; ours, as PostgreSQL's, are the two ends of the integer.
const infiniteDays = (days: number) => (days === -INT32_MAX ? -INT32_MAX - 1 : days);
const infiniteMicros = (micros: bigint) => (micros === -INT64_MAX ? -INT64_MAX - 1n : micros);
const isInfinite = (value: bigint) => value === INT64_MAX || value === -INT64_MAX;
const scaled = (value: bigint, by: bigint) => (isInfinite(value) ? value : value * by);
/** Rounds towards the past: Arrow's and PostgreSQL's finest is the microsecond. */
const fromNanoseconds = (nanos: bigint) =>
  isInfinite(nanos) ? nanos : (nanos - (((nanos % 1000n) + 1000n) % 1000n)) / 1000n;
