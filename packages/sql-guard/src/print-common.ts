import type { A_Const, A_Expr, Node, SelectStmt, SubLink } from '@pgsql/types';
import { notSupportedHere } from './refusal.ts';
import { text } from './tree.ts';

/** How an engine writes what all of them have. */
export type Spelling = {
  expression: (node: Node | undefined) => string;
  /** A sub-query without its parentheses; `inTest`: right of IN, ANY or ALL. */
  select: (node: SelectStmt, inTest: boolean) => string;
  string: (value: string) => string;
};

export const COMPARISONS: ReadonlySet<string> = new Set(['=', '<>', '!=', '<', '<=', '>', '>=']);

/** What every engine writes as SQL has it; null for what each must write itself. */
export function printCommon(node: Node, spelling: Spelling): string | null {
  const { expression } = spelling;
  if ('A_Const' in node) return constant(node.A_Const, spelling);
  if ('BoolExpr' in node) {
    const args = (node.BoolExpr.args ?? []).map(expression);
    return node.BoolExpr.boolop === 'NOT_EXPR'
      ? `(NOT ${args[0]})`
      : `(${args.join(node.BoolExpr.boolop === 'OR_EXPR' ? ' OR ' : ' AND ')})`;
  }
  if ('NullTest' in node)
    return `(${expression(node.NullTest.arg)} IS ${node.NullTest.nulltesttype === 'IS_NULL' ? '' : 'NOT '}NULL)`;
  if ('CaseExpr' in node) {
    const { arg, args, defresult } = node.CaseExpr;
    const whens = (args ?? []).map((entry) => {
      const when = (entry as { CaseWhen: { expr: Node; result: Node } }).CaseWhen;
      return `WHEN ${expression(when.expr)} THEN ${expression(when.result)}`;
    });
    return `(CASE ${arg === undefined ? '' : `${expression(arg)} `}${whens.join(' ')}${defresult === undefined ? '' : ` ELSE ${expression(defresult)}`} END)`;
  }
  if ('CoalesceExpr' in node) return `COALESCE(${listOf(node.CoalesceExpr.args, spelling)})`;
  if ('SubLink' in node) return subLink(node.SubLink, spelling);
  return 'A_Expr' in node ? commonOperation(node.A_Expr, spelling) : null;
}

export function listOf(nodes: Node[] | undefined, { expression }: Spelling): string {
  return (nodes ?? []).map(expression).join(', ');
}

function subLink(link: SubLink, { expression, select }: Spelling): string {
  const isTest = link.subLinkType === 'ANY_SUBLINK' || link.subLinkType === 'ALL_SUBLINK';
  const inner = `(${select((link.subselect as { SelectStmt: SelectStmt }).SelectStmt, isTest)})`;
  if (link.subLinkType === 'EXPR_SUBLINK') return inner;
  if (link.subLinkType === 'EXISTS_SUBLINK') return `EXISTS ${inner}`;
  if (link.subLinkType === 'ANY_SUBLINK' && link.operName === undefined)
    return `(${expression(link.testexpr)} IN ${inner})`;
  const symbol = text(link.operName?.at(-1));
  if (isTest && COMPARISONS.has(symbol))
    return `(${expression(link.testexpr)} ${symbol} ${link.subLinkType === 'ANY_SUBLINK' ? 'ANY' : 'ALL'} ${inner})`;
  throw notSupportedHere('that kind of sub-query');
}

function commonOperation(node: A_Expr, spelling: Spelling): string | null {
  const { expression } = spelling;
  const symbol = text(node.name?.at(-1));
  const items = node.rexpr !== undefined && 'List' in node.rexpr ? (node.rexpr.List.items ?? []) : [];
  if (node.kind === 'AEXPR_OP') {
    return node.lexpr !== undefined && COMPARISONS.has(symbol)
      ? `(${expression(node.lexpr)} ${symbol} ${expression(node.rexpr)})`
      : null;
  }
  const left = (): string => expression(node.lexpr);
  if (node.kind === 'AEXPR_IN') return `(${left()} ${symbol === '<>' ? 'NOT IN' : 'IN'} (${listOf(items, spelling)}))`;
  if (node.kind === 'AEXPR_BETWEEN' || node.kind === 'AEXPR_NOT_BETWEEN')
    return `(${left()} ${node.kind === 'AEXPR_BETWEEN' ? 'BETWEEN' : 'NOT BETWEEN'} ${expression(items[0])} AND ${expression(items[1])})`;
  if (node.kind === 'AEXPR_NULLIF') return `nullif(${left()}, ${expression(node.rexpr)})`;
  const isListed =
    node.kind === 'AEXPR_OP_ANY' && symbol === '=' && node.rexpr !== undefined && 'A_ArrayExpr' in node.rexpr;
  const elements = isListed ? (node.rexpr as { A_ArrayExpr: { elements?: Node[] } }).A_ArrayExpr.elements : undefined;
  return elements === undefined ? null : `(${left()} IN (${listOf(elements, spelling)}))`;
}

function constant(value: A_Const, { string }: Spelling): string {
  if (value.isnull === true) return 'NULL';
  if (value.boolval !== undefined) return value.boolval.boolval === true ? 'true' : 'false';
  if (value.sval !== undefined) return string(value.sval.sval ?? '');
  const digits = value.ival !== undefined ? String(value.ival.ival ?? 0) : (value.fval?.fval ?? '');
  if (!/^-?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(digits)) throw notSupportedHere('a constant of that kind');
  return digits.startsWith('-') ? `(${digits})` : digits;
}

/** The text of a constant, null for anything else. */
export function constantText(node: Node | undefined): string | null {
  return node !== undefined && 'A_Const' in node && node.A_Const.sval !== undefined
    ? (node.A_Const.sval.sval ?? '')
    : null;
}

/** The field or unit that a function names, in small letters. */
export function word(node: Node | undefined, words: { has(word: string): boolean }, functionName: string): string {
  const value = constantText(node)?.toLowerCase();
  if (value === undefined || !words.has(value)) throw notSupportedHere(`${functionName} of that field`);
  return value;
}

/** A pattern of `to_char` for dates in the words of strftime and its like. */
export function datePattern(format: string | null, words: ReadonlyMap<string, string>): string {
  const parts = format?.match(/FMMonth|FMDay|YYYY|YY|MM|DDD|DD|HH24|MI|SS|Mon|Dy|[-/:. ,]/g) ?? [];
  if (format === null || parts.join('') !== format || format === '')
    throw notSupportedHere('to_char with that pattern');
  return parts.map((part) => words.get(part) ?? part).join('');
}

export function wholeNumber(node: Node | undefined): number | null {
  return node !== undefined && 'A_Const' in node && node.A_Const.ival !== undefined
    ? (node.A_Const.ival.ival ?? 0)
    : null;
}
