import type { Node, SelectStmt } from '@pgsql/types';
import { eachNode, text } from './tree.ts';

/** A table in the FROM of a SELECT, by the name it goes by there. */
export type GroupedTable = {
  readonly alias: string;
  /** Whether it is named bare too, since nothing else is around. */
  readonly isAlone: boolean;
  readonly columns: ReadonlySet<string>;
  /** Empty for none. */
  readonly primaryKey: readonly string[];
};

/**
 * Who groups by a table's primary key may name its other columns as well (PostgreSQL knows that they follow from it); behind a barrier
 * there is no key any more, so these columns are grouped by too, which makes no other groups. Changes `select`.
 */
export function groupByKey(select: SelectStmt, table: GroupedTable): void {
  const groups = select.groupClause;
  if (groups === undefined || table.primaryKey.length === 0) return;
  if (groups.some((entry) => 'GroupingSet' in entry)) return;
  const grouped = new Set(groups.map((entry) => columnOf(groupedExpression(entry, select), table)));
  if (!table.primaryKey.every((column) => grouped.has(column))) return;
  const named = new Map<string, Node>();
  eachNode([select.targetList, select.havingClause, select.sortClause], (type, node) => {
    const reference = { [type]: node } as unknown as Node;
    const column = columnOf(reference, table);
    if (column !== null && !grouped.has(column)) named.set(column, structuredClone(reference));
  });
  groups.push(...named.values());
}

/** A number means an output column. */
function groupedExpression(entry: Node, select: SelectStmt): Node {
  const position = 'A_Const' in entry ? entry.A_Const.ival?.ival : undefined;
  const target = position === undefined ? undefined : select.targetList?.[position - 1];
  return target !== undefined && 'ResTarget' in target && target.ResTarget.val !== undefined
    ? target.ResTarget.val
    : entry;
}

function columnOf(node: Node, { alias, isAlone, columns }: GroupedTable): string | null {
  if (!('ColumnRef' in node)) return null;
  const names = (node.ColumnRef.fields ?? []).map(text);
  const isOfTable = names.length === 1 ? isAlone : names.length === 2 && names[0] === alias;
  return isOfTable && columns.has(names.at(-1)!) ? names.at(-1)! : null;
}
