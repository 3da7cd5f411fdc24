import type { Node } from '@pgsql/types';

/** The name PostgreSQL gives an output column without AS (`FigureColname` in parse_target.c). */
export function outputName(value: Node | undefined): string {
  return value === undefined ? '?column?' : (figure(value)?.name ?? '?column?');
}

/** `weak`: a name that a better one further in replaces. */
function figure(node: Node): { name: string; weak: boolean } | null {
  if ('ColumnRef' in node) return strong(lastName(node.ColumnRef.fields));
  if ('FuncCall' in node) return strong(lastName(node.FuncCall.funcname));
  if ('A_Indirection' in node) return node.A_Indirection.arg === undefined ? null : figure(node.A_Indirection.arg);
  if ('A_Expr' in node) return node.A_Expr.kind === 'AEXPR_NULLIF' ? strong('nullif') : null;
  if ('TypeCast' in node) {
    const inner = node.TypeCast.arg === undefined ? null : figure(node.TypeCast.arg);
    if (inner !== null && !inner.weak) return inner;
    const type = lastName(node.TypeCast.typeName?.names);
    return type === null ? inner : { name: type, weak: true };
  }
  if ('CollateClause' in node) return node.CollateClause.arg === undefined ? null : figure(node.CollateClause.arg);
  if ('GroupingFunc' in node) return strong('grouping');
  if ('SubLink' in node) {
    const link = node.SubLink;
    if (link.subLinkType === 'EXISTS_SUBLINK') return strong('exists');
    if (link.subLinkType === 'ARRAY_SUBLINK') return strong('array');
    if (link.subLinkType !== 'EXPR_SUBLINK' || link.subselect === undefined || !('SelectStmt' in link.subselect))
      return null;
    let select = link.subselect.SelectStmt;
    while (select.larg !== undefined) select = select.larg;
    if (select.valuesLists !== undefined) return strong('column1');
    const target = select.targetList?.[0];
    if (target === undefined || !('ResTarget' in target)) return null;
    return target.ResTarget.name !== undefined
      ? strong(target.ResTarget.name)
      : strong(outputName(target.ResTarget.val));
  }
  if ('CaseExpr' in node) {
    const inner = node.CaseExpr.defresult === undefined ? null : figure(node.CaseExpr.defresult);
    return inner !== null && !inner.weak ? inner : { name: 'case', weak: true };
  }
  if ('A_ArrayExpr' in node) return strong('array');
  if ('RowExpr' in node) return strong('row');
  if ('CoalesceExpr' in node) return strong('coalesce');
  if ('MinMaxExpr' in node) return strong(node.MinMaxExpr.op === 'IS_LEAST' ? 'least' : 'greatest');
  if ('SQLValueFunction' in node)
    return strong(
      (node.SQLValueFunction.op ?? '')
        .replace(/^SVFOP_/, '')
        .replace(/_N$/, '')
        .toLowerCase(),
    );
  return null;
}

function strong(name: string | null): { name: string; weak: boolean } | null {
  return name === null ? null : { name, weak: false };
}

function lastName(names: Node[] | undefined): string | null {
  const last = names?.at(-1);
  return last !== undefined && 'String' in last ? (last.String.sval ?? '') : null;
}
