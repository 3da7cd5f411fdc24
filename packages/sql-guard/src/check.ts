import type { SelectStmt } from '@pgsql/types';
import type { Dialect } from '@strongroom/protocol';
import { checkAllowed } from './allow.ts';
import { applyPolicy, type Applied, type PolicyTask } from './apply-policy.ts';
import { bindParameters, type ParameterValue } from './bind.ts';
import { literal, select as selectNode, table as tableNode, target } from './build-tree.ts';
import { checkComplexity } from './complexity.ts';
import { limitRows } from './limit-rows.ts';
import type { Plan } from './plan.ts';
import { printDuckdb } from './print-duckdb.ts';
import { printMariadb } from './print-mariadb.ts';
import { type ParseOne, printPostgres } from './print-postgres.ts';
import { printSelect } from './print-tree.ts';
import { notSelect } from './refusal.ts';
import { readFilter } from './read-filter.ts';
import { type Resolved, resolve } from './resolve.ts';
import { foldOf, type GuardTable, tableFinder } from './tables.ts';
import { eachNode, text } from './tree.ts';

/** What a worker is sent: plain data. */
export type CheckTask = {
  sql: string;
  dialect: Dialect;
  /** What the asker may name. */
  tables: readonly GuardTable[];
  /** null: every row and value of `tables` may be seen. */
  policy: PolicyTask | null;
  rowsMax: number;
  params: readonly ParameterValue[];
};

export type CheckResult = { plan: Plan; text: string; rules: string[]; filtered: boolean; keyed: boolean };

const NOTHING_APPLIED: Applied = { filtered: false, rules: [] };

/** A row filter that is to stand before a table. */
export type FilterTask = { filter: string; table: GuardTable; dialect: Dialect };

/** Throws `Refusal` for a filter that `applyPolicy` could not put before the table, or the source not run there. */
export function checkFilter({ filter, table, dialect }: FilterTask, parseOne: ParseOne): void {
  readFilter(filter, {}, { table, alias: table.name, fold: foldOf(dialect), parseOne });
  const count = selectNode({ columns: [target(literal(1))], from: [tableNode(table.schema, table.name)] });
  const grants = [{ filter, denied: [], masks: {} }];
  const policy = { tables: [{ table, types: {}, primaryKey: [], grants }], attributes: {} };
  check({ sql: printSelect(count), dialect, tables: [table], policy, rowsMax: 1, params: [] }, parseOne);
}

/** Parse, count, bind, allow, resolve, put behind barriers, limit, print. Throws `Refusal`. */
export function check(task: CheckTask, parseOne: ParseOne): CheckResult {
  const statement = parseOne(task.sql);
  if (!('SelectStmt' in statement)) throw notSelect();
  const select = statement.SelectStmt;
  const fold = foldOf(task.dialect);
  checkComplexity(statement, fold);
  const bound = bindParameters(statement, task.params);
  checkAllowed(statement);

  const alwaysQualify = task.dialect !== 'postgres';
  const resolved = resolve(select, tableFinder(task.tables, fold), fold, alwaysQualify);
  const applied =
    task.policy === null
      ? NOTHING_APPLIED
      : applyPolicy(select, task.policy, { resolved, dialect: task.dialect, parseOne });
  const limited = limitRows(select, task.rowsMax);
  const text = print(task, select, resolved, parseOne);

  const rules = [
    ...(resolved.rewrote.tables ? ['tables named in full'] : []),
    ...(resolved.rewrote.columns ? ['columns named in full'] : []),
    ...(resolved.rewrote.stars ? ['`*` written out as the columns you may see'] : []),
    ...applied.rules,
    ...(bound > 0 ? ['parameters bound as values'] : []),
    ...(limited ? [`at most ${task.rowsMax.toLocaleString('en-US')} rows`] : []),
  ];
  const plan: Plan = {
    relations: resolved.relations,
    functions: functionsOf(select),
    columns: resolved.output.map((column) => column.name),
    tree: select,
  };
  // Values of a statement are constants by now: what is left is ours.
  const keyed = hasParameters(select);
  return { plan, text, rules, filtered: applied.filtered, keyed };
}

function print(task: CheckTask, select: SelectStmt, resolved: Resolved, parseOne: ParseOne): string {
  if (task.dialect === 'postgres') return printPostgres(select, parseOne);
  if (task.dialect === 'duckdb') return printDuckdb(select, resolved, parseOne);
  // Behind a barrier a filter may name columns that the asker may not.
  return printMariadb(select, resolved, task.policy?.tables.map(({ table }) => table) ?? task.tables);
}

function hasParameters(select: unknown): boolean {
  let found = false;
  eachNode(select, (type) => (found ||= type === 'ParamRef'));
  return found;
}

function functionsOf(select: unknown): string[] {
  const names = new Set<string>();
  eachNode(select, (type, node) => {
    if (type === 'FuncCall') names.add(text((node as { funcname: Parameters<typeof text>[0][] }).funcname.at(-1)));
  });
  return [...names].sort();
}
