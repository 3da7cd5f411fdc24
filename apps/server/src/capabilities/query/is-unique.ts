import { rowsFromArrow } from '@strongroom/connectors';
import {
  and,
  call,
  column,
  isNotNull,
  literal,
  operator,
  printSelect,
  select,
  table,
  target,
} from '@strongroom/sql-guard';
import type { Asker } from '#contracts';
import { rowBytes } from './lookup-value.ts';
import { runQuery, type RunQueryDeps } from './run-query.ts';

export type UniqueRequest = {
  readonly source: string;
  readonly schema: string;
  readonly table: string;
  readonly columns: readonly [string, ...string[]];
  readonly signal: AbortSignal;
};

/**
 * Whether no two of the rows that the asker sees have the same values in these columns (NULL is no value): what a join
 * along a key that nobody declared must know, so that no row is counted twice. Runs as any query of the asker's,
 * guarded and audited; of the rows only their number comes back, and that is not kept.
 */
export async function isUnique(deps: RunQueryDeps, asker: Asker, request: UniqueRequest): Promise<boolean> {
  const [first, ...others] = request.columns;
  const sql = printSelect(
    select({
      columns: [target(call('count', [], { star: true }), 'rows')],
      from: [table(request.schema, request.table)],
      where: and(isNotNull(column(first)), ...others.map((name) => isNotNull(column(name)))),
      groupBy: [column(first), ...others.map((name) => column(name))],
      having: operator('>', call('count', [], { star: true }), literal(1)),
      limit: literal(1),
    }),
  );
  const { source, signal } = request;
  const frames = runQuery(deps, asker, { source, sql, limit: 1, purpose: 'lookup', signal });
  let found = 0;
  // To its end: a reader that stops before it is one that went away.
  for await (const batch of rowsFromArrow(rowBytes(frames))) found += batch.length;
  return found === 0;
}
