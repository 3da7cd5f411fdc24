import type { Node } from '@pgsql/types';
import type { NumberType } from './functions.ts';
import { denied, notAllowed } from './refusal.ts';
import { text } from './tree.ts';

/** A column that an expression may name. `places`: where its value is; more than one only for the merged column of a FULL JOIN. */
export type ScopeColumn = { name: string; number: NumberType | null; places: { item: ScopeItem; column: string }[] };

/** A table, sub-query or function of a FROM clause under the name it goes by there. */
export type ScopeItem = {
  name: string;
  columns: ScopeColumn[];
  /** Whether its columns may be named without it; not those of the two sides of JOIN … USING, which are merged. */
  columnsVisible: boolean;
  /** Columns read of a table of the source, by their names there; null for anything else. */
  read: Set<string> | null;
};

/** One level of names. `merged`: the columns of joins with USING, visible without a table name. */
export type Scope = { items: ScopeItem[]; merged: ScopeColumn[]; outer: Scope | null };

/** Output of a SELECT. */
export type OutputColumn = { name: string; number: NumberType | null };

/** How names compare: as written in PostgreSQL, without regard to case in DuckDB. */
export type Fold = (name: string) => string;

export function newItem(name: string, columns: readonly OutputColumn[], read: Set<string> | null): ScopeItem {
  const item: ScopeItem = { name, columns: [], columnsVisible: true, read };
  item.columns = columns.map((column) => ({ ...column, places: [{ item, column: column.name }] }));
  return item;
}

const indexes = new WeakMap<readonly ScopeColumn[], Map<string, ScopeColumn[]>>();

/** Those of that name; `columns` is never changed after the first look, so that a thousand names among a thousand columns are quick. */
export function columnsNamed(columns: readonly ScopeColumn[], name: string, fold: Fold): readonly ScopeColumn[] {
  if (columns.length === 0) return [];
  let index = indexes.get(columns);
  if (index === undefined) {
    index = Map.groupBy(columns, (column) => fold(column.name));
    indexes.set(columns, index);
  }
  return index.get(fold(name)) ?? [];
}

/** How many tables and sub-queries an expression here could mean; with one, a bare column name can't be taken for another's. */
export function itemCount(scope: Scope): number {
  return scope.items.length + (scope.outer === null ? 0 : itemCount(scope.outer));
}

/** A column by its bare name at this level alone; null when there is none. */
export function findLocal(scope: Scope, name: string, fold: Fold): ScopeColumn | null {
  const found = [...columnsNamed(scope.merged, name, fold)];
  for (const item of scope.items) if (item.columnsVisible) found.push(...columnsNamed(item.columns, name, fold));
  if (found.length > 1) throw notAllowed('a column name that two tables have');
  return found[0] ?? null;
}

/** A column by its bare name, in this level or the ones around it. */
export function findColumn(scope: Scope, name: string, fold: Fold): ScopeColumn {
  for (let level: Scope | null = scope; level !== null; level = level.outer) {
    const found = findLocal(level, name, fold);
    if (found !== null) return found;
  }
  for (let level: Scope | null = scope; level !== null; level = level.outer) {
    if (findItem(level, name, fold) !== null) throw notAllowed('a whole row as a value');
  }
  throw denied();
}

export function findItem(level: Scope, name: string, fold: Fold): ScopeItem | null {
  return level.items.find((item) => fold(item.name) === fold(name)) ?? null;
}

/** The table or sub-query of that name, in the nearest level that has one. */
export function findItemAround(scope: Scope, name: string, fold: Fold): ScopeItem {
  for (let level: Scope | null = scope; level !== null; level = level.outer) {
    const found = findItem(level, name, fold);
    if (found !== null) return found;
  }
  throw denied();
}

export function findInItem(item: ScopeItem, name: string, fold: Fold): ScopeColumn {
  const found = columnsNamed(item.columns, name, fold);
  if (found.length > 1) throw notAllowed('a column name that a sub-query has twice');
  if (found[0] === undefined) throw denied();
  return found[0];
}

/**
 * INVARIANT: a qualified name means to the source what it means here: nothing nearer goes by the same name. Otherwise a
 * column hidden from the asker, of a nearer table, would take the place of the one found.
 */
export function checkReachable(scope: Scope, item: ScopeItem, fold: Fold): void {
  if (findItemAround(scope, item.name, fold) !== item)
    throw notAllowed('one name for two tables, one inside the other');
}

/** The columns under the names that an alias gives to the first of them. */
export function renamed(columns: OutputColumn[], names: Node[] | undefined): OutputColumn[] {
  if ((names ?? []).length > columns.length) throw notAllowed('more column names than columns');
  return columns.map((column, index) =>
    names?.[index] === undefined ? column : { name: text(names[index]), number: column.number },
  );
}
