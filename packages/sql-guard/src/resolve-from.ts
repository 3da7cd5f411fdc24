import type { JoinExpr, Node, RangeFunction, RangeSubselect, RangeVar, SelectStmt } from '@pgsql/types';
import { and, literal, operator } from './build-tree.ts';
import { wider } from './number-type.ts';
import type { PlanRelation } from './plan.ts';
import { denied, notAllowed, tooComplex } from './refusal.ts';
import {
  columnsNamed,
  type Fold,
  newItem,
  type OutputColumn,
  renamed,
  type Scope,
  type ScopeColumn,
  type ScopeItem,
} from './scope.ts';
import type { TableFinder } from './tables.ts';
import { text } from './tree.ts';

/** Columns of all tables and sub-queries of a statement, those of a CTE each time that it is named. */
const FROM_COLUMNS_MAX = 20_000;

export type Ctes = ReadonlyMap<string, OutputColumn[]>;
/** A part of a FROM clause: what may be named of it, and its columns in the order of `*`. */
export type From = { items: ScopeItem[]; merged: ScopeColumn[]; columns: ScopeColumn[] };

/** What `resolve` has found so far and how it goes on; FROM adds to the relations, the resolved names and what was rewritten. */
export type FromContext = {
  readonly findTable: TableFinder;
  readonly fold: Fold;
  /** By `relationKey`. */
  readonly relations: Map<string, PlanRelation & { read: Set<string> }>;
  readonly resolvedNames: Set<object>;
  readonly rewrote: { tables: boolean; columns: boolean };
  selectOutput(node: SelectStmt, outer: Scope | null, ctes: Ctes): OutputColumn[];
  expression(node: unknown, scope: Scope, ctes: Ctes): void;
  reference(column: ScopeColumn, scope: Scope): Node;
};

export type FromResolver = {
  fromEntry(node: Node, siblings: Scope, ctes: Ctes): From;
  joined(left: ScopeItem[], right: ScopeItem[]): ScopeItem[];
};

export function relationKey(table: { schema: string; name: string }): string {
  return JSON.stringify([table.schema, table.name]);
}

/** The FROM part of `resolve`: tables, sub-queries and joins become what may be named in the rest of the SELECT. */
export function createFromResolver(context: FromContext): FromResolver {
  const { findTable, fold, relations, resolvedNames, rewrote, selectOutput, expression, reference } = context;
  let unnamed = 0;
  let columnCount = 0;
  return { fromEntry, joined };

  function fromEntry(node: Node, siblings: Scope, ctes: Ctes): From {
    if ('RangeVar' in node) return plainFrom(tableItem(node.RangeVar, ctes));
    if ('RangeSubselect' in node) return plainFrom(subqueryItem(node.RangeSubselect, siblings, ctes));
    if ('RangeFunction' in node) return plainFrom(seriesItem(node.RangeFunction));
    if ('JoinExpr' in node) return join(node.JoinExpr, siblings, ctes);
    throw notAllowed('that in FROM');
  }

  function plainFrom(item: ScopeItem): From {
    columnCount += item.columns.length;
    if (columnCount > FROM_COLUMNS_MAX) throw tooComplex('fromColumns', FROM_COLUMNS_MAX);
    return { items: [item], merged: [], columns: item.columns };
  }

  function tableItem(range: RangeVar, ctes: Ctes): ScopeItem {
    resolvedNames.add(range);
    const name = range.relname ?? '';
    const cte = range.schemaname === undefined ? ctes.get(fold(name)) : undefined;
    if (cte !== undefined) return newItem(range.alias?.aliasname ?? name, renamed(cte, range.alias?.colnames), null);
    const table = findTable(range.schemaname, name);
    if (table === null) throw denied();
    // Hidden columns count too when a list of names is given to a table: a name would land on one of them.
    if (range.alias?.colnames !== undefined) throw notAllowed('column names given to a table');
    if (range.schemaname === undefined) rewrote.tables = true;
    range.schemaname = table.schema;
    range.relname = table.name;
    const key = relationKey(table);
    const relation = relations.get(key) ?? {
      schema: table.schema,
      table: table.name,
      columns: [],
      read: new Set<string>(),
    };
    relations.set(key, relation);
    return newItem(range.alias?.aliasname ?? table.name, table.columns, relation.read);
  }

  function subqueryItem(range: RangeSubselect, siblings: Scope, ctes: Ctes): ScopeItem {
    const columns = selectOutput(
      (range.subquery as { SelectStmt: SelectStmt }).SelectStmt,
      range.lateral === true ? siblings : siblings.outer,
      ctes,
    );
    // Named, so that its columns can be: `checkReachable` sees to it that no table inside takes the name.
    if (range.alias === undefined) range.alias = { aliasname: `unnamed_${++unnamed}` };
    return newItem(range.alias.aliasname ?? '', renamed(columns, range.alias.colnames), null);
  }

  function seriesItem(range: RangeFunction): ScopeItem {
    const name = range.alias?.aliasname ?? 'generate_series';
    return newItem(name, renamed([{ name, number: null }], range.alias?.colnames), null);
  }

  function join(node: JoinExpr, siblings: Scope, ctes: Ctes): From {
    const left = fromEntry(node.larg!, siblings, ctes);
    const beside: Scope = {
      items: joined(siblings.items, left.items),
      merged: [...siblings.merged, ...left.merged],
      outer: siblings.outer,
    };
    const right = fromEntry(node.rarg!, beside, ctes);
    const items = joined(left.items, right.items);
    if (node.isNatural === true) naturalToUsing(node, left.columns, right.columns);
    if (node.usingClause === undefined) {
      const merged = [...left.merged, ...right.merged];
      expression(node.quals, { items, merged, outer: siblings.outer }, ctes);
      return { items, merged, columns: [...left.columns, ...right.columns] };
    }
    const shared = node.usingClause.map((name) =>
      usingColumn(
        text(name),
        left.columns,
        right.columns,
        node.jointype === 'JOIN_FULL' ? 'both' : node.jointype === 'JOIN_RIGHT' ? 'right' : 'left',
      ),
    );
    // Among several tables of one side, a hidden column of the name would be one too many for USING; not for ON.
    if (items.length > 2) usingToOn(node, left.columns, right.columns, { items, merged: [], outer: siblings.outer });
    const names = new Set(shared.map((column) => fold(column.name)));
    const rest = [...left.columns, ...right.columns].filter((column) => !names.has(fold(column.name)));
    for (const item of items) item.columnsVisible = false;
    const columns = [...shared, ...rest];
    return { items, merged: columns, columns };
  }

  function naturalToUsing(node: JoinExpr, left: ScopeColumn[], right: ScopeColumn[]): void {
    // NATURAL would also join by columns that are hidden.
    delete node.isNatural;
    const names = left
      .filter((column) => columnsNamed(right, column.name, fold).length > 0)
      .map((column) => column.name);
    if (names.length > 0) node.usingClause = names.map((name) => ({ String: { sval: name } }));
    else node.quals = literal(true);
    rewrote.columns = true;
  }

  function usingColumn(
    name: string,
    left: ScopeColumn[],
    right: ScopeColumn[],
    keep: 'left' | 'right' | 'both',
  ): ScopeColumn {
    const sides = [left, right].map((columns) => {
      const found = columnsNamed(columns, name, fold);
      if (found.length > 1) throw notAllowed('a column name that two tables have');
      if (found[0] === undefined) throw denied();
      for (const place of found[0].places) place.item.read?.add(place.column);
      return found[0];
    });
    const [a, b] = [sides[0]!, sides[1]!];
    const places = keep === 'left' ? a.places : keep === 'right' ? b.places : [...a.places, ...b.places];
    return { name: a.name, number: wider(a.number, b.number), places };
  }

  function usingToOn(node: JoinExpr, left: ScopeColumn[], right: ScopeColumn[], scope: Scope): void {
    const conditions = node.usingClause!.map((name) => {
      const [a, b] = [left, right].map((columns) => reference(columnsNamed(columns, text(name), fold)[0]!, scope));
      return operator('=', a!, b!);
    });
    delete node.usingClause;
    node.quals = and(conditions[0]!, ...conditions.slice(1));
    rewrote.columns = true;
  }

  function joined(left: ScopeItem[], right: ScopeItem[]): ScopeItem[] {
    const names = new Set(left.map((item) => fold(item.name)));
    if (right.some((item) => names.has(fold(item.name)))) throw notAllowed('one name for two tables');
    return [...left, ...right];
  }
}
