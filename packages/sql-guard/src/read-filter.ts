import type { Node, SelectStmt } from '@pgsql/types';
import { checkAllowed } from './allow.ts';
import { bindParameters, type ParameterValue } from './bind.ts';
import { table as tableNode } from './build-tree.ts';
import { checkComplexity } from './complexity.ts';
import { functionRule, type NumberType } from './functions.ts';
import type { ParseOne } from './print-postgres.ts';
import { notAllowed } from './refusal.ts';
import { resolve } from './resolve.ts';
import type { Fold } from './scope.ts';
import { type GuardTable, tableFinder } from './tables.ts';
import { eachNode, text } from './tree.ts';

/** What may stand in `{{…}}`. */
const ATTRIBUTE = /^user\.(email|name|attributes\.[A-Za-z0-9_-]{1,60})$/;
/** Also in quotes, as one would write a value. */
const PLACES = /'\{\{\s*([^{}']*?)\s*\}\}'|\{\{\s*([^{}']*?)\s*\}\}/g;

export type ReadFilter = { readonly condition: Node; readonly numbers: ReadonlyMap<object, NumberType> };

/**
 * A row filter as a condition over `alias`, a table with all its columns; the asker's attributes are in it as values.
 * Throws `Refusal` for what is no plain condition: sub-queries, aggregates, other tables, and all that no statement may have.
 */
export function readFilter(
  filter: string,
  attributes: Readonly<Record<string, string>>,
  of: { table: GuardTable; alias: string; fold: Fold; parseOne: ParseOne },
): ReadFilter {
  const values: ParameterValue[] = [];
  const marked = filter.replaceAll(PLACES, (_, quoted: string | undefined, bare: string | undefined) => {
    const name = quoted ?? bare ?? '';
    if (!ATTRIBUTE.test(name)) throw notAllowed(`{{${name.slice(0, 80)}}}`);
    values.push(Object.hasOwn(attributes, name) ? attributes[name]! : null);
    return `$${values.length}`;
  });
  // On lines of its own, so that a comment at its end hides nothing.
  const statement = of.parseOne(['select 1 where', marked, ''].join('\n'));
  const select = 'SelectStmt' in statement ? statement.SelectStmt : null;
  if (select === null || !isBareWhere(select)) throw notAllowed('more than one condition in a filter');
  checkComplexity(statement, of.fold);
  // One in a quoted text would have become a part of it.
  if (bindParameters(statement, values) !== values.length) throw notAllowed('{{…}} inside a quoted text');
  checkAllowed(statement);
  checkPlain(select.whereClause);

  select.fromClause = [tableNode(of.table.schema, of.table.name)];
  // Named with its table: of a bare name that the source does not have any more, a query around this one could give another meaning.
  const { numbers } = resolve(select, tableFinder([of.table], of.fold), of.fold, true);
  eachNode(select.whereClause, (type, node) => {
    const fields = type === 'ColumnRef' ? (node['fields'] as Node[]) : [];
    if (fields.length === 2) fields[0] = { String: { sval: of.alias } };
  });
  return { condition: select.whereClause!, numbers };
}

/** Nothing but `select 1 where …`. */
function isBareWhere(select: SelectStmt): boolean {
  const fields = Object.keys(select).filter((field) => field !== 'limitOption' && field !== 'op');
  return (
    fields.length === 2 &&
    select.whereClause !== undefined &&
    select.targetList?.length === 1 &&
    select.op === 'SETOP_NONE' &&
    select.limitOption === 'LIMIT_OPTION_DEFAULT'
  );
}

/** A filter looks at one row alone. */
function checkPlain(condition: unknown): void {
  eachNode(condition, (type, node) => {
    if (type === 'SubLink' || type === 'SelectStmt') throw notAllowed('a sub-query in a filter');
    if (type !== 'FuncCall') return;
    const name = text((node['funcname'] as Node[]).at(-1));
    if (functionRule(name)?.use !== 'scalar' || node['over'] !== undefined)
      throw notAllowed(`function ${name} in a filter`);
  });
}
