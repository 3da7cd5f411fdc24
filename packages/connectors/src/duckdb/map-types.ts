import { type DuckDBType, DuckDBTypeId } from '@duckdb/node-api';

const NAMES: Readonly<Partial<Record<DuckDBTypeId, string>>> = {
  [DuckDBTypeId.BOOLEAN]: 'boolean',
  [DuckDBTypeId.TINYINT]: 'smallint',
  [DuckDBTypeId.UTINYINT]: 'smallint',
  [DuckDBTypeId.SMALLINT]: 'smallint',
  [DuckDBTypeId.USMALLINT]: 'integer',
  [DuckDBTypeId.INTEGER]: 'integer',
  [DuckDBTypeId.UINTEGER]: 'bigint',
  [DuckDBTypeId.BIGINT]: 'bigint',
  [DuckDBTypeId.UBIGINT]: 'numeric',
  [DuckDBTypeId.HUGEINT]: 'numeric',
  [DuckDBTypeId.UHUGEINT]: 'numeric',
  [DuckDBTypeId.BIGNUM]: 'numeric',
  [DuckDBTypeId.FLOAT]: 'real',
  [DuckDBTypeId.DOUBLE]: 'double precision',
  [DuckDBTypeId.VARCHAR]: 'text',
  [DuckDBTypeId.ENUM]: 'text',
  [DuckDBTypeId.BLOB]: 'bytea',
  [DuckDBTypeId.DATE]: 'date',
  [DuckDBTypeId.TIME]: 'time without time zone',
  [DuckDBTypeId.TIME_NS]: 'time without time zone',
  [DuckDBTypeId.TIME_TZ]: 'time with time zone',
  [DuckDBTypeId.TIMESTAMP]: 'timestamp without time zone',
  [DuckDBTypeId.TIMESTAMP_S]: 'timestamp without time zone',
  [DuckDBTypeId.TIMESTAMP_MS]: 'timestamp without time zone',
  [DuckDBTypeId.TIMESTAMP_NS]: 'timestamp without time zone',
  [DuckDBTypeId.TIMESTAMP_TZ]: 'timestamp with time zone',
  [DuckDBTypeId.INTERVAL]: 'interval',
  [DuckDBTypeId.UUID]: 'uuid',
  [DuckDBTypeId.BIT]: 'bit varying',
  [DuckDBTypeId.STRUCT]: 'json',
  [DuckDBTypeId.MAP]: 'json',
  [DuckDBTypeId.UNION]: 'json',
  [DuckDBTypeId.VARIANT]: 'json',
};

/** The canonical PostgreSQL name of a DuckDB type. Fixed-size and nested lists are arrays, as in PostgreSQL. */
export function postgresTypeName(type: DuckDBType): string {
  if (type.alias === 'JSON') return 'json';
  if (type.typeId === DuckDBTypeId.DECIMAL) {
    const { width, scale } = type as DuckDBType & { width: number; scale: number };
    return `numeric(${width},${scale})`;
  }
  if (type.typeId === DuckDBTypeId.LIST || type.typeId === DuckDBTypeId.ARRAY) {
    const element = postgresTypeName((type as DuckDBType & { valueType: DuckDBType }).valueType);
    return element.endsWith('[]') ? element : `${element}[]`;
  }
  return NAMES[type.typeId] ?? 'text';
}
