import { isIdentifier, isNumber, pathId, type Place } from './places.ts';
import type { PendingValue, PlannedCondition, PlannedHalf, PlannedMeasure } from './plan.ts';
import type { Condition, Reading, Side } from './reading.ts';
import { resolveCondition } from './resolve-condition.ts';
import { countOf, measureOf } from './resolve-measures.ts';
import { NotUnderstood, place, type Scope } from './scope.ts';

type Ratio = NonNullable<Reading['ratio']>;

/** One number of rows, or one sum, over another. Throws `NotUnderstood`. */
export function ratioOf(scope: Scope, ratio: Ratio): { measure: PlannedMeasure; pending: PendingValue[] } {
  const pending: PendingValue[] = [];
  const part = halfOf(scope, ratio.part, ratio.ofAll ? ratio.whole.conditions : [], pending);
  const whole = halfOf(scope, ratio.whole, [], pending);
  const isSame = JSON.stringify(ratio.part.conditions) === JSON.stringify(ratio.whole.conditions);
  if (isSame && part.measure.alias === whole.measure.alias) throw new NotUnderstood('ratio');
  const [above, below] = [part, whole].map(({ measure }) => measure.place);
  // Publications and authors are counted each by themselves, not where both are met.
  if (!isSameRows(above ?? null, below ?? null)) throw new NotUnderstood('ratio');
  scope.understood.push(`ratio of ${part.measure.alias} to ${whole.measure.alias}`);
  return { measure: { function: 'ratio', place: null, alias: 'ratio', halves: [part, whole] }, pending };
}

function isSameRows(above: Place | null, below: Place | null): boolean {
  return pathId(above?.path ?? []) === pathId(below?.path ?? []);
}

function halfOf(scope: Scope, side: Side, further: readonly Condition[], pending: PendingValue[]): PlannedHalf {
  const conditions: PlannedCondition[] = [];
  const { flags } = scope;
  scope.flags = [];
  const measure = sideMeasure(scope, side);
  for (const condition of [...side.conditions, ...further]) {
    const entity = resolveCondition(scope, condition, conditions, pending);
    if (entity !== null && (entity.path.length > 0 || entity.column !== null)) throw new NotUnderstood('ratio');
  }
  if (scope.adjectives.length > 0) throw new NotUnderstood(scope.adjectives[0]?.words ?? 'ratio');
  conditions.push(...scope.flags);
  scope.flags = flags;
  return { measure, conditions };
}

function sideMeasure(scope: Scope, { measures, subjects }: Side): PlannedMeasure {
  const [measure, ...others] = measures;
  const [subject, ...more] = subjects;
  if (measure !== undefined && others.length === 0 && subject === undefined) return measureOf(scope, measure);
  const target = subject?.target;
  if (measures.length > 0 || target == null || more.length > 0 || subject?.bucket != null)
    throw new NotUnderstood('ratio');
  const at = place(scope, target);
  if (at.column === null) return countOf(scope, target, false);
  if (!isNumber(at.column) || isIdentifier(at.table, at.column)) throw new NotUnderstood(`ratio of ${target.text}`);
  return measureOf(scope, { function: 'sum', target, distinct: false });
}
