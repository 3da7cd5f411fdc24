import type { ValueKind } from '@strongroom/protocol';

const BY_NAME: Readonly<Record<string, ValueKind>> = {
  boolean: 'boolean',
  smallint: 'integer',
  integer: 'integer',
  bigint: 'integer',
  numeric: 'decimal',
  real: 'float',
  'double precision': 'float',
  text: 'text',
  'character varying': 'text',
  character: 'text',
  name: 'text',
  '"char"': 'text',
  citext: 'text',
  uuid: 'uuid',
  bytea: 'bytes',
  json: 'json',
  jsonb: 'json',
  date: 'date',
  'time without time zone': 'time',
  'time with time zone': 'time',
  interval: 'interval',
  'timestamp without time zone': 'timestamp',
  'timestamp with time zone': 'timestamp',
};

/** Kind of a canonical PostgreSQL type name, e.g. `numeric(10,2)`, `timestamp(3) without time zone`, `integer[]`. */
export function kindOfType(type: string): ValueKind {
  if (type.endsWith('[]')) return 'array';
  const bare = type.replace(/\([^)]*\)/, '').trim();
  if (Object.hasOwn(BY_NAME, bare)) return BY_NAME[bare]!;
  return bare.startsWith('interval') ? 'interval' : 'other';
}
