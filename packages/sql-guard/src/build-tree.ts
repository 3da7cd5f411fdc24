import type { Node, SelectStmt } from '@pgsql/types';

// Builders of PostgreSQL trees, so that nobody has to splice identifiers or values into text.

function name(text: string): Node {
  return { String: { sval: text } };
}

/** `"a"."b"."c"`; a part `*` stands for all columns. */
export function column(...parts: [string, ...string[]]): Node {
  return { ColumnRef: { fields: parts.map((part) => (part === '*' ? { A_Star: {} } : name(part))) } };
}

/** A value. Numbers must be finite; a negative number is one constant, as the parser makes it. */
export function literal(value: string | number | boolean | null): Node {
  if (value === null) return { A_Const: { isnull: true } };
  if (typeof value === 'boolean') return { A_Const: { boolval: value ? { boolval: true } : {} } };
  if (typeof value === 'string') return { A_Const: { sval: { sval: value } } };
  if (!Number.isFinite(value)) throw new RangeError('a number literal must be finite');
  if (value === 0) return { A_Const: { ival: {} } };
  if (Number.isInteger(value) && Math.abs(value) <= 2_147_483_647) return { A_Const: { ival: { ival: value } } };
  return { A_Const: { fval: { fval: String(value).replace('e+', 'e') } } };
}

/** `name(args…)`; built-in functions take no schema. */
export function call(
  functionName: string,
  args: Node[] = [],
  options: { distinct?: boolean; star?: boolean } = {},
): Node {
  return {
    FuncCall: {
      funcname: [name(functionName)],
      ...(args.length > 0 ? { args } : {}),
      ...(options.star === true ? { agg_star: true } : {}),
      ...(options.distinct === true ? { agg_distinct: true } : {}),
      funcformat: 'COERCE_EXPLICIT_CALL',
    },
  };
}

/** `left operator right`, e.g. `operator('<', column('a'), literal(1))`. */
export function operator(symbol: string, left: Node, right: Node): Node {
  return { A_Expr: { kind: 'AEXPR_OP', name: [name(symbol)], lexpr: left, rexpr: right } };
}

export function like(left: Node, pattern: Node, options: { ignoreCase?: boolean } = {}): Node {
  const ignoreCase = options.ignoreCase === true;
  return {
    A_Expr: {
      kind: ignoreCase ? 'AEXPR_ILIKE' : 'AEXPR_LIKE',
      name: [name(ignoreCase ? '~~*' : '~~')],
      lexpr: left,
      rexpr: pattern,
    },
  };
}

export function among(left: Node, items: [Node, ...Node[]]): Node {
  return { A_Expr: { kind: 'AEXPR_IN', name: [name('=')], lexpr: left, rexpr: { List: { items } } } };
}

export function between(value: Node, low: Node, high: Node): Node {
  return {
    A_Expr: { kind: 'AEXPR_BETWEEN', name: [name('BETWEEN')], lexpr: value, rexpr: { List: { items: [low, high] } } },
  };
}

/** Conditions joined by AND; one condition is itself. */
export function and(...conditions: [Node, ...Node[]]): Node {
  return joined('AND_EXPR', conditions);
}

/** Conditions joined by OR; one condition is itself. */
export function or(...conditions: [Node, ...Node[]]): Node {
  return joined('OR_EXPR', conditions);
}

/** In one row, as the parser makes them: of `(a AND b) AND c` it makes one AND of three, and what is printed must read back the same. */
function joined(boolop: 'AND_EXPR' | 'OR_EXPR', conditions: [Node, ...Node[]]): Node {
  if (conditions.length === 1) return conditions[0];
  const args = conditions.flatMap((condition) =>
    'BoolExpr' in condition && condition.BoolExpr.boolop === boolop ? (condition.BoolExpr.args ?? []) : [condition],
  );
  return { BoolExpr: { boolop, args } };
}

export function not(condition: Node): Node {
  return { BoolExpr: { boolop: 'NOT_EXPR', args: [condition] } };
}

export function isNotNull(value: Node): Node {
  return { NullTest: { arg: value, nulltesttype: 'IS_NOT_NULL' } };
}

export function isNull(value: Node): Node {
  return { NullTest: { arg: value, nulltesttype: 'IS_NULL' } };
}

/** `EXISTS (SELECT …)`; the SELECT may name columns of the one it stands in. */
export function exists(select: SelectStmt): Node {
  return { SubLink: { subLinkType: 'EXISTS_SUBLINK', subselect: { SelectStmt: select } } };
}

/** `(SELECT …)` as a value: of one row and one column. */
export function scalar(select: SelectStmt): Node {
  return { SubLink: { subLinkType: 'EXPR_SUBLINK', subselect: { SelectStmt: select } } };
}

/** `CASE WHEN condition THEN value END`: NULL where the condition doesn't hold. */
export function when(condition: Node, value: Node): Node {
  return { CaseExpr: { args: [{ CaseWhen: { expr: condition, result: value } }] } };
}

/** `value::type`; `type` is a type name of `pg_catalog`, e.g. `date`, `timestamp`, `int8`, `numeric`, or `text`. */
export function cast(value: Node, type: string): Node {
  return { TypeCast: { arg: value, typeName: { names: [name(type)], typemod: -1 } } };
}

/** One column of the SELECT list. */
export function target(value: Node, as?: string): Node {
  return { ResTarget: { val: value, ...(as === undefined ? {} : { name: as }) } };
}

export function table(schema: string, tableName: string, as?: string): Node {
  return {
    RangeVar: {
      schemaname: schema,
      relname: tableName,
      inh: true,
      relpersistence: 'p',
      ...(as === undefined ? {} : { alias: { aliasname: as } }),
    },
  };
}

export function join(left: Node, right: Node, on: Node, kind: 'inner' | 'left' = 'inner'): Node {
  return { JoinExpr: { jointype: kind === 'left' ? 'JOIN_LEFT' : 'JOIN_INNER', larg: left, rarg: right, quals: on } };
}

export function order(value: Node, direction: 'asc' | 'desc' = 'asc', nulls?: 'first' | 'last'): Node {
  return {
    SortBy: {
      node: value,
      sortby_dir: direction === 'asc' ? 'SORTBY_ASC' : 'SORTBY_DESC',
      sortby_nulls:
        nulls === undefined ? 'SORTBY_NULLS_DEFAULT' : nulls === 'first' ? 'SORTBY_NULLS_FIRST' : 'SORTBY_NULLS_LAST',
    },
  };
}

/** A plain SELECT. Absent clauses are left out. */
export function select(parts: {
  columns: Node[];
  from?: Node[];
  where?: Node;
  groupBy?: Node[];
  having?: Node;
  orderBy?: Node[];
  limit?: Node;
  distinct?: boolean;
}): SelectStmt {
  return {
    targetList: parts.columns,
    ...(parts.distinct === true ? { distinctClause: [{}] as Node[] } : {}),
    ...(parts.from === undefined ? {} : { fromClause: parts.from }),
    ...(parts.where === undefined ? {} : { whereClause: parts.where }),
    ...(parts.groupBy === undefined ? {} : { groupClause: parts.groupBy }),
    ...(parts.having === undefined ? {} : { havingClause: parts.having }),
    ...(parts.orderBy === undefined ? {} : { sortClause: parts.orderBy }),
    ...(parts.limit === undefined ? {} : { limitCount: parts.limit }),
    limitOption: parts.limit === undefined ? 'LIMIT_OPTION_DEFAULT' : 'LIMIT_OPTION_COUNT',
    op: 'SETOP_NONE',
  };
}
