import type { Node } from '@pgsql/types';
import { CAST_TYPES, functionRule, type NumberType } from './functions.ts';

/**
 * Whether an expression is a whole number to PostgreSQL, whose `/` then truncates; null when that can't be told.
 * `known`: types of column references and sub-selects, by their node.
 */
export function numberTypeIn(node: Node | undefined, known: ReadonlyMap<object, NumberType>): NumberType | null {
  if (node === undefined) return null;
  if ('ColumnRef' in node) return known.get(node.ColumnRef) ?? null;
  if ('A_Const' in node) {
    if (node.A_Const.ival !== undefined) return 'int4';
    if (node.A_Const.fval === undefined) return null;
    return /^-?\d{1,18}$/.test(node.A_Const.fval.fval ?? '') ? 'int8' : 'number';
  }
  if ('A_Expr' in node) return operationType(node.A_Expr, known);
  if ('TypeCast' in node) {
    const name = node.TypeCast.typeName?.names?.at(-1);
    const isArray = node.TypeCast.typeName?.arrayBounds !== undefined;
    return isArray || name === undefined || !('String' in name)
      ? null
      : (CAST_TYPES.get(name.String.sval ?? '')?.number ?? null);
  }
  if ('CoalesceExpr' in node) return combined(node.CoalesceExpr.args ?? [], known);
  if ('MinMaxExpr' in node) return combined(node.MinMaxExpr.args ?? [], known);
  if ('CaseExpr' in node) {
    const results = (node.CaseExpr.args ?? []).flatMap((when) =>
      'CaseWhen' in when && when.CaseWhen.result !== undefined ? [when.CaseWhen.result] : [],
    );
    return combined(node.CaseExpr.defresult === undefined ? results : [...results, node.CaseExpr.defresult], known);
  }
  if ('SubLink' in node && node.SubLink.subLinkType === 'EXPR_SUBLINK') {
    const select = node.SubLink.subselect;
    return select !== undefined && 'SelectStmt' in select ? (known.get(select.SelectStmt) ?? null) : null;
  }
  if ('FuncCall' in node) return callType(node.FuncCall, known);
  return 'GroupingFunc' in node ? 'int4' : null;
}

function operationType(
  operation: { kind?: string; name?: Node[]; lexpr?: Node; rexpr?: Node },
  known: ReadonlyMap<object, NumberType>,
): NumberType | null {
  if (operation.kind === 'AEXPR_NULLIF') return numberTypeIn(operation.lexpr, known);
  const symbol = operation.name?.at(-1);
  if (operation.kind !== 'AEXPR_OP' || symbol === undefined || !('String' in symbol)) return null;
  if (symbol.String.sval === '^') return 'number';
  if (!['+', '-', '*', '/', '%'].includes(symbol.String.sval ?? '')) return null;
  return combined(operation.lexpr === undefined ? [operation.rexpr!] : [operation.lexpr, operation.rexpr!], known);
}

function callType(
  call: { funcname?: Node[]; args?: Node[]; agg_within_group?: boolean; agg_order?: Node[] },
  known: ReadonlyMap<object, NumberType>,
): NumberType | null {
  const last = call.funcname?.at(-1);
  const name = last !== undefined && 'String' in last ? (last.String.sval ?? '') : '';
  const first = numberTypeIn(call.args?.[0], known);
  if (name === 'sum') return first === 'int4' ? 'int8' : first === null ? null : 'number';
  const returns = functionRule(name)?.returns ?? null;
  return returns !== 'argument' ? returns : call.agg_within_group === true ? null : first;
}

/** NULL constants take the type of their fellows. */
function combined(nodes: Node[], known: ReadonlyMap<object, NumberType>): NumberType | null {
  const types = nodes
    .filter((node) => !('A_Const' in node && node.A_Const.isnull === true))
    .map((node) => numberTypeIn(node, known));
  if (types.length === 0 || types.includes(null)) return null;
  return types.includes('number') ? 'number' : types.includes('int8') ? 'int8' : 'int4';
}

/** The number type that holds both; null where one is no number. */
export function wider(a: NumberType | null, b: NumberType | null): NumberType | null {
  if (a === null || b === null) return null;
  return a === 'number' || b === 'number' ? 'number' : a === 'int8' || b === 'int8' ? 'int8' : 'int4';
}
