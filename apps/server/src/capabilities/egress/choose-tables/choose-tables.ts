import { describeTable } from '../disclosure/schema-part.ts';
import { chooseColumns, rankColumns } from './choose-columns.ts';
import { countTokens } from '../count-tokens.ts';
import { rankTables, type RankedTable } from './rank-tables.ts';
import { type AskedTerm, readQuestion } from './read-question.ts';
import { indexTables, type KnownTable, type TableIndex } from './table-index.ts';

/** No more tables than these are told to a model for one question. */
const TABLES_MAX = 12;
/** So many by rank; the rest is for tables that lead from one of them to another. */
const RANKED_MAX = 10;
/** Of all sources together; those of the one that is chosen are told. */
const LOOKED_AT_MAX = 100;
/** A join of more steps than this between two tables that are both asked for is none that a question means. */
const STEPS_MAX = 3;
/** Tables that a way is looked for between: those of the first few that are nearly as good as the first. */
const ENDS_MAX = 4;
const END_SCORE_SHARE = 0.5;
/** What all tables may take, by `countTokens`; the mean over Spider's questions is below 1,000. */
export const SCHEMA_TOKENS_MAX = 2_000;
/** Columns of a table, first as they come, then for the less good tables, until the tokens suffice. */
const COLUMNS_MAX = 24;
const COLUMNS_FEW = 8;

/** The tables of one source that an asker may see. INVARIANT for who calls: an array that was given is never changed, since its index is remembered. */
export type SourceTables = readonly KnownTable[];
export type Chosen = { readonly source: string; readonly tables: KnownTable[] };

// Goes with the array, so that whoever remembers the tables decides how long.
const indexes = new WeakMap<SourceTables, Promise<TableIndex>>();

/**
 * Of all that an asker may see, what a model is told for one question: tables of one source, since a statement runs in one, best first, without
 * columns that are not needed, within the budget. Equal input gives equal output.
 */
export async function chooseTables(question: string, sources: readonly SourceTables[]): Promise<Chosen> {
  const terms = readQuestion(question);
  const filled = sources.filter((tables) => tables.length > 0);
  const all = await Promise.all(filled.map(indexOf));
  const ranked = rankTables(all, terms, LOOKED_AT_MAX);
  const index = ranked[0]?.index ?? all[0];
  if (index === undefined) return { source: '', tables: [] };
  const leading = lead(
    index,
    ranked.filter((one) => one.index === index),
  );
  const tables = leading.flatMap((at) => index.tables[at] ?? []);
  return { source: tables[0]?.source ?? '', tables: fit(tables, terms) };
}

/**
 * The tables of all sources that a question speaks of, whole, in the order they have there; no more than so many. For who reads them here: to a
 * model goes what `chooseTables` gives.
 */
export async function tablesSpokenOf(
  question: string,
  sources: readonly SourceTables[],
  tablesMax: number,
): Promise<KnownTable[]> {
  const all = await Promise.all(sources.filter((tables) => tables.length > 0).map(indexOf));
  const ranked = rankTables(all, readQuestion(question), tablesMax);
  const spokenOf = new Set(ranked.flatMap(({ index, at }) => index.tables[at] ?? []));
  return all.flatMap(({ tables }) => tables.filter((table) => spokenOf.has(table)));
}

function indexOf(tables: SourceTables): Promise<TableIndex> {
  let index = indexes.get(tables);
  if (index === undefined) {
    index = indexTables(tables);
    indexes.set(tables, index);
  }
  return index;
}

/** Positions of the tables to tell, best first. */
function lead(index: TableIndex, ranked: readonly RankedTable[]): number[] {
  const order = ranked.map(({ at }) => at);
  const chosen = new Set(order.slice(0, RANKED_MAX));
  const ends = ranked
    .slice(0, ENDS_MAX)
    .filter(({ score }) => score >= (ranked[0]?.score ?? 0) * END_SCORE_SHARE)
    .map(({ at }) => at);
  for (const [place, from] of ends.entries())
    for (const to of ends.slice(place + 1))
      for (const at of wayBetween(index, from, to)) if (chosen.size < TABLES_MAX) chosen.add(at);
  // A small source is told whole; of one where no name says anything of the question, what is used most.
  const rest = index.tables.length <= TABLES_MAX || order.length === 0 ? byPopularity(index) : [];
  for (const at of [...order, ...rest]) if (chosen.size < TABLES_MAX) chosen.add(at);
  return [...chosen];
}

/** The tables on the shortest way by foreign keys, without its ends; none when there is no short one. */
function wayBetween({ neighbours }: TableIndex, from: number, to: number): number[] {
  const cameFrom = new Map([[from, from]]);
  let edge = [from];
  for (let step = 0; step < STEPS_MAX && !cameFrom.has(to); step += 1) {
    const next: number[] = [];
    for (const at of edge) {
      for (const neighbour of neighbours[at] ?? []) {
        if (cameFrom.has(neighbour)) continue;
        cameFrom.set(neighbour, at);
        next.push(neighbour);
      }
    }
    edge = next;
  }
  const way: number[] = [];
  for (let at = cameFrom.get(to); at !== undefined && at !== from; at = cameFrom.get(at)) way.unshift(at);
  return way;
}

function byPopularity({ tables, popularity }: TableIndex): number[] {
  return [...tables.keys()].sort((one, other) => (popularity[other] ?? 0) - (popularity[one] ?? 0) || one - other);
}

/** Fewer columns, of the last tables first, then fewer tables, until the budget holds; the best table is told in any case. */
function fit(tables: readonly KnownTable[], terms: readonly AskedTerm[]): KnownTable[] {
  const ranks = rankColumns(tables, terms);
  for (let count = tables.length; ; count -= 1) {
    const told = tables.slice(0, count);
    // All but the first are made smaller before one is left out.
    for (const full of new Set([count, count >> 1, 1, 0])) {
      const fitting = chooseColumns(told, ranks, (at) => (at < full ? COLUMNS_MAX : COLUMNS_FEW));
      const tokens = fitting.reduce((sum, table) => sum + countTokens(describeTable(table)) + 1, 0);
      if (tokens <= SCHEMA_TOKENS_MAX || (count === 1 && full === 0)) return fitting;
    }
  }
}
