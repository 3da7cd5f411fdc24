import type { ValueKind } from '@strongroom/protocol';
import { kindOfType } from '../kinds.ts';
import type { ColumnDefinition } from './messages.ts';

/** How a value's text is decoded. */
export type Wire =
  | 'int2'
  | 'int4'
  | 'int8'
  | 'float4'
  | 'float8'
  | 'date'
  | 'timestamp'
  | 'timestamptz'
  | 'bytes'
  | 'bits'
  | 'text';
/** `name`: the canonical PostgreSQL name. */
export type ColumnType = { readonly name: string; readonly kind: ValueKind; readonly wire: Wire };

const UNSIGNED = 0x20;
const BINARY_CHARSET = 63;

/** The type of a column of an answer, from what the protocol says of it. */
export function typeOfColumn(column: ColumnDefinition): ColumnType {
  const { name, wire } = describe(column);
  return { name, kind: kindOfType(name), wire };
}

function describe({ type, flags, charset, length, decimals, extended }: ColumnDefinition): {
  name: string;
  wire: Wire;
} {
  const isUnsigned = (flags & UNSIGNED) !== 0;
  if (extended === 'json') return { name: 'json', wire: 'text' };
  if (extended === 'uuid') return { name: 'uuid', wire: 'text' };
  if (extended === 'inet4' || extended === 'inet6') return { name: 'inet', wire: 'text' };
  switch (type) {
    case 1:
    case 13:
      return { name: 'smallint', wire: 'int2' };
    case 2:
      return isUnsigned ? { name: 'integer', wire: 'int4' } : { name: 'smallint', wire: 'int2' };
    case 9:
      return { name: 'integer', wire: 'int4' };
    case 3:
      return isUnsigned ? { name: 'bigint', wire: 'int8' } : { name: 'integer', wire: 'int4' };
    case 8:
      return isUnsigned ? { name: 'numeric(20,0)', wire: 'text' } : { name: 'bigint', wire: 'int8' };
    case 4:
      return { name: 'real', wire: 'float4' };
    case 5:
      return { name: 'double precision', wire: 'float8' };
    case 0:
    case 246: {
      // The length counts the sign and the point.
      const digits = length - (decimals > 0 ? 1 : 0) - (isUnsigned ? 0 : 1);
      return { name: digits > 0 && digits <= 65 ? `numeric(${digits},${decimals})` : 'numeric', wire: 'text' };
    }
    case 7:
      return { name: 'timestamp with time zone', wire: 'timestamptz' };
    case 12:
      return { name: 'timestamp without time zone', wire: 'timestamp' };
    case 10:
      return { name: 'date', wire: 'date' };
    case 11:
      // Up to 838 hours, either way: exact as its text.
      return { name: 'time without time zone', wire: 'text' };
    case 16:
      return { name: `bit(${length})`, wire: 'bits' };
    case 255:
      return { name: 'bytea', wire: 'bytes' };
    default:
      return charset === BINARY_CHARSET && type !== 6
        ? { name: 'bytea', wire: 'bytes' }
        : { name: 'text', wire: 'text' };
  }
}

/** What `information_schema.columns` says of a column, without what holds values: labels of an enum, defaults. */
export type StoredColumn = {
  readonly dataType: string;
  readonly isUnsigned: boolean;
  readonly isJson: boolean;
  readonly length: string | null;
  readonly digits: string | null;
  readonly places: string | null;
  readonly secondPlaces: string | null;
};

const PLAIN: Readonly<Record<string, string>> = {
  tinyint: 'smallint',
  mediumint: 'integer',
  year: 'smallint',
  float: 'real',
  double: 'double precision',
  date: 'date',
  json: 'json',
  uuid: 'uuid',
  inet4: 'inet',
  inet6: 'inet',
  enum: 'text',
  set: 'text',
  tinytext: 'text',
  text: 'text',
  mediumtext: 'text',
  longtext: 'text',
};

/** The canonical PostgreSQL name of a stored column's type. */
export function typeOfStored(column: StoredColumn): string {
  const { dataType, isUnsigned, isJson, length, digits, places, secondPlaces } = column;
  if (isJson) return 'json';
  if (Object.hasOwn(PLAIN, dataType)) return PLAIN[dataType]!;
  const seconds = Number(secondPlaces ?? 0) > 0 ? `(${secondPlaces})` : '';
  switch (dataType) {
    case 'smallint':
      return isUnsigned ? 'integer' : 'smallint';
    case 'int':
      return isUnsigned ? 'bigint' : 'integer';
    case 'bigint':
      return isUnsigned ? 'numeric(20,0)' : 'bigint';
    case 'decimal':
      return `numeric(${digits},${places})`;
    case 'char':
      return `character(${length})`;
    case 'varchar':
      return `character varying(${length})`;
    case 'time':
      return `time${seconds} without time zone`;
    case 'datetime':
      return `timestamp${seconds} without time zone`;
    case 'timestamp':
      return `timestamp${seconds} with time zone`;
    case 'bit':
      return `bit(${digits})`;
    default:
      return 'bytea';
  }
}
