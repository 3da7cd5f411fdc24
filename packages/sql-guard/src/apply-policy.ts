import type { Node, SelectStmt } from '@pgsql/types';
import type { Dialect, SchemaTable, SourceSchema } from '@strongroom/protocol';
import { and, column, literal, or, table as tableNode, target } from './build-tree.ts';
import type { NumberType } from './functions.ts';
import { groupByKey } from './group-by-key.ts';
import { type AdmittingGrant, shownAs } from './mask.ts';
import { type AskerPolicy, fitsColumns, isClearFor, policyOf, showingOf, type TableGrant } from './policy.ts';
import type { ParseOne } from './print-postgres.ts';
import { type PushTarget, pushable } from './push-down.ts';
import { readFilter } from './read-filter.ts';
import { policyBroken, Refusal } from './refusal.ts';
import type { Resolved } from './resolve.ts';
import type { Fold, OutputColumn } from './scope.ts';
import { foldOf, guardTable, type GuardTable } from './tables.ts';
import { become, eachNode, isObject } from './tree.ts';

/** A table with all its columns, and the grants that hold for the asker. */
type PolicyTable = {
  readonly table: GuardTable;
  /** Canonical type of each column. */
  readonly types: Readonly<Record<string, string>>;
  readonly primaryKey: readonly string[];
  readonly grants: readonly TableGrant[];
};

export type Applied = {
  /** Whether a row filter stands before any table that is read. */
  readonly filtered: boolean;
  readonly rules: string[];
};

type Place = {
  readonly node: Node;
  readonly select: SelectStmt;
  readonly isNullable: boolean;
  readonly isAlone: boolean;
};

/**
 * Puts each table of a resolved SELECT behind a barrier: `(SELECT shown columns FROM table WHERE filter OFFSET 0)`. PostgreSQL, DuckDB
 * and MariaDB (where OFFSET takes a LIMIT with it) neither merge such a sub-query into what is around it nor move a condition into it, so nothing of the asker's (predicate,
 * cast, division, order, aggregate) is ever evaluated on a row, or with a value, that the asker may not see. Comparisons that can
 * tell nothing are repeated below the barrier by us, so that indexes serve. Changes `select` and adds to `resolved`.
 * Throws `query/policy_broken` (409) when a filter, or a column that is denied or masked, does not fit its table any more.
 */
export function applyPolicy(
  select: SelectStmt,
  policy: Omit<AskerPolicy, 'pseudonymKey'>,
  {
    schema,
    resolved,
    dialect,
    parseOne,
  }: { schema: SourceSchema; resolved: Resolved; dialect: Dialect; parseOne: ParseOne },
): Applied {
  const numbers = resolved.numbers as Map<object, NumberType>;
  const outputs = resolved.outputs as Map<object, OutputColumn[]>;
  const byName = new Map(schema.tables.map((table) => [keyOf(table.schema, table.name), table]));
  const read = new Map(
    resolved.relations.map((relation) => [keyOf(relation.schema, relation.table), relation.columns]),
  );
  const fold = foldOf(dialect);
  const rules = new Set<string>();
  const inside = freeName(select, fold);
  let filtered = false;

  // All of them first: what is put in holds tables too.
  for (const place of placesIn(select)) {
    const range = (
      place.node as { RangeVar: { schemaname?: string; relname?: string; alias?: { aliasname?: string } } }
    ).RangeVar;
    const key = keyOf(range.schemaname ?? '', range.relname ?? '');
    const table = byName.get(key);
    const granted = table === undefined ? null : policyOf(policy, table.schema, table.name);
    // INVARIANT: under a policy every table has a grant; what `resolve` let through without one is a fault of ours.
    if (table === undefined || granted === null) throw new Error('a table without a grant was resolved');
    const found = governed(table, granted.grants);
    if (!fitsColumns(found.grants, new Set(Object.keys(found.types)))) throw policyBroken();
    if (isOpen(found)) continue;
    const alias = range.alias?.aliasname ?? found.table.name;
    const { isAlone } = place;
    const columns = new Set(read.get(key));
    groupByKey(place.select, { alias, isAlone, columns, primaryKey: clearKey(found) });
    become(place.node, barrier(place, found, alias, read.get(key) ?? []));
  }
  return { filtered, rules: [...rules] };

  function barrier(place: Place, { table, types, grants }: PolicyTable, alias: string, columns: string[]): Node {
    const name = `${table.schema}.${table.name}`;
    const admitting = grants.map((grant) => ({ grant, condition: conditionOf(grant, table) }));
    const filters = admitting.flatMap(({ condition }) => (condition === null ? [] : [condition]));
    const isFiltered = filters.length === grants.length;
    if (isFiltered) {
      filtered = true;
      rules.add(`rows of ${name} filtered by its policy`);
    }
    const targets = columns.map((column) => shownTarget(column, admitting, name));
    const clear = Object.entries(types).filter(([column]) => isClearFor(grants, column));
    const pushTarget: PushTarget = { dialect, alias, isAlone: place.isAlone, clearTypes: new Map(clear) };
    const pushed = place.isNullable ? [] : pushable(place.select.whereClause, pushTarget).map(namedInside);
    const conditions = isFiltered ? [or(filters[0]!, ...filters.slice(1)), ...pushed] : pushed;
    const inner: SelectStmt = {
      // Of a table that is only counted nothing is read.
      targetList: targets.length === 0 ? [target(literal(1), 'row')] : targets,
      fromClause: [tableOf(place.node, table, inside)],
      ...(conditions.length === 0 ? {} : { whereClause: and(conditions[0]!, ...conditions.slice(1)) }),
      limitOffset: literal(0),
      limitOption: 'LIMIT_OPTION_COUNT',
      op: 'SETOP_NONE',
    };
    outputs.set(
      inner,
      (columns.length === 0 ? ['row'] : columns).map((column) => ({ name: column, number: null })),
    );
    return { RangeSubselect: { subquery: { SelectStmt: inner }, alias: { aliasname: alias } } };
  }

  /** The same of the table inside; what is asked outside of the barrier stays as it is. */
  function namedInside(condition: Node): Node {
    const copy = structuredClone(condition);
    eachNode(copy, (type, node) => {
      const fields = type === 'ColumnRef' ? (node['fields'] as Node[]) : [];
      if (fields.length > 0) node['fields'] = [{ String: { sval: inside } }, fields.at(-1)!];
    });
    return copy;
  }

  function conditionOf({ filter }: TableGrant, table: GuardTable): Node | null {
    if (filter === null) return null;
    try {
      const found = readFilter(filter, policy.attributes, { table, alias: inside, fold, parseOne });
      for (const [node, number] of found.numbers) numbers.set(node, number);
      return found.condition;
    } catch (error) {
      // It was read when the policy was applied; since then its table has changed.
      throw error instanceof Refusal ? policyBroken() : error;
    }
  }

  function shownTarget(name: string, grants: readonly AdmittingGrant[], tableName: string): Node {
    const shown = shownAs(name, column(inside, name), grants);
    if (
      !isClearFor(
        grants.map(({ grant }) => grant),
        name,
      )
    ) {
      const showings = new Set(grants.map(({ grant }) => showingOf(grant, name)));
      rules.add(`${tableName}.${name} masked (${[...showings].map(wordOf).join(', ')})`);
    }
    return target(shown, name);
  }
}

/**
 * What a table goes by inside its barrier: a name that is nowhere else in the statement. INVARIANT: a column that the source does not
 * have any more is an error there; no table around the barrier can be taken for the one inside.
 */
function freeName(select: SelectStmt, fold: Fold): string {
  const taken = new Set<string>();
  eachNode(select, (type, node) => {
    for (const name of [
      node['relname'],
      node['ctename'],
      (node['alias'] as { aliasname?: string } | undefined)?.aliasname,
    ])
      if (typeof name === 'string') taken.add(fold(name));
  });
  let name = 't';
  for (let number = 1; taken.has(name); number += 1) name = `t_${number}`;
  return name;
}

function wordOf(showing: ReturnType<typeof showingOf>): string {
  return showing === 'null' || showing === 'denied' ? 'hidden' : showing;
}

function governed(table: SchemaTable, grants: readonly TableGrant[]): PolicyTable {
  const types = Object.fromEntries(table.columns.map(({ name, type }) => [name, type]));
  return { table: guardTable(table), types, primaryKey: table.primaryKey, grants };
}

/** Nothing to hide from the asker: no barrier. */
function isOpen({ types, grants }: PolicyTable): boolean {
  return grants.some(({ filter }) => filter === null) && Object.keys(types).every((name) => isClearFor(grants, name));
}

/** Of a key that is masked two rows may look alike. */
function clearKey({ primaryKey, grants }: PolicyTable): readonly string[] {
  return primaryKey.every((column) => isClearFor(grants, column)) ? primaryKey : [];
}

/** The table itself, as it was named: ONLY stays. */
function tableOf(node: Node, table: GuardTable, alias: string): Node {
  const inner = tableNode(table.schema, table.name, alias);
  const { inh, ...range } = (inner as { RangeVar: Record<string, unknown> }).RangeVar;
  const asked = (node as { RangeVar: { inh?: boolean } }).RangeVar.inh;
  return { RangeVar: asked === true ? { ...range, inh } : range };
}

/** Every table of the source in any FROM, with the SELECT it belongs to. A name without schema is a query of WITH. */
function placesIn(tree: unknown): Place[] {
  const places: Place[] = [];
  walk(tree);
  return places;

  function walk(node: unknown): void {
    if (Array.isArray(node)) return node.forEach(walk);
    if (!isObject(node)) return;
    if (Array.isArray(node['fromClause'])) {
      const entries = node['fromClause'] as Node[];
      const isAlone = entries.length === 1 && !('JoinExpr' in entries[0]!);
      for (const entry of entries) from(entry, node, false, isAlone);
    }
    Object.values(node).forEach(walk);
  }

  function from(node: Node, select: SelectStmt, isNullable: boolean, isAlone: boolean): void {
    if ('RangeVar' in node) {
      if (node.RangeVar.schemaname !== undefined) places.push({ node, select, isNullable, isAlone });
    } else if ('JoinExpr' in node) {
      const { jointype, larg, rarg } = node.JoinExpr;
      const isFull = jointype === 'JOIN_FULL';
      from(larg!, select, isNullable || isFull || jointype === 'JOIN_RIGHT', false);
      from(rarg!, select, isNullable || isFull || jointype === 'JOIN_LEFT', false);
    }
  }
}

function keyOf(schema: string, name: string): string {
  return JSON.stringify([schema, name]);
}
