import type { ColumnRef, CommonTableExpr, Node, SelectStmt } from '@pgsql/types';
import { column as columnNode, literal } from './build-tree.ts';
import type { NumberType } from './functions.ts';
import { numberTypeIn, wider } from './number-type.ts';
import { outputName } from './output-name.ts';
import type { PlanRelation } from './plan.ts';
import { denied, notAllowed, tooComplex } from './refusal.ts';
import { type Ctes, createFromResolver, relationKey } from './resolve-from.ts';
import {
  checkReachable,
  columnsNamed,
  findColumn,
  findInItem,
  findItemAround,
  findLocal,
  type Fold,
  itemCount,
  type OutputColumn,
  renamed,
  type Scope,
  type ScopeColumn,
  type ScopeItem,
} from './scope.ts';
import type { TableFinder } from './tables.ts';
import { become, eachNode, isObject, text } from './tree.ts';

/** PostgreSQL's own limit on the columns of a result. */
const COLUMNS_MAX = 1664;
/** Output columns of all SELECTs of a statement together, with every `*` written out. */
const TARGETS_MAX = 5_000;
/** References to columns: as written, for `*`, and for joins with USING. */
const COLUMN_NAMES_MAX = 20_000;

/** What a tree means. `numbers` holds the number type of column references and sub-selects that have one. */
export type Resolved = {
  relations: PlanRelation[];
  output: OutputColumn[];
  numbers: ReadonlyMap<object, NumberType>;
  /** Output columns of each SELECT, by its node. */
  outputs: ReadonlyMap<object, OutputColumn[]>;
  rewrote: { tables: boolean; stars: boolean; columns: boolean };
};

/**
 * Gives every name in an allowed SELECT its meaning, and writes the meaning into the tree: tables with their schema, `*` as
 * columns, NATURAL as USING, bare names qualified wherever another table could claim them. Changes `select`.
 * INVARIANT: the printed tree names no table or column that is not in `findTable`'s schema, and none that the source could
 * understand otherwise: it knows hidden columns that this function does not.
 * Throws `query/denied` for a name that is unknown, `query/not_allowed` for one that has two meanings.
 */
export function resolve(select: SelectStmt, findTable: TableFinder, fold: Fold, alwaysQualify: boolean): Resolved {
  const relations = new Map<string, PlanRelation & { read: Set<string> }>();
  const numbers = new Map<object, NumberType>();
  const outputs = new Map<object, OutputColumn[]>();
  const columnOf = new Map<object, ScopeColumn>();
  const resolvedNames = new Set<object>();
  const rewrote = { tables: false, stars: false, columns: false };
  let targetCount = 0;
  /** A name that the source could not tell either; said at the end, so that a statement that is too large is called that. */
  let hasTwice = false;
  let columnNames = 0;
  const { fromEntry, joined } = createFromResolver({
    findTable,
    fold,
    relations,
    resolvedNames,
    rewrote,
    selectOutput,
    expression,
    reference,
  });

  const output = selectOutput(select, null, new Map());
  eachNode({ SelectStmt: select }, (type, node) => {
    // INVARIANT: nothing that names a table or column was passed over.
    if ((type === 'ColumnRef' || type === 'RangeVar') && !resolvedNames.has(node))
      throw notAllowed('a name in that place');
  });
  if (hasTwice) throw notAllowed('a column name that a sub-query has twice');
  const read = [...relations.values()].map(({ schema, table, read: columns }) => ({
    schema,
    table,
    columns: [...columns].sort(),
  }));
  read.sort((a, b) => (`${a.schema}\0${a.table}` < `${b.schema}\0${b.table}` ? -1 : 1));
  return { relations: read, output, numbers, outputs, rewrote };

  function selectOutput(node: SelectStmt, outer: Scope | null, outerCtes: Ctes): OutputColumn[] {
    const ctes = withCtes(node, outer, outerCtes);
    const columns =
      node.larg !== undefined
        ? setOperation(node, outer, ctes)
        : node.valuesLists !== undefined
          ? values(node, outer, ctes)
          : plainSelect(node, outer, ctes);
    if (columns.length > COLUMNS_MAX) throw tooComplex('outputColumns', COLUMNS_MAX);
    const noTables: Scope = { items: [], merged: [], outer };
    expression(node.limitCount, noTables, ctes);
    expression(node.limitOffset, noTables, ctes);
    outputs.set(node, columns);
    return columns;
  }

  function withCtes(node: SelectStmt, outer: Scope | null, outerCtes: Ctes): Ctes {
    const names = new Set<string>();
    const ctes = new Map(outerCtes);
    for (const entry of node.withClause?.ctes ?? []) {
      const cte = (entry as { CommonTableExpr: CommonTableExpr }).CommonTableExpr;
      const name = fold(cte.ctename ?? '');
      if (names.has(name)) throw notAllowed('one name for two queries of WITH');
      names.add(name);
      const query = (cte.ctequery as { SelectStmt: SelectStmt }).SelectStmt;
      ctes.set(name, renamed(selectOutput(query, outer, new Map(ctes)), cte.aliascolnames));
    }
    return ctes;
  }

  function setOperation(node: SelectStmt, outer: Scope | null, ctes: Ctes): OutputColumn[] {
    const left = selectOutput(node.larg!, outer, ctes);
    const right = selectOutput(node.rarg!, outer, ctes);
    if (left.length !== right.length) throw notAllowed('sides with different numbers of columns');
    const columns = left.map((column, index) => ({
      name: column.name,
      number: wider(column.number, right[index]!.number),
    }));
    sortByOutput(node, columns);
    return columns;
  }

  function values(node: SelectStmt, outer: Scope | null, ctes: Ctes): OutputColumn[] {
    const rows = (node.valuesLists ?? []).map((row) => (row as { List: { items?: Node[] } }).List.items ?? []);
    const scope: Scope = { items: [], merged: [], outer };
    for (const row of rows) for (const value of row) expression(value, scope, ctes);
    const width = rows[0]?.length ?? 0;
    if (rows.some((row) => row.length !== width)) throw notAllowed('VALUES rows of different lengths');
    const columns = rows[0]!.map((value, index) => ({
      name: `column${index + 1}`,
      number: rows.map((row) => numberTypeIn(row[index], numbers)).reduce(wider, numberTypeIn(value, numbers)),
    }));
    sortByOutput(node, columns);
    return columns;
  }

  /** ORDER BY where only output columns may be named. */
  function sortByOutput(node: SelectStmt, columns: OutputColumn[]): void {
    for (const entry of node.sortClause ?? []) {
      const sort = (entry as { SortBy: { node: Node } }).SortBy.node;
      const name = bareName(sort);
      if (name === null && !('A_Const' in sort)) throw notAllowed('ORDER BY an expression of a combined query');
      if (name !== null)
        byOutput(
          sort,
          columns.map((column) => column.name),
          name,
        );
    }
  }

  function plainSelect(node: SelectStmt, outer: Scope | null, ctes: Ctes): OutputColumn[] {
    const scope: Scope = { items: [], merged: [], outer };
    const columns: ScopeColumn[] = [];
    for (const entry of node.fromClause ?? []) {
      const from = fromEntry(entry, scope, ctes);
      scope.items = joined(scope.items, from.items);
      scope.merged = [...scope.merged, ...from.merged];
      columns.push(...from.columns);
    }
    node.targetList = (node.targetList ?? []).flatMap((entry) => withoutStars(entry, scope, columns));
    if (node.targetList.length === 0) throw notAllowed('a SELECT without columns');
    const targets = node.targetList.map((entry) => (entry as { ResTarget: { name?: string; val: Node } }).ResTarget);
    // A name may change when its column is written in full, the output column's may not.
    const names = targets.map((target) => target.name ?? outputName(target.val));
    for (const [index, target] of targets.entries()) {
      expression(target.val, scope, ctes);
      if (target.name === undefined && outputName(target.val) !== names[index]) target.name = names[index]!;
    }
    expression(node.whereClause, scope, ctes);
    expression(node.havingClause, scope, ctes);
    for (const entry of node.windowClause ?? []) expression(entry, scope, ctes);
    for (const entry of node.groupClause ?? []) groupEntry(entry, scope, ctes, targets, names);
    for (const entry of node.distinctClause ?? []) orderEntry(entry, scope, ctes, targets, names);
    for (const entry of node.sortClause ?? [])
      orderEntry((entry as { SortBy: { node: Node } }).SortBy.node, scope, ctes, targets, names);
    return targets.map((target, index) => ({ name: names[index]!, number: numberTypeIn(target.val, numbers) }));
  }

  /** A bare name in GROUP BY is a column of this level's tables, else an output column, else one of the levels around. */
  function groupEntry(node: Node, scope: Scope, ctes: Ctes, targets: { val: Node }[], names: string[]): void {
    if ('GroupingSet' in node)
      for (const entry of node.GroupingSet.content ?? []) groupEntry(entry, scope, ctes, targets, names);
    else if ('RowExpr' in node && node.RowExpr.row_format === 'COERCE_IMPLICIT_CAST')
      for (const entry of node.RowExpr.args ?? []) groupEntry(entry, scope, ctes, targets, names);
    else {
      const name = bareName(node);
      if (name === null || findLocal(scope, name, fold) !== null || !names.some((other) => fold(other) === fold(name)))
        return expression(node, scope, ctes);
      // The source would prefer a hidden column of that name, so the output column goes by its number.
      const position = outputPosition(name, targets, names);
      become(node, literal(position));
      rewrote.columns = true;
    }
  }

  /** A bare name in ORDER BY and DISTINCT ON is an output column before it is anything else. */
  function orderEntry(node: Node, scope: Scope, ctes: Ctes, targets: { val: Node }[], names: string[]): void {
    const name = bareName(node);
    if (name === null || !names.some((other) => fold(other) === fold(name))) return expression(node, scope, ctes);
    outputPosition(name, targets, names);
    byOutput(node, names, name);
  }

  function byOutput(node: Node, names: string[], name: string): void {
    const position = names.findIndex((other) => fold(other) === fold(name)) + 1;
    if (position === 0) throw denied();
    if (alwaysQualify) become(node, literal(position));
    else resolvedNames.add((node as { ColumnRef: object }).ColumnRef);
  }

  function outputPosition(name: string, targets: { val: Node }[], names: string[]): number {
    const positions = names.flatMap((other, index) => (fold(other) === fold(name) ? [index] : []));
    const meanings = new Set(
      positions.map((index) => {
        const value = targets[index]!.val;
        return 'ColumnRef' in value ? columnOf.get(value.ColumnRef) : value;
      }),
    );
    if (meanings.size > 1) throw notAllowed('a column name that the result has twice');
    return positions[0]! + 1;
  }

  function withoutStars(entry: Node, scope: Scope, columns: ScopeColumn[]): Node[] {
    const value = (entry as { ResTarget: { val: Node } }).ResTarget.val;
    if (!('ColumnRef' in value) || !('A_Star' in (value.ColumnRef.fields?.at(-1) ?? {}))) {
      countTargets(1);
      return [entry];
    }
    const fields = value.ColumnRef.fields!.slice(0, -1).map(text);
    if (fields.length === 0 && scope.items.length === 0) throw notAllowed('* without FROM');
    const meant = fields.length === 0 ? columns : tableNamed(fields, scope).columns;
    countTargets(meant.length);
    rewrote.stars = true;
    return meant.map((column) => ({
      ResTarget: { val: reference(column, scope), ...(column.places.length > 1 ? { name: column.name } : {}) },
    }));
  }

  function countTargets(more: number): void {
    targetCount += more;
    if (targetCount > TARGETS_MAX) throw tooComplex('targets', TARGETS_MAX);
  }

  function tableNamed(fields: string[], scope: Scope): ScopeItem {
    const [first, second] = fields;
    if (fields.length === 1) return findItemAround(scope, first!, fold);
    if (fields.length !== 2) throw denied();
    const table = findTable(first, second!);
    const item = table === null ? null : findItemAround(scope, table.name, fold);
    // `schema.table` names a table of FROM that has no other name, and that item must be of this very table.
    if (table === null || item?.read == null || item.read !== relations.get(relationKey(table))?.read) throw denied();
    return item;
  }

  /** Visits whatever is in an expression: every column it names, and every SELECT inside. */
  function expression(node: unknown, scope: Scope, ctes: Ctes): void {
    if (Array.isArray(node)) {
      for (const entry of node) expression(entry, scope, ctes);
    } else if (isObject(node)) {
      const tree = node as Node;
      if ('ColumnRef' in tree) return columnReference(tree, scope);
      if ('SelectStmt' in tree) {
        const columns = selectOutput(tree.SelectStmt, scope, ctes);
        if (columns[0]?.number != null) numbers.set(tree.SelectStmt, columns[0].number);
        return;
      }
      if ('SubLink' in tree && tree.SubLink.subLinkType === 'EXISTS_SUBLINK') existsAnything(tree.SubLink.subselect);
      for (const value of Object.values(node)) expression(value, scope, ctes);
    }
  }

  /** `EXISTS (SELECT * …)` reads no column; written out, `*` would. */
  function existsAnything(node: Node | undefined): void {
    if (node === undefined || !('SelectStmt' in node)) return;
    const select = node.SelectStmt;
    const target = select.targetList?.[0];
    const isStar =
      target === undefined ||
      ('ResTarget' in target &&
        target.ResTarget.val !== undefined &&
        'ColumnRef' in target.ResTarget.val &&
        'A_Star' in (target.ResTarget.val.ColumnRef.fields?.[0] ?? {}));
    const isPlain =
      select.op === 'SETOP_NONE' &&
      select.valuesLists === undefined &&
      select.distinctClause === undefined &&
      select.groupClause === undefined;
    if (isPlain && isStar && (select.targetList ?? []).length <= 1)
      select.targetList = [{ ResTarget: { val: literal(1) } }];
  }

  function columnReference(node: Node & { ColumnRef: ColumnRef }, scope: Scope): void {
    if (resolvedNames.has(node.ColumnRef)) return;
    const fields = node.ColumnRef.fields ?? [];
    if (fields.some((field) => 'A_Star' in field)) throw notAllowed('a whole row as a value');
    const names = fields.map(text);
    const name = names.at(-1) ?? '';
    const found =
      names.length === 1
        ? findColumn(scope, name, fold)
        : findInItem(tableNamed(names.slice(0, -1), scope), name, fold);
    const before = names.length;
    become(node, reference(found, scope));
    const after = node as Node;
    if (!('ColumnRef' in after) || (after.ColumnRef.fields ?? []).length !== before) rewrote.columns = true;
  }

  /** The expression that means `column` here and to the source alike. */
  function reference(column: ScopeColumn, scope: Scope): Node {
    columnNames += column.places.length;
    if (columnNames > COLUMN_NAMES_MAX) throw tooComplex('columnNames', COLUMN_NAMES_MAX);
    const parts = column.places.map((place) => {
      place.item.read?.add(place.column);
      hasTwice ||= columnsNamed(place.item.columns, place.column, fold).length > 1;
      checkReachable(scope, place.item, fold);
      const node =
        alwaysQualify || itemCount(scope) > 1 ? columnNode(place.item.name, place.column) : columnNode(place.column);
      const inner = (node as { ColumnRef: object }).ColumnRef;
      resolvedNames.add(inner);
      columnOf.set(inner, column);
      if (column.number !== null) numbers.set(inner, column.number);
      return node;
    });
    return parts.length === 1 ? parts[0]! : { CoalesceExpr: { args: parts } };
  }
}

function bareName(node: Node): string | null {
  if (!('ColumnRef' in node) || node.ColumnRef.fields?.length !== 1) return null;
  const field = node.ColumnRef.fields[0]!;
  return 'String' in field ? (field.String.sval ?? '') : null;
}
