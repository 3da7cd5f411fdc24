import { isDay, isIdentifier, isNumber, type Place } from './places.ts';
import type { PlannedMeasure } from './plan.ts';
import type { Measure, Target } from './reading.ts';
import { NotUnderstood, place, type Scope, tryPlace } from './scope.ts';
import { likeness, singular, splitName } from './words.ts';

const SAID = 0.8;
const DAYS = new Set(['date', 'day', 'time']);

export function aliasOf(text: string): string {
  return splitName(text).join('_').slice(0, 60) || 'value';
}

export function plural(word: string): string {
  if (word !== singular(word)) return word;
  if (/(s|x|ch|sh)$/.test(word)) return `${word}es`;
  return /[^aeiou]y$/.test(word) ? `${word.slice(0, -1)}ies` : `${word}s`;
}

export function measureOf(scope: Scope, measure: Measure): PlannedMeasure {
  if (measure.function === 'count') return totalOf(scope, measure) ?? countOf(scope, measure.target, measure.distinct);
  const at = place(scope, measure.target);
  if (at.column === null) {
    // `total flights` counts them.
    if (measure.function === 'sum') return countOf(scope, measure.target, false);
    throw new NotUnderstood(`${measure.function} of ${measure.target.text}`);
  }
  const fits =
    (isNumber(at.column) && !isIdentifier(at.table, at.column)) ||
    ((measure.function === 'min' || measure.function === 'max') && isDay(at.column));
  if (!fits) throw new NotUnderstood(`${measure.function} of ${measure.target.text}`);
  // A value seen through a foreign key repeats for every row: adding it up would count it many times.
  if (at.path.length > 0 && (measure.function === 'avg' || measure.function === 'sum'))
    throw new NotUnderstood(`${measure.function} of ${measure.target.text}`);
  const word = { avg: 'average', sum: 'total', min: 'lowest', max: 'highest' }[measure.function];
  const named = isDay(at.column) ? { min: 'earliest', max: 'latest', avg: '', sum: '' }[measure.function] : word;
  scope.understood.push(`${named} ${at.column.name}`);
  const name = aliasOf(at.column.name);
  return { function: measure.function, place: at, alias: name.split('_').includes(named) ? name : `${named}_${name}` };
}

/** The number of likes is added up where each row says its own; null where rows are to be counted. */
function totalOf(scope: Scope, measure: Extract<Measure, { function: 'count' }>): PlannedMeasure | null {
  const { target } = measure;
  if (measure.isTotal !== true || target === null || measure.distinct) return null;
  const at = tryPlace(scope, target);
  const isSummed =
    at?.column != null && at.path.length === 0 && isNumber(at.column) && !isIdentifier(at.table, at.column);
  // A name said in part may be another's.
  return isSummed && at.score > SAID ? measureOf(scope, { function: 'sum', target, distinct: false }) : null;
}

export function countOf(scope: Scope, target: Target | null, distinct: boolean): PlannedMeasure {
  if (target === null) return { function: 'count', place: null, alias: plural(aliasOf(scope.main.name)) };
  const at = place(scope, target);
  if (at.column === null) {
    scope.understood.push(`count of ${at.table.name}`);
    if (at.path.length === 0) return { function: 'count', place: null, alias: plural(aliasOf(at.table.name)) };
    const key = at.table.columns.find((column) => column.name === at.table.primaryKey[0]);
    if (key === undefined || at.table.primaryKey.length !== 1) throw new NotUnderstood(target.text);
    // Through two keys one is met again and again: whether each time counts is not said.
    if (at.path.length > 1 && !distinct) throw new NotUnderstood(`count of ${target.text}`);
    return { function: 'countDistinct', place: { ...at, column: key }, alias: plural(aliasOf(at.table.name)) };
  }
  const isKey = at.path.length === 0 && at.table.primaryKey.length === 1 && at.table.primaryKey[0] === at.column.name;
  if (isKey) return { function: 'count', place: null, alias: plural(aliasOf(at.table.name)) };
  // Counting a measurement is not a question anybody asks; counting its kinds is, when it is a text, a day or an id.
  const isPartOfDay = isDay(at.column) && !splitName(target.text).some((word) => DAYS.has(singular(word)));
  if (
    !distinct &&
    (isPartOfDay || at.column.kind === 'boolean' || (isNumber(at.column) && !isIdentifier(at.table, at.column)))
  )
    throw new NotUnderstood(`count of ${target.text}`);
  if (namesOtherRows(target, at)) throw new NotUnderstood(`count of ${target.text}`);
  if (!distinct && isTurned(target, at.column.name)) throw new NotUnderstood(`count of ${target.text}`);
  scope.understood.push(`count of distinct ${at.column.name}`);
  return { function: 'countDistinct', place: at, alias: `distinct_${plural(aliasOf(at.column.name))}` };
}

/** `flights` are the rows of flights, where there is such a table, and no `flight_date` of something else. */
function namesOtherRows({ mentions }: Target, { table, column }: Place): boolean {
  return mentions.some((mention) =>
    mention.candidates.some(
      (candidate) =>
        candidate.column === null &&
        candidate.score === 1 &&
        candidate.table !== table &&
        !table.foreignKeys.some(
          (key) => key.columns.includes(column?.name ?? '') && key.references.table === candidate.table.name,
        ),
    ),
  );
}

/** `credits earned` is something else than what the column `earn_credit` says; `types of food` are its `food_type`. */
function isTurned(target: Target, name: string): boolean {
  const words = splitName(name);
  const order = splitName(target.text).map((said) => words.findIndex((word) => likeness(said, word) > 0));
  const known = order.filter((at) => at >= 0);
  return !/ of /.test(target.text) && known.some((at, index) => at < (known[index - 1] ?? 0));
}
