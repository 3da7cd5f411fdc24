import { isDay, isNumber, type Place } from './places.ts';
import type { PendingValue, PlannedCondition } from './plan.ts';
import type { Condition } from './reading.ts';
import { dayColumn, NotUnderstood, place, type Scope } from './scope.ts';
import { isOnlyDescribed } from './vocabulary.ts';
import { likeness, splitName, stem } from './words.ts';

export type ResolvedCondition =
  | { condition: PlannedCondition }
  | { pending: Omit<PendingValue, 'ofWhole'> }
  | { entity: Place };

/** One condition settled against the main table. Throws `NotUnderstood`. */
export function resolveCondition(scope: Scope, condition: Condition): ResolvedCondition {
  switch (condition.kind) {
    case 'bare': {
      const at = place(scope, condition.target);
      if (at.column?.kind === 'boolean') {
        scope.understood.push(`${at.column.name} is ${condition.not ? 'false' : 'true'}`);
        return { condition: { kind: 'flag', place: at, value: !condition.not } };
      }
      if (condition.not) throw new NotUnderstood(`not ${condition.target.text}`);
      return { entity: at };
    }
    case 'date':
      return { condition: dateCondition(scope, condition) };
    case 'value': {
      const about = condition.target === null ? null : place(scope, condition.target);
      return {
        pending: { words: condition.words, role: condition.role, about, not: condition.not, text: condition.text },
      };
    }
    case 'compare': {
      const { at, factor } = measured(scope, condition);
      scope.understood.push(
        `${condition.not ? 'not ' : ''}${at.column?.name ?? ''} ${condition.operator} ${condition.value * factor}`,
      );
      return {
        condition: {
          kind: 'compare',
          place: at,
          operator: condition.operator,
          value: condition.value * factor,
          not: condition.not,
        },
      };
    }
    case 'between': {
      const { at, factor } = measured(scope, { ...condition, about: [] });
      scope.understood.push(
        `${condition.not ? 'not ' : ''}${at.column?.name ?? ''} from ${condition.low * factor} to ${condition.high * factor}`,
      );
      return {
        condition: {
          kind: 'between',
          place: at,
          low: condition.low * factor,
          high: condition.high * factor,
          not: condition.not,
        },
      };
    }
  }
}

type Measured = {
  readonly target: Extract<Condition, { kind: 'compare' }>['target'];
  readonly about: readonly string[];
  readonly unit: string | null;
  readonly text: string;
};

/** The number column a comparison speaks of, and what to multiply by when the person's unit is not the column's. */
function measured(scope: Scope, condition: Measured): { at: Place; factor: number } {
  const named = condition.target === null ? null : place(scope, condition.target);
  if (named !== null && named.column !== null) {
    // A text column that holds numbers is compared only as a number when it is one.
    if (!isNumber(named.column) || isOnlyDescribed(named.score)) throw new NotUnderstood(condition.text);
    const factor = condition.unit === null ? 1 : factorFor(named, condition.unit);
    if (factor === null) throw new NotUnderstood(condition.text);
    return { at: named, factor };
  }
  if (named !== null && named.path.length > 0) throw new NotUnderstood(condition.text);
  const fitting = scope.main.columns
    .filter(isNumber)
    .map((column): Place => ({ path: [], table: scope.main, column, score: 0.9 }))
    .filter((at) => {
      const byName =
        condition.about.length === 0 ||
        splitName(at.column?.name ?? '').some((word) => condition.about.some((about) => likeness(word, about) === 1));
      const byUnit =
        condition.unit === null ||
        speaksOf(at, condition.unit) ||
        conversions(condition.unit).some(([other]) => speaksOf(at, other));
      return byName && byUnit && (condition.about.length > 0 || condition.unit !== null);
    });
  const only = fitting[0];
  if (only === undefined || fitting.length > 1) throw new NotUnderstood(condition.text);
  const factor = condition.unit === null ? 1 : factorFor(only, condition.unit);
  if (factor === null) throw new NotUnderstood(condition.text);
  scope.scores.push(only.score);
  return { at: only, factor };
}

function speaksOf(at: Place, unit: string): boolean {
  const column = at.column;
  return (
    column !== null &&
    splitName(`${column.name} ${column.description ?? ''} ${column.comment ?? ''}`).some(
      (word) => stem(word) === stem(unit),
    )
  );
}

const CONVERSIONS: readonly (readonly [string, string, number])[] = [
  ['hour', 'minute', 60],
  ['minute', 'second', 60],
  ['hour', 'second', 3600],
];
const MONEY = new Set(['dollar', 'euro', 'usd', 'pound']);
const MONEY_NAMES = [
  'cost',
  'price',
  'amount',
  'fee',
  'revenue',
  'salary',
  'total',
  'balance',
  'tax',
  'budget',
  'gross',
];

function conversions(unit: string): [string, number][] {
  return CONVERSIONS.filter(([from]) => from === unit).map(([, to, factor]) => [to, factor]);
}

/** 1 when the column says it is kept in this unit, the factor when it says another of the same kind, null when it doesn't say. */
function factorFor(at: Place, unit: string): number | null {
  if (speaksOf(at, unit)) return 1;
  if (unit === 'min' && speaksOf(at, 'minute')) return 1;
  if (MONEY.has(unit) && splitName(at.column?.name ?? '').some((word) => MONEY_NAMES.includes(word))) return 1;
  return conversions(unit).find(([other]) => speaksOf(at, other))?.[1] ?? null;
}

function dateCondition(scope: Scope, condition: Extract<Condition, { kind: 'date' }>): PlannedCondition {
  const named = condition.target === null ? null : place(scope, condition.target);
  const { range } = condition;
  const days = scope.main.columns.filter(isDay);
  const year = scope.main.columns.filter((column) => column.kind === 'integer' && column.name.toLowerCase() === 'year');
  const only = year[0];
  if (
    (named === null || (named.path.length === 0 && named.column === null)) &&
    days.length === 0 &&
    year.length === 1 &&
    only !== undefined &&
    isWholeYears(range.from, range.before) &&
    range.month === null &&
    range.weekdays === null
  ) {
    scope.understood.push(`year ${condition.text}`);
    return {
      kind: 'year',
      place: { path: [], table: scope.main, column: only, score: 0.9 },
      from: range.from === null ? null : Number(range.from.slice(0, 4)),
      before: range.before === null ? null : Number(range.before.slice(0, 4)),
      not: condition.not,
    };
  }
  if (named !== null && named.column !== null && !isDay(named.column)) throw new NotUnderstood(condition.text);
  if (named !== null && named.column === null && named.path.length > 0) throw new NotUnderstood(condition.text);
  const at = named !== null && named.column !== null ? named : dayColumn(scope, condition.text);
  scope.understood.push(`${condition.not ? 'not ' : ''}${at.column?.name ?? ''} ${condition.text}`);
  return { kind: 'date', place: at, range, not: condition.not };
}

function isWholeYears(from: string | null, before: string | null): boolean {
  return [from, before].every((day) => day === null || day.endsWith('-01-01'));
}
