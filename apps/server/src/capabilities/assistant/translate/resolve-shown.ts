import { labelOf, type Place, pathId, placeId } from './places.ts';
import type { PlannedGroup, PlannedMeasure, QuestionPlan } from './plan.ts';
import type { Reading, Shown, Target } from './reading.ts';
import { grouped } from './resolve-groups.ts';
import { aliasOf, measureOf } from './resolve-measures.ts';
import { NotUnderstood, place, type Scope } from './scope.ts';
import { likeness, splitName } from './words.ts';

type Shape = Pick<QuestionPlan, 'measures' | 'groups' | 'columns' | 'distinct' | 'order' | 'limit'>;

/**
 * What a later sentence wants to see: something the answer has already, a further measure of the same groups, or a
 * further column of the rows that are listed or grouped by. Throws `NotUnderstood` for anything else.
 */
export function addShown(scope: Scope, reading: Reading, shape: Shape): Shape {
  return reading.shown.reduce((grown, shown) => addOne(scope, shown, grown), shape);
}

function addOne(scope: Scope, shown: Shown, shape: Shape): Shape {
  if (shown.kind === 'bucket') {
    if (shape.groups.some((group) => group.bucket === shown.bucket)) return shape;
    throw new NotUnderstood(shown.bucket);
  }
  return shown.kind === 'measure' ? addMeasure(scope, shown, shape) : addColumn(scope, shown.target, shape);
}

function addMeasure(scope: Scope, shown: Extract<Shown, { kind: 'measure' }>, shape: Shape): Shape {
  const { target } = shown;
  const text = `${shown.text} ${target?.text ?? ''}`.trim();
  const alike = shape.measures.filter((measure) => measures(measure, shown));
  if (target === null) {
    if (alike.length === 1) return shape;
    throw new NotUnderstood(text);
  }
  if (alike.filter((measure) => names(target, measure)).length === 1) return shape;
  const counted = asGroups(scope, shown, target, shape);
  if (counted !== null) return counted;
  // A row that is listed has its number already: `highest price` of one row is that column.
  if (shape.measures.length === 0) return addColumn(scope, target, shape);
  const planned =
    shown.function === 'count'
      ? measureOf(scope, { function: 'count', target, distinct: shown.distinct })
      : measureOf(scope, { function: shown.function, target, distinct: false });
  if (shape.measures.some((measure) => measure.alias === planned.alias)) return shape;
  return { ...shape, measures: [...shape.measures, planned] };
}

/** `Which customers ordered a lamp? Return their name and the number of orders`: those listed once become groups. */
function asGroups(
  scope: Scope,
  { function: name, distinct }: Extract<Shown, { kind: 'measure' }>,
  target: Target,
  shape: Shape,
): Shape | null {
  const [row, ...others] = shape.columns;
  if (
    shape.measures.length > 0 ||
    row === undefined ||
    row.path.length === 0 ||
    !shape.distinct ||
    shape.limit !== null
  )
    return null;
  if (others.some((other) => !sameRow(row, other))) return null;
  const measure = measureOf(
    scope,
    name === 'count' ? { function: name, target, distinct } : { function: name, target, distinct: false },
  );
  const table = grouped(scope, { ...row, column: null }, null);
  const more = shape.columns.filter((one) => placeId(one) !== placeId(table.place)).map(asGroup);
  return {
    measures: [measure],
    groups: [table, ...more],
    columns: [],
    distinct: false,
    order: { by: measure, direction: 'desc' },
    limit: null,
  };
}

function asGroup(place: Place): PlannedGroup {
  return { place, bucket: null, alias: aliasOf(place.column?.name ?? ''), byTable: false, rows: null };
}

function measures(measure: PlannedMeasure, shown: Extract<Shown, { kind: 'measure' }>): boolean {
  const { function: name } = measure;
  return name === shown.function || (name === 'countDistinct' && shown.function === 'count');
}

/** Whether the words may name what is measured, whichever of its names they use. */
function names(target: Target, measure: PlannedMeasure): boolean {
  const at = measure.place;
  return target.mentions.every((mention) =>
    mention.candidates.some((candidate) =>
      at === null
        ? candidate.column === null && measure.alias.includes(aliasOf(candidate.table.name))
        : candidate.table === at.table && (candidate.column === null || candidate.column === at.column),
    ),
  );
}

function addColumn(scope: Scope, target: Target, shape: Shape): Shape {
  if (shape.measures.some((measure) => isSaidBy(target, measure))) return shape;
  const seen = [...shape.groups.map((group) => group.place), ...shape.columns].filter((at) => isNamed(target, at));
  if (new Set(seen.map(placeId)).size === 1) return shape;
  const at = shownPlace(scope, target, shape);
  if (at.column === null) {
    if (shape.groups.some((one) => one.rows !== null && sameRow(one.rows, at))) return shape;
    const label = labelOf(at.table);
    if (label === null || shape.measures.length > 0) throw new NotUnderstood(target.text);
    return withColumn(shape, { ...at, column: label });
  }
  if (shape.measures.length === 0) return withColumn(shape, at);
  if (shape.groups.some((group) => placeId(group.place) === placeId(at))) return shape;
  // The other columns of a row that is grouped by are the same within each group.
  if (!shape.groups.some((group) => group.rows !== null && sameRow(group.rows, at)))
    throw new NotUnderstood(target.text);
  return { ...shape, groups: [...shape.groups, asGroup(at)] };
}

/** Whether the last of the words may name this column, and those before it the column or its table. */
function isNamed(target: Target, at: Place): boolean {
  return target.mentions.every((mention, index) =>
    mention.candidates.some(
      (candidate) =>
        candidate.table === at.table &&
        (candidate.column === at.column || (candidate.column === null && index < target.mentions.length - 1)),
    ),
  );
}

/** `their name` of customers that are grouped by is the customer's, whatever else has a name. */
function shownPlace(scope: Scope, target: Target, shape: Shape): Place {
  const rows = [...shape.groups.flatMap((group) => (group.rows === null ? [] : [group.rows])), ...shape.columns];
  const own = rows.flatMap((row) =>
    target.mentions.length === 1
      ? (target.mentions[0]?.candidates ?? [])
          .filter((candidate) => candidate.table === row.table && candidate.column !== null && candidate.score >= 0.8)
          .map((candidate): Place => ({ ...row, column: candidate.column, score: candidate.score }))
      : [],
  );
  const best = Math.max(...own.map((at) => at.score));
  const distinct = new Map(own.filter((at) => best - at.score < 0.02).map((at) => [placeId(at), at]));
  const [only] = distinct.values();
  if (only !== undefined && distinct.size === 1) return only;
  return place(scope, target);
}

function sameRow(a: Place, b: Place): boolean {
  return a.table === b.table && pathId(a.path) === pathId(b.path);
}

function withColumn(shape: Shape, at: Place): Shape {
  if (shape.columns.some((one) => placeId(one) === placeId(at))) return shape;
  return { ...shape, columns: [...shape.columns, at] };
}

/** `total amount` where the total of the amount is measured. */
function isSaidBy(target: Target, measure: PlannedMeasure): boolean {
  const said = splitName(target.text);
  const words = measure.alias.split('_');
  return said.length > 1 && said.every((word) => words.some((other) => likeness(word, other) > 0));
}
