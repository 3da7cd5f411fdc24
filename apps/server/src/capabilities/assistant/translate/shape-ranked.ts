import { isDay, type Place, placeId } from './places.ts';
import type { PlannedMeasure } from './plan.ts';
import type { Ranking, Reading } from './reading.ts';
import { aliasOf } from './resolve-measures.ts';
import { isIdentifierOrLabel, judge, rankedColumn } from './resolve-ranking.ts';
import { NotUnderstood, place, type Scope } from './scope.ts';
import type { Parts, Shape } from './shape.ts';
import { columnsToList, howMany, isPlural } from './shape-list.ts';

/**
 * Ranked by a column that rows have: `the cheapest products` are rows, `the highest price in each category` is a
 * number for each. Which category has the highest price, by a sum, a mean or one row? That is not said, and declined.
 */
export function rankedRows(
  scope: Scope,
  reading: Reading,
  ranking: Ranking,
  parts: Parts,
  { measures, groups }: Pick<Shape, 'measures' | 'groups'>,
): Shape {
  const by = rankedColumn(scope, ranking);
  const { column } = by;
  if (column === null || measures.length > 0) throw new NotUnderstood(column?.name ?? by.table.name);
  const direction = ranking.judgedGood === null ? ranking.direction : judge(ranking.judgedGood, column.name);
  scope.understood.push(`${direction === 'desc' ? 'highest' : 'lowest'} ${column.name} first`);
  const named = ranking.target === null ? null : place(scope, ranking.target);
  const asksForRows =
    named === null || named.column === null || parts.subjects.some(({ at }) => isRows(at)) || namesRows(scope, ranking);
  const others = parts.subjects.filter(
    ({ at }) => !isRows(at) && (at === null || at.column === null || !isIdentifierOrLabel(at)),
  );
  const extreme = extremeOf(by, direction);
  if (groups.length > 0) {
    if (asksForRows || parts.subjects.length > 0 || reading.top !== null)
      throw new NotUnderstood(`${column.name} of each`);
    const order = { by: extreme, direction };
    return { measures: [extreme], groups, columns: [], distinct: false, order, limit: reading.limit };
  }
  if (!asksForRows && parts.subjects.length === 0 && reading.limit === null)
    return { measures: [extreme], groups: [], columns: [], distinct: false, order: null, limit: null };
  const isMany = parts.subjects.some(({ subject }) => subject.target !== null && isPlural(subject.target.text));
  const limit = howMany(reading, isMany || (ranking.target !== null && isPlural(ranking.target.text)), column.name);
  // One row of several columns; but several rows would give a city twice.
  if (others.length > 0 && !(asksForRows && (limit === 1 || others.length < parts.subjects.length)))
    throw new NotUnderstood(`highest or lowest ${column.name}`);
  const shown = columnsToList(
    scope,
    parts.subjects.flatMap(({ at }) => (at === null ? [] : [at])),
  );
  const columns = shown.some((at) => placeId(at) === placeId(by)) ? shown : [...shown, by];
  return { measures: [], groups: [], columns, distinct: false, order: { by, direction }, limit };
}

function isRows(at: Place | null): boolean {
  return at !== null && at.column === null && at.path.length === 0;
}

/** `the highest-rated restaurant` names the restaurant beside its rating. */
function namesRows(scope: Scope, { target }: Ranking): boolean {
  const mentions = target?.mentions ?? [];
  return (
    mentions.length > 1 &&
    mentions.some((mention) =>
      mention.candidates.some(
        (candidate) => candidate.table === scope.main && candidate.column === null && candidate.score >= 0.9,
      ),
    )
  );
}

function extremeOf(by: Place, direction: 'asc' | 'desc'): PlannedMeasure {
  const isDate = by.column !== null && isDay(by.column);
  const word = direction === 'desc' ? (isDate ? 'latest' : 'highest') : isDate ? 'earliest' : 'lowest';
  const name = direction === 'desc' ? 'max' : 'min';
  return { function: name, place: by, alias: `${word}_${aliasOf(by.column?.name ?? '')}` };
}
