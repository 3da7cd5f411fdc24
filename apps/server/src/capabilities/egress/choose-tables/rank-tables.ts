import type { AskedTerm } from './read-question.ts';
import type { TableIndex } from './table-index.ts';

export type RankedTable = { readonly index: TableIndex; readonly at: number; readonly score: number };

/** How fast more of a word stops to count (BM25). */
const K1 = 0.9;
// A table gains by what those around it answer of the question: each word counts once, with the table that has most of it.
const AROUND_BY_KEY = 0.7;
const AROUND_IN_SCHEMA = 0.4;
/** A table with so many foreign keys to it is beside everything, and gains accordingly less. */
const NEIGHBOURS_FULL = 8;
/** The same for a schema that holds everything. */
const SCHEMA_SIZE_FULL = 40;
const POPULARITY = 0.1;
/** Names that begin like the word, or that the word begins like (`stu`, `dept`): in proportion to how much they share. */
const LOOSE = 0.5;
const LOOSE_LENGTH_MIN = 3;
const BEGINNING_LENGTH_MIN = 4;
/** Stems that begin alike; more would be a beginning that says nothing. */
const BEGUN_MAX = 50;

/** A table with less than this share of the best one's score has to do with the question by chance. */
const SCORE_SHARE_MIN = 0.1;

/**
 * The tables that have to do with the question, best first; of equals the one with the smaller resource. The frequencies are those over all
 * the indexes together, which are one asker's.
 */
export function rankTables(
  indexes: readonly TableIndex[],
  terms: readonly AskedTerm[],
  rankedMax: number,
): RankedTable[] {
  const known = knownStems(indexes, terms);
  const count = indexes.reduce((sum, { tables }) => sum + tables.length, 0);
  const scored = indexes.map((index) => ({ index, scores: scoresOf(index, known, count) }));
  const least = leastOf(
    scored.map(({ scores }) => scores),
    rankedMax,
  );
  const ranked: RankedTable[] = [];
  for (const { index, scores } of scored)
    for (let at = 0; at < scores.length; at += 1) {
      const score = scores[at] ?? 0;
      if (score > 0 && score >= least) ranked.push({ index, at, score });
    }
  return ranked
    .sort((one, other) => other.score - one.score || (resourceOf(one) < resourceOf(other) ? -1 : 1))
    .slice(0, rankedMax);
}

/** What a table must have to be ranked: sorting ten thousand of them would take longer than scoring them. */
function leastOf(scores: readonly Float64Array[], rankedMax: number): number {
  let best = 0;
  for (const each of scores) for (let at = 0; at < each.length; at += 1) best = Math.max(best, each[at] ?? 0);
  const enough = best * SCORE_SHARE_MIN;
  const good: number[] = [];
  for (const each of scores)
    for (let at = 0; at < each.length; at += 1) {
      const score = each[at] ?? 0;
      if (score >= enough) good.push(score);
    }
  return good.length <= rankedMax ? enough : (Float64Array.from(good).sort().at(-rankedMax) ?? enough);
}

type KnownStem = { readonly stem: string; readonly weight: number; readonly tables: number };

/** By term: the stems that stand for it in these indexes, and in how many tables each is. */
function knownStems(indexes: readonly TableIndex[], terms: readonly AskedTerm[]): KnownStem[][] {
  return terms.map(({ weight, stems, isLoose }) => {
    const weights = new Map<string, number>();
    const add = (stem: string, value: number): void => void weights.set(stem, Math.max(value, weights.get(stem) ?? 0));
    for (const one of stems) add(one.stem, weight * one.weight);
    const [own] = stems;
    if (isLoose && own !== undefined) for (const index of indexes) addLoose(index, own.stem, weight, add);
    return [...weights].flatMap(([stem, value]) => {
      const tables = indexes.reduce((sum, { postings }) => sum + (postings.get(stem)?.tables.length ?? 0), 0);
      return tables === 0 ? [] : [{ stem, weight: value, tables }];
    });
  });
}

function addLoose(
  { stems, postings }: TableIndex,
  asked: string,
  weight: number,
  add: (stem: string, weight: number) => void,
): void {
  for (let length = LOOSE_LENGTH_MIN; length < asked.length; length += 1) {
    const beginning = asked.slice(0, length);
    if (postings.has(beginning)) add(beginning, (weight * LOOSE * length) / asked.length);
  }
  if (asked.length < BEGINNING_LENGTH_MIN) return;
  const from = firstAtLeast(stems, asked);
  for (const stem of stems.slice(from, from + BEGUN_MAX)) {
    if (!stem.startsWith(asked)) return;
    if (stem !== asked) add(stem, (weight * LOOSE * asked.length) / stem.length);
  }
}

function firstAtLeast(sorted: readonly string[], value: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? '') < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function scoresOf(index: TableIndex, terms: readonly (readonly KnownStem[])[], tablesInAll: number): Float64Array {
  const { tables, schemas, schemaSizes, neighbours, popularity } = index;
  const own = new Float64Array(tables.length);
  const byKey = new Float64Array(tables.length);
  const inSchema = new Float64Array(schemaSizes.length);
  const best = new Float64Array(tables.length);
  const around = new Float64Array(tables.length);
  const schemaBest = new Float64Array(schemaSizes.length);
  for (const stems of terms) {
    best.fill(0);
    for (const stem of stems) takeBest(index, stem, tablesInAll, best);
    around.set(best);
    schemaBest.fill(0);
    for (let at = 0; at < best.length; at += 1) {
      const value = best[at] ?? 0;
      if (value === 0) continue;
      own[at]! += value;
      raise(schemaBest, schemas[at] ?? 0, value);
      for (const neighbour of neighbours[at] ?? []) raise(around, neighbour, value);
    }
    for (let at = 0; at < around.length; at += 1) byKey[at]! += around[at]!;
    for (let at = 0; at < schemaBest.length; at += 1) inSchema[at]! += schemaBest[at]!;
  }
  return own.map((value, at) => {
    const schema = schemas[at] ?? 0;
    const keyShare = Math.min(1, NEIGHBOURS_FULL / (neighbours[at]?.length ?? 1));
    const schemaShare = Math.min(1, SCHEMA_SIZE_FULL / (schemaSizes[schema] ?? 1));
    const gained =
      AROUND_BY_KEY * (value + keyShare * ((byKey[at] ?? 0) - value)) +
      AROUND_IN_SCHEMA * schemaShare * (inSchema[schema] ?? 0);
    return (value + gained) * (1 + POPULARITY * (popularity[at] ?? 0));
  });
}

function takeBest(
  index: TableIndex,
  { stem, weight, tables }: KnownStem,
  tablesInAll: number,
  best: Float64Array,
): void {
  const posting = index.postings.get(stem);
  if (posting === undefined) return;
  const rarity = Math.log(1 + (tablesInAll - tables + 0.5) / (tables + 0.5));
  for (const [place, at] of posting.tables.entries()) {
    const frequency = posting.frequencies[place] ?? 0;
    raise(best, at, (weight * rarity * frequency * (K1 + 1)) / (K1 + frequency));
  }
}

function raise(values: Float64Array, at: number, value: number): void {
  if (value > (values[at] ?? 0)) values[at] = value;
}

function resourceOf({ index, at }: RankedTable): string {
  return index.tables[at]?.resource ?? '';
}
