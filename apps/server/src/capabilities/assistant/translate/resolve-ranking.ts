import { findPlace, isDay, isIdentifier, isNumber, labelOf, type Place, placeId } from './places.ts';
import type { QuestionPlan, PlannedGroup, PlannedMeasure } from './plan.ts';
import type { Measure, Ranking, Reading, Target } from './reading.ts';
import { measureOf, countOf, aliasOf, plural } from './resolve-measures.ts';
import { dayColumn, NotUnderstood, place, type Scope, tryPlace } from './scope.ts';
import { likeness, splitName, stem } from './words.ts';

const GOOD_WHEN_LOW = [
  'delay',
  'cost',
  'damage',
  'loss',
  'error',
  'complaint',
  'fee',
  'defect',
  'failure',
  'price',
  'expense',
  'wait',
];
const GOOD_WHEN_HIGH = [
  'rating',
  'score',
  'gpa',
  'grade',
  'satisfaction',
  'revenue',
  'profit',
  'sale',
  'helpfulness',
  'clarity',
];

/** Whether the worst of it is the highest is known for few things; the rest is not guessed. */
export function judge(good: boolean, name: string): 'asc' | 'desc' {
  const words = splitName(name).map(stem);
  const lowIsGood = words.some((word) => GOOD_WHEN_LOW.some((known) => likeness(word, known) === 1));
  const highIsGood = words.some((word) => GOOD_WHEN_HIGH.some((known) => likeness(word, known) === 1));
  if (lowIsGood === highIsGood) throw new NotUnderstood(good ? 'best' : 'worst');
  return good === highIsGood ? 'desc' : 'asc';
}

function aboutColumn(scope: Scope, words: readonly string[]): Place {
  const isDate = words.includes('date');
  if (isDate && scope.main.columns.some((column) => column.kind === 'integer' && /^year$/i.test(column.name)))
    throw new NotUnderstood('first or last by year or by date');
  if (isDate) return dayColumn(scope, 'first or last');
  const fitting = scope.main.columns.filter(
    (column) =>
      isNumber(column) && splitName(column.name).some((word) => words.some((about) => likeness(word, about) === 1)),
  );
  const only = fitting[0];
  if (only === undefined || fitting.length > 1) throw new NotUnderstood(words[0] ?? 'highest');
  return { path: [], table: scope.main, column: only, score: 0.9 };
}

export function isIdentifierOrLabel(at: Place): boolean {
  return (
    at.column !== null &&
    (at.column.name === labelOf(at.table)?.name ||
      (at.table.primaryKey.length === 1 && at.table.primaryKey[0] === at.column.name))
  );
}

export function rankedCount(scope: Scope, reading: Reading, ranking: Ranking): PlannedMeasure | null {
  if (ranking.common) return { function: 'count', place: null, alias: plural(aliasOf(scope.main.name)) };
  if (ranking.target === null) return null;
  const found = tryPlace(scope, ranking.target);
  if (found === null) return null;
  const isTable = found.column === null;
  const isIdOf = found.column !== null && isIdentifier(found.table, found.column);
  if (ranking.most && (isTable || isIdOf)) return countOf(scope, ranking.target, false);
  if (
    ranking.most &&
    reading.subjects.some((subject) => subject.target !== null && !isOneRowEach(scope, subject.target))
  )
    throw new NotUnderstood(`most ${ranking.target.text}`);
  // `top 5 origins by flights` counts the flights.
  if (reading.top !== null && isTable && ranking.about.length === 0) return countOf(scope, ranking.target, false);
  return null;
}

function isOneRowEach(scope: Scope, target: Target): boolean {
  const found = findPlace(scope.main, scope.tables, target);
  return (
    'place' in found &&
    found.place.path.length === 0 &&
    (found.place.column === null || isIdentifierOrLabel(found.place))
  );
}

export function rankedColumn(scope: Scope, ranking: Ranking): Place {
  if (ranking.target === null) return aboutColumn(scope, ranking.about);
  const at = place(scope, ranking.target);
  if (at.column === null) {
    const words = ranking.about.length > 0 ? ranking.about : ranking.ofRows;
    if (at.path.length > 0 || words.length === 0) throw new NotUnderstood(ranking.target.text);
    return aboutColumn(scope, words);
  }
  if (!(isNumber(at.column) || (isDay(at.column) && !ranking.most)) || isIdentifier(at.table, at.column))
    throw new NotUnderstood(ranking.target.text);
  return at;
}

export function orderOf(
  scope: Scope,
  reading: Reading,
  groups: readonly PlannedGroup[],
  measures: readonly PlannedMeasure[],
): QuestionPlan['order'] {
  const asked = reading.orderBy;
  if (asked === null) return null;
  if (asked.measure !== null) {
    const by = measures.find((measure) => measure.alias === measureOf(scope, asked.measure as Measure).alias);
    if (by === undefined) throw new NotUnderstood('order');
    return { by, direction: asked.direction ?? 'asc' };
  }
  if (asked.target !== null) {
    const at = place(scope, asked.target);
    const group = groups.find((one) => placeId(one.place) === placeId(at));
    if (group !== undefined) return { by: 'label', direction: asked.direction ?? 'asc' };
    if (measures.length > 0) {
      const measure =
        measures.find((one) => one.place !== null && placeId(one.place) === placeId(at)) ??
        (at.column === null ? measures.find((one) => one.function === 'count') : undefined);
      if (measure === undefined) throw new NotUnderstood(asked.target.text);
      return { by: measure, direction: asked.direction ?? 'asc' };
    }
    if (at.column === null) throw new NotUnderstood(asked.target.text);
    return { by: at, direction: asked.direction ?? 'asc' };
  }
  const first = measures[0];
  return first === undefined
    ? { by: 'label', direction: asked.direction ?? 'asc' }
    : { by: first, direction: asked.direction ?? 'asc' };
}
