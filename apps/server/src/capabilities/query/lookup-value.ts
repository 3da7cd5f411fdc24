import { rowsFromArrow } from '@strongroom/connectors';
import { type Frame, ProblemError } from '@strongroom/protocol';
import {
  call,
  cast,
  column,
  literal,
  operator,
  or,
  printSelect,
  select,
  table,
  target,
  when,
} from '@strongroom/sql-guard';
import type { Asker } from '#contracts';
import { runQuery, type RunQueryDeps } from './run-query.ts';
import type { Reader } from './watch-reader.ts';

export type LookupRequest = Omit<Reader, 'onStopped'> & {
  readonly source: string;
  readonly schema: string;
  readonly table: string;
  readonly columns: readonly string[];
  /** The asker's own words, e.g. `texas`. */
  readonly words: string;
};

const COLUMNS_MAX = 12;

/**
 * Which of a table's columns hold these words as a value, whatever their case: a value that the person typed is
 * needed to understand a filter ("texas" → `TX`). One pass over the table; where a column has the words in several
 * spellings, the first and the last of them. Runs as any query of the asker's, guarded and audited.
 * INVARIANT: the values go back to the built-in translator only and never enter a Disclosure. The one that the asker meant stands in
 * the SQL of their own question, sealed with it; no other is kept.
 */
export async function lookupValue(
  deps: RunQueryDeps,
  asker: Asker,
  request: LookupRequest,
): Promise<{ column: string; value: string }[]> {
  const names = request.columns.slice(0, COLUMNS_MAX);
  const [first, ...others] = names.map((name) => isWords(name, request.words));
  if (first === undefined) return [];
  const sql = printSelect(
    select({
      columns: names.flatMap((name) =>
        ['min', 'max'].map((end) => target(call(end, [valueIfWords(name, request.words)]))),
      ),
      from: [table(request.schema, request.table)],
      where: or(first, ...others),
    }),
  );
  const frames = runQuery(deps, asker, {
    source: request.source,
    sql,
    limit: 1,
    purpose: 'lookup',
    lease: request.lease,
    signal: request.signal,
  });
  const found: { column: string; value: string }[] = [];
  for await (const batch of rowsFromArrow(rowBytes(frames))) {
    for (const row of batch) {
      for (const [index, name] of names.entries()) {
        for (const value of new Set(row.slice(index * 2, index * 2 + 2)))
          if (typeof value === 'string') found.push({ column: name, value });
      }
    }
  }
  return found;
}

function isWords(name: string, words: string) {
  return operator('=', call('lower', [cast(column(name), 'text')]), call('lower', [literal(words)]));
}

function valueIfWords(name: string, words: string) {
  return when(isWords(name, words), cast(column(name), 'text'));
}

/** Throws what stopped the query. */
export async function* rowBytes(frames: AsyncGenerator<Frame>): AsyncGenerator<Uint8Array> {
  for await (const frame of frames) {
    if (frame.kind === 'rows') yield frame.bytes;
    else if (frame.event.type === 'stopped')
      throw new ProblemError(
        frame.event.problem.code as `query/${string}`,
        frame.event.problem.status,
        frame.event.problem.title,
      );
  }
}
