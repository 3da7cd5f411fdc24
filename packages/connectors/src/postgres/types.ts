import type { ValueKind } from '@strongroom/protocol';
import { kindOfType } from '../kinds.ts';
import { classifySqlState } from './classify.ts';
import { type FieldDescription, bind, execute, parse, sync } from './messages.ts';
import type { Session } from './session.ts';

/** How a value of a type travels and is decoded. `text` is PostgreSQL's own text form, exact for every type. */
export type Wire =
  | 'bool'
  | 'int2'
  | 'int4'
  | 'int8'
  | 'float4'
  | 'float8'
  | 'numeric'
  | 'date'
  | 'timestamp'
  | 'timestamptz'
  | 'bytea'
  | 'text'
  | 'array';

export type ColumnType = {
  readonly name: string;
  readonly kind: ValueKind;
  readonly wire: Wire;
  /** Of arrays: how an element is written as JSON. */
  readonly element: ElementForm;
  readonly delimiter: string;
};

export type ElementForm = 'number' | 'bigint' | 'boolean' | 'json' | 'string';

// Object ids of built-in types are fixed for ever (pg_type.dat).
const BUILT_IN: ReadonlyMap<number, readonly [string, Wire]> = new Map([
  [16, ['boolean', 'bool']],
  [17, ['bytea', 'bytea']],
  [19, ['name', 'text']],
  [20, ['bigint', 'int8']],
  [21, ['smallint', 'int2']],
  [23, ['integer', 'int4']],
  [25, ['text', 'text']],
  [114, ['json', 'text']],
  [700, ['real', 'float4']],
  [701, ['double precision', 'float8']],
  [1042, ['character', 'text']],
  [1043, ['character varying', 'text']],
  [1082, ['date', 'date']],
  [1083, ['time without time zone', 'text']],
  [1114, ['timestamp without time zone', 'timestamp']],
  [1184, ['timestamp with time zone', 'timestamptz']],
  [1186, ['interval', 'text']],
  [1266, ['time with time zone', 'text']],
  [1700, ['numeric', 'numeric']],
  [2950, ['uuid', 'text']],
  [3802, ['jsonb', 'text']],
]);

const ELEMENT_FORMS: ReadonlyMap<number, ElementForm> = new Map([
  [16, 'boolean'],
  [20, 'bigint'],
  [21, 'number'],
  [23, 'number'],
  [114, 'json'],
  [700, 'number'],
  [701, 'number'],
  [3802, 'json'],
]);

// `int2vector` and `oidvector` (22, 30) call themselves arrays and don't look like one.
const LOOKUP = `
  select asked.oid, asked.modifier, format_type(asked.oid::oid, asked.modifier), t.typcategory, t.typelem,
    t.typcategory = 'A' and t.typelem <> 0 and t.typlen = -1 and t.oid not in (22, 30), t.typdelim
  from unnest($1::int8[], $2::int4[]) as asked(oid, modifier) join pg_type t on t.oid = asked.oid::oid`;

export type TypeBook = { describe(session: Session, fields: readonly FieldDescription[]): Promise<ColumnType[]> };

/** Remembers the types of one source: names only. */
export function createTypeBook(): TypeBook {
  const known = new Map<string, ColumnType>();
  return {
    async describe(session, fields) {
      const missing = fields.filter((field) => !known.has(keyOf(field)) && builtIn(field) === null);
      if (missing.length > 0) await lookUp(session, missing, known);
      return fields.map((field) => builtIn(field) ?? known.get(keyOf(field)) ?? unknownType());
    },
  };
}

const keyOf = ({ oid, modifier }: FieldDescription) => `${oid}:${modifier}`;

function builtIn({ oid, modifier }: FieldDescription): ColumnType | null {
  const found = BUILT_IN.get(oid);
  if (found === undefined) return null;
  const name = withModifier(found[0], modifier);
  return name === null ? null : { name, kind: kindOfType(name), wire: found[1], element: 'string', delimiter: ',' };
}

/** As format_type prints it, or null where only the source can say. */
function withModifier(name: string, modifier: number): string | null {
  if (modifier < 0) return name;
  if (name === 'character varying' || name === 'character') return `${name}(${modifier - 4})`;
  // numerictypmodin: precision in the upper 16 bits, scale as 11 signed bits.
  if (name === 'numeric')
    return `numeric(${((modifier - 4) >> 16) & 0xffff},${(((modifier - 4) & 0x7ff) ^ 1024) - 1024})`;
  return null;
}

const unknownType = (): ColumnType => ({
  name: 'unknown',
  kind: 'other',
  wire: 'text',
  element: 'string',
  delimiter: ',',
});

async function lookUp(
  session: Session,
  fields: readonly FieldDescription[],
  known: Map<string, ColumnType>,
): Promise<void> {
  const parameters = [
    `{${fields.map(({ oid }) => oid).join(',')}}`,
    `{${fields.map(({ modifier }) => modifier).join(',')}}`,
  ];
  const [reply] = await session.request(
    Buffer.concat([parse('', LOOKUP), bind('', parameters, []), execute(), sync()]),
    1,
  );
  if (reply!.sqlState !== null) throw classifySqlState(reply!.sqlState);
  for (const [oid, modifier, name, category, elementOid, isArray, delimiter] of reply!.rows) {
    if (oid == null || modifier == null || name == null) continue;
    known.set(
      `${oid}:${modifier}`,
      describeType(Number(oid), name, category ?? '', Number(elementOid), isArray === 't', delimiter ?? ','),
    );
  }
}

function describeType(
  oid: number,
  name: string,
  category: string,
  elementOid: number,
  isArray: boolean,
  delimiter: string,
): ColumnType {
  const found = BUILT_IN.get(oid);
  if (found !== undefined) return { name, kind: kindOfType(name), wire: found[1], element: 'string', delimiter };
  if (isArray && category === 'A')
    return { name, kind: 'array', wire: 'array', element: ELEMENT_FORMS.get(elementOid) ?? 'string', delimiter };
  // Enums, citext and other texts of extensions read as text.
  const kind = category === 'E' || category === 'S' ? 'text' : kindOfType(name);
  return { name, kind, wire: 'text', element: 'string', delimiter };
}
