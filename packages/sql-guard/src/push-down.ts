import type { A_Expr, Node } from '@pgsql/types';
import type { Dialect } from '@strongroom/protocol';
import { text } from './tree.ts';

/**
 * Types whose comparisons with their own kind PostgreSQL calls leakproof (`pg_proc.proleakproof`; `numeric` is not among them):
 * they raise no error and tell nothing of a row but their result. `leakproof.test.ts` asks a real server.
 */
const INTEGERS = new Set(['smallint', 'integer', 'bigint']);
/** With the names that a cast to them goes by. */
const QUOTED = new Map([
  ['text', ['text', 'varchar']],
  ['character varying', ['text', 'varchar']],
  ['date', ['date']],
  ['timestamp without time zone', ['timestamp']],
  ['timestamp with time zone', ['timestamptz']],
  ['time without time zone', ['time']],
  ['uuid', ['uuid']],
]);
export const LEAKPROOF_TYPES: ReadonlySet<string> = new Set([...INTEGERS, ...QUOTED.keys(), 'boolean']);
/**
 * PostgreSQL reads a quoted constant as a date and the like before it looks at a row. DuckDB, and MariaDB with a warning, read it when a row is compared with it,
 * perhaps before the filter is asked: that it can't be read would tell that there is a row.
 */
const PUSHED_TYPES: Readonly<Record<Dialect, ReadonlySet<string>>> = {
  postgres: LEAKPROOF_TYPES,
  duckdb: new Set([...INTEGERS, 'text', 'character varying', 'boolean']),
  mariadb: new Set([...INTEGERS, 'text', 'character varying', 'boolean']),
};

const COMPARISONS = new Set(['=', '<>', '<', '<=', '>', '>=']);
const INT8_DIGITS_MAX = 18;

/** The columns of one table as a condition may name them: by the table's name, and bare where nothing else is around. */
export type PushTarget = {
  readonly dialect: Dialect;
  readonly alias: string;
  readonly isAlone: boolean;
  /** Canonical types of the columns that are clear on every row. */
  readonly clearTypes: ReadonlyMap<string, string>;
};

/** The parts of a WHERE, joined by AND, that may also be asked below the barrier of `target`: an index may serve them there. */
export function pushable(where: Node | undefined, target: PushTarget): Node[] {
  if (where === undefined) return [];
  if ('BoolExpr' in where && where.BoolExpr.boolop === 'AND_EXPR')
    return (where.BoolExpr.args ?? []).flatMap((part) => pushable(part, target));
  return isLeakproof(where, target) ? [where] : [];
}

function isLeakproof(node: Node, target: PushTarget): boolean {
  if ('BoolExpr' in node) return (node.BoolExpr.args ?? []).every((part) => isLeakproof(part, target));
  if ('NullTest' in node) return typeOf(node.NullTest.arg, target) !== null;
  if ('ColumnRef' in node) return typeOf(node, target) === 'boolean';
  if (!('A_Expr' in node)) return false;
  const { kind, name, lexpr, rexpr } = node.A_Expr;
  if (kind === 'AEXPR_OP') return COMPARISONS.has(text(name?.at(-1))) && comparesWithValue(lexpr, rexpr, target);
  return isListComparison(kind) && comparesWithEach(lexpr, rexpr, target);
}

function isListComparison(kind: A_Expr['kind']): boolean {
  return kind === 'AEXPR_IN' || kind === 'AEXPR_BETWEEN' || kind === 'AEXPR_NOT_BETWEEN';
}

function comparesWithValue(left: Node | undefined, right: Node | undefined, target: PushTarget): boolean {
  const [leftType, rightType] = [typeOf(left, target), typeOf(right, target)];
  if (leftType !== null) return isValueOf(leftType, right);
  return rightType !== null && isValueOf(rightType, left);
}

function comparesWithEach(left: Node | undefined, right: Node | undefined, target: PushTarget): boolean {
  const type = typeOf(left, target);
  const items = right !== undefined && 'List' in right ? (right.List.items ?? []) : [];
  return type !== null && items.length > 0 && items.every((item) => isValueOf(type, item));
}

/** The type of a clear column of the table, null for anything else and for types of which nothing is known. */
function typeOf(node: Node | undefined, { dialect, alias, isAlone, clearTypes }: PushTarget): string | null {
  if (node === undefined || !('ColumnRef' in node)) return null;
  const names = (node.ColumnRef.fields ?? []).map(text);
  const isOfTable = names.length === 1 ? isAlone : names.length === 2 && names[0] === alias;
  // A size changes nothing: `character varying(10)`, `timestamp(3) without time zone`.
  const type = isOfTable ? clearTypes.get(names.at(-1)!)?.replace(/\(\d+\)/, '') : undefined;
  return type !== undefined && PUSHED_TYPES[dialect].has(type) ? type : null;
}

/** A constant that the server reads as that very type, or fails to read before it looks at a row. */
function isValueOf(type: string, node: Node | undefined): boolean {
  if (node === undefined) return false;
  if ('TypeCast' in node) {
    const { arg, typeName } = node.TypeCast;
    const isOwnType =
      typeName?.arrayBounds === undefined &&
      typeName?.typmods === undefined &&
      QUOTED.get(type)?.includes(text(typeName?.names?.at(-1))) === true;
    return isOwnType && arg !== undefined && 'A_Const' in arg && arg.A_Const.sval !== undefined;
  }
  if (!('A_Const' in node)) return false;
  const { sval, ival, fval, boolval } = node.A_Const;
  if (type === 'boolean') return boolval !== undefined;
  if (INTEGERS.has(type))
    return (
      ival !== undefined ||
      (fval !== undefined && /^-?\d+$/.test(fval.fval ?? '') && (fval.fval ?? '').length <= INT8_DIGITS_MAX)
    );
  return sval !== undefined;
}
