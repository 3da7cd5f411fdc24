import type { SelectStmt } from '@pgsql/types';
import type { Dialect, SchemaTable, SourceSchema } from '@strongroom/protocol';
import { checkAllowed } from './allow.ts';
import { applyPolicy, type Applied } from './apply-policy.ts';
import { bindHeld, type HeldValue, nameHeld, standIn } from './bind-held.ts';
import { bindParameters, type ParameterValue } from './bind.ts';
import { literal, select as selectNode, table as tableNode, target } from './build-tree.ts';
import { checkComplexity } from './complexity.ts';
import { limitRows } from './limit-rows.ts';
import type { Plan } from './plan.ts';
import { type AskerPolicy, visibleTables } from './policy.ts';
import { printDuckdb } from './print-duckdb.ts';
import { printMariadb } from './print-mariadb.ts';
import { type ParseOne, printPostgres } from './print-postgres.ts';
import { printSelect } from './print-tree.ts';
import { heldValueUnfit, notSelect, Refusal } from './refusal.ts';
import { readFilter } from './read-filter.ts';
import { type Resolved, resolve } from './resolve.ts';
import { finderOf, foldOf, guardTable, tableFinder } from './tables.ts';
import { eachNode, text } from './tree.ts';

/** What a worker is sent beside a schema: plain data. */
export type CheckTask = {
  sql: string;
  dialect: Dialect;
  /** null: all of the schema may be seen. */
  policy: Omit<AskerPolicy, 'pseudonymKey'> | null;
  rowsMax: number;
  params: readonly ParameterValue[];
  /** Values of `:v1`, `:v2`, …; null where nothing was held back, and these names mean nothing. */
  held: readonly HeldValue[] | null;
};

export type CheckResult = { plan: Plan; text: string; rules: string[]; filtered: boolean; keyed: boolean };

const NOTHING_APPLIED: Applied = { filtered: false, rules: [] };

/** A row filter that is to stand before a table. */
export type FilterTask = { filter: string; table: SchemaTable; dialect: Dialect };

/** Throws `Refusal` for a filter that `applyPolicy` could not put before the table, or the source not run there. */
export function checkFilter({ filter, table, dialect }: FilterTask, parseOne: ParseOne): void {
  readFilter(filter, {}, { table: guardTable(table), alias: table.name, fold: foldOf(dialect), parseOne });
  const { schema, name } = table;
  const count = selectNode({ columns: [target(literal(1))], from: [tableNode(schema, name)] });
  const policy = { tables: [{ schema, table: name, grants: [{ filter, denied: [], masks: {} }] }], attributes: {} };
  check(
    { sql: printSelect(count), dialect, policy, rowsMax: 1, params: [], held: null },
    { tables: [table] },
    parseOne,
  );
}

/** Throws `Refusal`. */
export function check(task: CheckTask, schema: SourceSchema, parseOne: ParseOne): CheckResult {
  const { held } = task;
  if (held === null || held.length === 0) return pass(task, schema, parseOne);
  // INVARIANT: of what was held back no refusal says anything but the one that says so: whoever wrote the statement is told the others, and
  // would learn a bit of a value by each (`generate_series(1, :v1)`, `lpad(name, :v1)`).
  pass({ ...task, held: held.map(standIn) }, schema, parseOne);
  try {
    return pass(task, schema, parseOne);
  } catch (error) {
    throw error instanceof Refusal ? heldValueUnfit() : error;
  }
}

/** Parse, count, bind, allow, resolve, put behind barriers, limit, print. Throws `Refusal`. */
function pass(task: CheckTask, schema: SourceSchema, parseOne: ParseOne): CheckResult {
  const { held } = task;
  const statement = parseOne(held === null ? task.sql : nameHeld(task.sql));
  if (!('SelectStmt' in statement)) throw notSelect();
  const select = statement.SelectStmt;
  const fold = foldOf(task.dialect);
  checkComplexity(statement, fold);
  const bound = held === null ? bindParameters(statement, task.params) : bindHeld(statement, held);
  checkAllowed(statement);

  const alwaysQualify = task.dialect !== 'postgres';
  // What the asker may name.
  const find =
    task.policy === null
      ? finderOf(schema, task.dialect)
      : tableFinder(visibleTables(schema.tables, task.policy).map(guardTable), fold);
  const resolved = resolve(select, find, fold, alwaysQualify);
  const applied =
    task.policy === null
      ? NOTHING_APPLIED
      : applyPolicy(select, task.policy, { schema, resolved, dialect: task.dialect, parseOne });
  const limited = limitRows(select, task.rowsMax);
  const text = print(task.dialect, select, { schema, resolved, parseOne });

  const rules = [
    ...(resolved.rewrote.tables ? ['tables named in full'] : []),
    ...(resolved.rewrote.columns ? ['columns named in full'] : []),
    ...(resolved.rewrote.stars ? ['`*` written out as the columns you may see'] : []),
    ...applied.rules,
    ...(bound > 0 ? [held === null ? 'parameters bound as values' : 'held-back values put in'] : []),
    ...(limited ? [`at most ${task.rowsMax.toLocaleString('en-US')} rows`] : []),
  ];
  const plan: Plan = {
    relations: resolved.relations,
    functions: functionsOf(select),
    columns: resolved.output.map((column) => column.name),
  };
  // Values of a statement are constants by now: what is left is ours.
  const keyed = hasParameters(select);
  return { plan, text, rules, filtered: applied.filtered, keyed };
}

function print(
  dialect: Dialect,
  select: SelectStmt,
  { schema, resolved, parseOne }: { schema: SourceSchema; resolved: Resolved; parseOne: ParseOne },
): string {
  if (dialect === 'postgres') return printPostgres(select, parseOne);
  if (dialect === 'duckdb') return printDuckdb(select, resolved, parseOne);
  // All of it: behind a barrier a filter may name columns that the asker may not.
  return printMariadb(select, resolved, finderOf(schema, dialect));
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
