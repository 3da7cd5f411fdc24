import { CAST_TYPES, functionRule, OPERATORS } from './functions.ts';
import { notAllowed, type Refusal } from './refusal.ts';
import { checkSeries } from './series.ts';
import { isObject, isPlace, nodeType } from './tree.ts';

/** What a field of a node may hold. `{ bare }`: the fields of that node, without its name around them. */
type Field = 'node' | 'nodes' | 'series' | 'text' | 'flag' | 'number' | { bare: string } | { among: readonly string[] };

const LIMIT_OPTIONS = ['LIMIT_OPTION_DEFAULT', 'LIMIT_OPTION_COUNT'];
const SUBLINKS = ['EXISTS_SUBLINK', 'ALL_SUBLINK', 'ANY_SUBLINK', 'EXPR_SUBLINK', 'ARRAY_SUBLINK'];
const EXPRESSIONS = [
  'AEXPR_OP',
  'AEXPR_OP_ANY',
  'AEXPR_OP_ALL',
  'AEXPR_DISTINCT',
  'AEXPR_NOT_DISTINCT',
  'AEXPR_NULLIF',
  'AEXPR_IN',
  'AEXPR_LIKE',
  'AEXPR_ILIKE',
  'AEXPR_SIMILAR',
  'AEXPR_BETWEEN',
  'AEXPR_NOT_BETWEEN',
  'AEXPR_BETWEEN_SYM',
  'AEXPR_NOT_BETWEEN_SYM',
];
const MOMENTS = [
  'SVFOP_CURRENT_DATE',
  'SVFOP_CURRENT_TIME',
  'SVFOP_CURRENT_TIMESTAMP',
  'SVFOP_LOCALTIME',
  'SVFOP_LOCALTIMESTAMP',
  'SVFOP_CURRENT_TIME_N',
  'SVFOP_CURRENT_TIMESTAMP_N',
  'SVFOP_LOCALTIME_N',
  'SVFOP_LOCALTIMESTAMP_N',
];
const COLLATIONS = new Set([
  'C',
  'POSIX',
  'default',
  'ucs_basic',
  'unicode',
  'und-x-icu',
  'en-x-icu',
  'en_US',
  'en_US.utf8',
]);
/** A wide `char(n)` pads every value: a cheap way to make much of little. */
const TYPE_MODIFIER_MAX = 10_000;

// INVARIANT: deny by default. A node type or a field that is not written here is refused, whatever it means.
const SHAPES: ReadonlyMap<string, Readonly<Record<string, Field>>> = new Map(
  Object.entries({
    SelectStmt: {
      distinctClause: 'nodes',
      targetList: 'nodes',
      fromClause: 'nodes',
      whereClause: 'node',
      groupClause: 'nodes',
      groupDistinct: 'flag',
      havingClause: 'node',
      windowClause: 'nodes',
      valuesLists: 'nodes',
      sortClause: 'nodes',
      limitOffset: 'node',
      limitCount: 'node',
      limitOption: { among: LIMIT_OPTIONS },
      withClause: { bare: 'WithClause' },
      op: { among: ['SETOP_NONE', 'SETOP_UNION', 'SETOP_INTERSECT', 'SETOP_EXCEPT'] },
      all: 'flag',
      larg: { bare: 'SelectStmt' },
      rarg: { bare: 'SelectStmt' },
    },
    WithClause: { ctes: 'nodes' },
    CommonTableExpr: {
      ctename: 'text',
      aliascolnames: 'nodes',
      ctematerialized: { among: ['CTEMaterializeDefault', 'CTEMaterializeAlways', 'CTEMaterializeNever'] },
      ctequery: 'node',
    },
    ResTarget: { name: 'text', val: 'node' },
    ColumnRef: { fields: 'nodes' },
    A_Star: {},
    A_Const: {
      ival: { bare: 'Integer' },
      fval: { bare: 'Float' },
      boolval: { bare: 'Boolean' },
      sval: { bare: 'String' },
      bsval: { bare: 'BitString' },
      isnull: 'flag',
    },
    Integer: { ival: 'number' },
    Float: { fval: 'text' },
    Boolean: { boolval: 'flag' },
    String: { sval: 'text' },
    BitString: { bsval: 'text' },
    List: { items: 'nodes' },
    A_Expr: { kind: { among: EXPRESSIONS }, name: 'nodes', lexpr: 'node', rexpr: 'node' },
    BoolExpr: { boolop: { among: ['AND_EXPR', 'OR_EXPR', 'NOT_EXPR'] }, args: 'nodes' },
    NullTest: { arg: 'node', nulltesttype: { among: ['IS_NULL', 'IS_NOT_NULL'] } },
    BooleanTest: {
      arg: 'node',
      booltesttype: { among: ['IS_TRUE', 'IS_NOT_TRUE', 'IS_FALSE', 'IS_NOT_FALSE', 'IS_UNKNOWN', 'IS_NOT_UNKNOWN'] },
    },
    CaseExpr: { arg: 'node', args: 'nodes', defresult: 'node' },
    CaseWhen: { expr: 'node', result: 'node' },
    CoalesceExpr: { args: 'nodes' },
    MinMaxExpr: { op: { among: ['IS_GREATEST', 'IS_LEAST'] }, args: 'nodes' },
    SubLink: { subLinkType: { among: SUBLINKS }, testexpr: 'node', operName: 'nodes', subselect: 'node' },
    RowExpr: { args: 'nodes', row_format: { among: ['COERCE_EXPLICIT_CALL', 'COERCE_IMPLICIT_CAST'] } },
    TypeCast: { arg: 'node', typeName: { bare: 'TypeName' } },
    TypeName: { names: 'nodes', typmods: 'nodes', typemod: 'number', arrayBounds: 'nodes' },
    FuncCall: {
      funcname: 'nodes',
      args: 'nodes',
      agg_order: 'nodes',
      agg_filter: 'node',
      agg_within_group: 'flag',
      agg_star: 'flag',
      agg_distinct: 'flag',
      over: { bare: 'WindowDef' },
      funcformat: { among: ['COERCE_EXPLICIT_CALL', 'COERCE_SQL_SYNTAX'] },
    },
    WindowDef: {
      name: 'text',
      refname: 'text',
      partitionClause: 'nodes',
      orderClause: 'nodes',
      frameOptions: 'number',
      startOffset: 'node',
      endOffset: 'node',
    },
    SortBy: {
      node: 'node',
      sortby_dir: { among: ['SORTBY_DEFAULT', 'SORTBY_ASC', 'SORTBY_DESC'] },
      sortby_nulls: { among: ['SORTBY_NULLS_DEFAULT', 'SORTBY_NULLS_FIRST', 'SORTBY_NULLS_LAST'] },
    },
    A_ArrayExpr: { elements: 'nodes' },
    A_Indirection: { arg: 'node', indirection: 'nodes' },
    A_Indices: { is_slice: 'flag', lidx: 'node', uidx: 'node' },
    CollateClause: { arg: 'node', collname: 'nodes' },
    GroupingFunc: { args: 'nodes' },
    GroupingSet: {
      kind: {
        among: [
          'GROUPING_SET_EMPTY',
          'GROUPING_SET_SIMPLE',
          'GROUPING_SET_ROLLUP',
          'GROUPING_SET_CUBE',
          'GROUPING_SET_SETS',
        ],
      },
      content: 'nodes',
    },
    SQLValueFunction: { op: { among: MOMENTS }, typmod: 'number' },
    RangeVar: {
      schemaname: 'text',
      relname: 'text',
      inh: 'flag',
      relpersistence: { among: ['p'] },
      alias: { bare: 'Alias' },
    },
    Alias: { aliasname: 'text', colnames: 'nodes' },
    RangeSubselect: { lateral: 'flag', subquery: 'node', alias: { bare: 'Alias' } },
    RangeFunction: { lateral: 'flag', functions: 'series', alias: { bare: 'Alias' } },
    JoinExpr: {
      jointype: { among: ['JOIN_INNER', 'JOIN_LEFT', 'JOIN_RIGHT', 'JOIN_FULL'] },
      isNatural: 'flag',
      larg: 'node',
      rarg: 'node',
      usingClause: 'nodes',
      quals: 'node',
    },
  } satisfies Record<string, Record<string, Field>>),
);

/** Refuses (`query/not_allowed`) everything in a SELECT's tree that is not written above. The tree's depth is already limited. */
export function checkAllowed(select: unknown): void {
  checkNode(select);
}

function checkNode(node: unknown): void {
  const type = nodeType(node);
  // An empty node stands for "nothing given" in lists, e.g. of DISTINCT and of array bounds.
  if (type === null && isObject(node) && Object.keys(node).length === 0) return;
  if (type === null) throw notAllowed('an unknown construct');
  checkFields(type, (node as Record<string, unknown>)[type]);
}

function checkFields(type: string, fields: unknown): void {
  const shape = SHAPES.get(type);
  if (shape === undefined || !isObject(fields)) throw refusedNode(type);
  for (const [field, value] of Object.entries(fields)) {
    if (isPlace(field)) continue;
    const allowed = Object.hasOwn(shape, field) ? shape[field]! : null;
    if (allowed === null || !checkField(allowed, value)) throw refusedField(type, field, value);
  }
  if (type === 'FuncCall') checkFunction(fields);
  if (type === 'A_Expr')
    checkOperator(
      fields['name'],
      fields['kind'] === 'AEXPR_OP' || fields['kind'] === 'AEXPR_OP_ANY' || fields['kind'] === 'AEXPR_OP_ALL',
    );
  if (type === 'SubLink' && fields['operName'] !== undefined) checkOperator(fields['operName'], true);
  if (type === 'TypeName') checkType(fields);
  if (type === 'CollateClause') checkCollation(fields['collname']);
  if (type === 'A_Indirection') checkIndirection(fields['indirection']);
  if (type === 'CommonTableExpr' && nodeType(fields['ctequery']) !== 'SelectStmt')
    throw notAllowed(`${verb(nodeType(fields['ctequery']))} in WITH`);
}

function checkField(allowed: Field, value: unknown): boolean {
  if (allowed === 'text') return typeof value === 'string' && !value.includes('\0') && value.isWellFormed();
  if (allowed === 'flag') return typeof value === 'boolean';
  if (allowed === 'number') return typeof value === 'number';
  if (allowed === 'node') return checkNode(value) === undefined;
  if (allowed === 'nodes') {
    if (!Array.isArray(value)) return false;
    for (const node of value) checkNode(node);
    return true;
  }
  if (allowed === 'series') return checkSeries(value) === undefined;
  if ('among' in allowed) return typeof value === 'string' && allowed.among.includes(value);
  checkFields(allowed.bare, value);
  return true;
}

function checkFunction(call: Record<string, unknown>): void {
  const name = builtInName(call['funcname']);
  const rule = name === null ? null : functionRule(name);
  if (rule === null) throw notAllowed(`function ${namesOf(call['funcname']).join('.')}`);
  if (rule.use === 'window' && call['over'] === undefined) throw notAllowed(`function ${name} without OVER`);
  if ((name === 'lpad' || name === 'rpad') && !isSmallConstant((call['args'] as unknown[] | undefined)?.[1]))
    throw notAllowed(`function ${name} to a length that is not a number up to ${TYPE_MODIFIER_MAX}`);
}

/** The name of a function or operator, when it is unqualified or of `pg_catalog`. */
function builtInName(nodes: unknown): string | null {
  const names = namesOf(nodes);
  if (names.length === 1) return names[0]!;
  return names.length === 2 && names[0] === 'pg_catalog' ? names[1]! : null;
}

function namesOf(nodes: unknown): string[] {
  if (!Array.isArray(nodes)) return [];
  return nodes.map((node) =>
    nodeType(node) === 'String' ? String((node as { String: { sval?: string } }).String.sval ?? '') : '?',
  );
}

function checkOperator(nodes: unknown, isOperator: boolean): void {
  const name = builtInName(nodes);
  const words = isOperator
    ? null
    : [
        '~~',
        '!~~',
        '~~*',
        '!~~*',
        '~',
        '!~',
        '=',
        '<>',
        'BETWEEN',
        'NOT BETWEEN',
        'BETWEEN SYMMETRIC',
        'NOT BETWEEN SYMMETRIC',
      ];
  if (name === null || !(words === null ? OPERATORS.has(name) : words.includes(name)))
    throw notAllowed(`operator ${namesOf(nodes).join('.')}`);
}

function checkType(type: Record<string, unknown>): void {
  const name = builtInName(type['names']);
  if (name === null || !CAST_TYPES.has(name)) throw notAllowed(`type ${namesOf(type['names']).join('.')}`);
  for (const modifier of (type['typmods'] as unknown[] | undefined) ?? []) {
    if (!isSmallConstant(modifier) && name !== 'interval') throw notAllowed(`type ${name} of that size`);
    if (nodeType(modifier) !== 'A_Const') throw notAllowed(`type ${name} of that size`);
  }
}

function isSmallConstant(node: unknown): boolean {
  if (nodeType(node) !== 'A_Const') return false;
  const constant = (node as { A_Const: { ival?: { ival?: number } } }).A_Const.ival;
  return constant !== undefined && Math.abs(constant.ival ?? 0) <= TYPE_MODIFIER_MAX;
}

function checkCollation(nodes: unknown): void {
  const name = builtInName(nodes);
  if (name === null || !COLLATIONS.has(name)) throw notAllowed(`collation ${namesOf(nodes).join('.')}`);
}

function checkIndirection(steps: unknown): void {
  for (const step of steps as unknown[]) if (nodeType(step) !== 'A_Indices') throw notAllowed('a field of a row value');
}

const LOCKS: Record<string, string> = {
  LCS_FORUPDATE: 'FOR UPDATE',
  LCS_FORNOKEYUPDATE: 'FOR NO KEY UPDATE',
  LCS_FORSHARE: 'FOR SHARE',
  LCS_FORKEYSHARE: 'FOR KEY SHARE',
};
const FIELD_NAMES: Record<string, string> = {
  'SelectStmt.intoClause': 'SELECT INTO',
  'WithClause.recursive': 'WITH RECURSIVE',
  'CommonTableExpr.search_clause': 'SEARCH',
  'CommonTableExpr.cycle_clause': 'CYCLE',
  'SelectStmt.limitOption': 'WITH TIES',
  'RangeVar.catalogname': 'another database',
  'RangeVar.relpersistence': 'a temporary table',
  'FuncCall.func_variadic': 'VARIADIC',
  'TypeName.setof': 'SETOF',
  'TypeName.pct_type': '%TYPE',
  'SortBy.useOp': 'ORDER BY USING',
  'SortBy.sortby_dir': 'ORDER BY USING',
  'RangeFunction.is_rowsfrom': 'ROWS FROM',
  'RangeFunction.ordinality': 'WITH ORDINALITY',
  'RangeFunction.coldeflist': 'a column definition list',
  'SQLValueFunction.op': 'the name of the user, database or schema',
  'JoinExpr.alias': 'an alias of a join',
  'JoinExpr.join_using_alias': 'an alias of a join',
  'RangeFunction.functions': 'a table function',
};

function refusedField(type: string, field: string, value: unknown): Refusal {
  if (field === 'lockingClause') {
    const strength = Array.isArray(value)
      ? (value[0] as { LockingClause?: { strength?: string } }).LockingClause?.strength
      : undefined;
    return notAllowed(LOCKS[strength ?? ''] ?? 'FOR UPDATE');
  }
  return notAllowed(FIELD_NAMES[`${type}.${field}`] ?? `${type} with ${field}`);
}

function refusedNode(type: string): Refusal {
  const names: Record<string, string> = {
    RangeTableSample: 'TABLESAMPLE',
    RangeTableFunc: 'XMLTABLE',
    JsonTable: 'JSON_TABLE',
    SetToDefault: 'DEFAULT',
    NamedArgExpr: 'a named argument',
    XmlExpr: 'XML',
    CurrentOfExpr: 'CURRENT OF',
    ParamRef: 'a parameter without a value',
  };
  return notAllowed(Object.hasOwn(names, type) ? names[type]! : type.endsWith('Stmt') ? verb(type) : type);
}

function verb(type: string | null): string {
  return (type ?? 'a statement').replace(/Stmt$/, '').toUpperCase();
}
