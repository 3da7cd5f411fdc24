import { type Limit, tooComplex } from './refusal.ts';
import type { Fold } from './scope.ts';
import { isObject, nodeType } from './tree.ts';

/** Joins in one another; a chain of joins is that. */
const JOIN_DEPTH_MAX = 50;

/** Counted as the statement is written. */
type Counts = Record<
  Extract<Limit, 'nodes' | 'relations' | 'ctes' | 'setOperations' | 'listItems' | 'sortEntries'>,
  number
>;
const MAXIMA: Readonly<Counts> = {
  nodes: 25_000,
  relations: 100,
  ctes: 32,
  setOperations: 50,
  listItems: 10_000,
  sortEntries: 1_664,
};
type CteSizes = ReadonlyMap<string, number>;

/**
 * Refuses (`query/too_complex`) a tree that would take long to check here, or to plan in the source: some sources plan
 * without looking up, whatever their time limit. One look at every node; of a parsed tree of limited depth, before
 * anything else is done with it.
 */
export function checkComplexity(statement: unknown, fold: Fold): void {
  const counts: Counts = { nodes: 0, relations: -1, ctes: 0, setOperations: 0, listItems: 0, sortEntries: 0 };
  // The outermost SELECT is no sub-query: both counts leave it out.
  within('relations', size(statement, new Map(), 0) - 1);

  /** Tables and sub-queries that `node` means once every query of WITH is written out where it is named. */
  function size(node: unknown, ctes: CteSizes, joinDepth: number): number {
    if (typeof node !== 'object' || node === null) return 0;
    let total = 0;
    if (Array.isArray(node)) {
      for (const value of node) total += size(value, ctes, joinDepth);
      return total;
    }
    for (const [field, value] of Object.entries(node)) {
      if (typeof value !== 'object' || value === null) continue;
      if (isNodeName(field)) count('nodes', 1);
      if (field === 'SelectStmt' || field === 'larg' || field === 'rarg') {
        total += isObject(value) && isSelect(field, value) ? selectSize(value, ctes) : size(value, ctes, joinDepth);
      } else if (field === 'RangeVar') total += tableSize(value as Record<string, unknown>, ctes);
      else if (field === 'RangeFunction') total += one() + size(value, ctes, 0);
      else if (field === 'JoinExpr') {
        if (joinDepth >= JOIN_DEPTH_MAX) throw tooComplex('joinDepth', JOIN_DEPTH_MAX);
        total += size(value, ctes, joinDepth + 1);
      } else {
        if (field === 'items' || field === 'elements') count('listItems', lengthOf(value));
        total += size(value, ctes, 0);
      }
    }
    return total;
  }

  function selectSize(select: Record<string, unknown>, outer: CteSizes): number {
    const { withClause, ...rest } = select;
    const ctes = withSizes(withClause, outer);
    if (select['larg'] === undefined) count('relations', 1);
    else count('setOperations', 1);
    count('sortEntries', lengthOf(select['sortClause']) + lengthOf(select['groupClause']));
    count('sortEntries', lengthOf(select['distinctClause']));
    return (select['larg'] === undefined ? 1 : 0) + size(rest, ctes, 0);
  }

  /** As `resolve` reads it: each query of WITH sees the ones before it. */
  function withSizes(withClause: unknown, outer: CteSizes): CteSizes {
    if (!isObject(withClause) || !Array.isArray(withClause['ctes'])) return outer;
    const sizes = new Map(outer);
    for (const entry of withClause['ctes'] as { CommonTableExpr?: Record<string, unknown> }[]) {
      count('ctes', 1);
      const cte = entry.CommonTableExpr ?? {};
      sizes.set(fold(String(cte['ctename'])), within('relations', size(cte['ctequery'], sizes, 0)));
    }
    return sizes;
  }

  function tableSize(range: Record<string, unknown>, ctes: CteSizes): number {
    size(range['alias'], ctes, 0);
    const cte = range['schemaname'] === undefined ? ctes.get(fold(String(range['relname']))) : undefined;
    return cte === undefined ? one() : Math.max(cte, one());
  }

  function one(): number {
    count('relations', 1);
    return 1;
  }

  function count(limit: keyof Counts, more: number): void {
    counts[limit] = within(limit, counts[limit] + more);
  }

  function within(limit: keyof Counts, value: number): number {
    if (value > MAXIMA[limit]) throw tooComplex(limit, MAXIMA[limit]);
    return value;
  }
}

/** The arms of a combined query carry no node name; those of a join do. */
function isSelect(field: string, value: Record<string, unknown>): boolean {
  return field === 'SelectStmt' || nodeType(value) === null;
}

function isNodeName(field: string): boolean {
  const first = field.charCodeAt(0);
  return first >= 65 && first <= 90;
}

function lengthOf(value: unknown): number {
  return Array.isArray(value) ? value.length : 0;
}
