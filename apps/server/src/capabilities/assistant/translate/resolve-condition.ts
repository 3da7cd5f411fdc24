import { isDay, isFlag, isNumber, type Place } from './places.ts';
import type { PendingValue, PlannedCondition, PlannedRelation } from './plan.ts';
import type { Condition, Having } from './reading.ts';
import { isFlagOf, type Related, relatedOf } from './relate.ts';
import { dayColumn, NotUnderstood, place, type Scope, tryPlace } from './scope.ts';
import { isOnlyDescribed } from './vocabulary.ts';
import { likeness, splitName, stem } from './words.ts';

// A plan that lists the other table's own rows fits better, unless there must be none of them.
const RELATED = 0.85;
const RELATED_NOT = 0.95;

/**
 * One condition settled against the main table: it goes into `into`, or, when its value is still to be found, into
 * `pending`. Gives the place of a name that is no condition at all. Throws `NotUnderstood`.
 */
export function resolveCondition(
  scope: Scope,
  condition: Condition,
  into: PlannedCondition[],
  pending: PendingValue[],
): Place | null {
  const related = condition.target === null ? null : relatedOf(scope, condition.target);
  if (related !== null) {
    into.push(relation(scope, related, condition, pending));
    return null;
  }
  switch (condition.kind) {
    case 'bare': {
      const isLink = condition.target.mentions.every((mention) => mention.isLink) && !condition.not;
      if (isLink && tryPlace(scope, condition.target) === null) return null;
      const at = place(scope, condition.target);
      const bare = bareCondition(condition, at);
      if (bare === null && condition.not) throw new NotUnderstood(`not ${condition.target.text}`);
      if (bare === null && condition.target.mentions.some((mention) => isFlagOf(at.table, mention)))
        throw new NotUnderstood(condition.target.text);
      if (bare === null) return at;
      scope.understood.push(
        bare.kind === 'flag'
          ? `${at.column?.name ?? ''} is ${String(bare.value)}`
          : `${condition.not ? 'no' : 'some'} ${at.column?.name ?? ''}`,
      );
      into.push(bare);
      return null;
    }
    case 'match': {
      const at = place(scope, condition.target);
      if (at.column?.kind !== 'text' || isOnlyDescribed(at.score)) throw new NotUnderstood(condition.text);
      const { where, part, not } = condition;
      scope.understood.push(`${at.column.name} ${not ? 'not ' : ''}${condition.text}`);
      into.push({ kind: 'match', place: at, where, part, not });
      return null;
    }
    case 'date':
      into.push(dateCondition(scope, condition));
      return null;
    case 'value': {
      const about = condition.target === null ? null : place(scope, condition.target);
      const { words, role, not, isAll, text } = condition;
      pending.push({ words, role, about, not, isAll, text, main: scope.main, into, isOwn: scope.isInside === true });
      return null;
    }
    case 'compare': {
      const { at, factor } = measured(scope, condition);
      const { operator, not } = condition;
      const value = condition.value * factor;
      scope.understood.push(`${not ? 'not ' : ''}${at.column?.name ?? ''} ${operator} ${value}`);
      into.push({ kind: 'compare', place: at, operator, value, not });
      return null;
    }
    case 'between': {
      const { at, factor } = measured(scope, { ...condition, about: [] });
      const [low, high] = [condition.low * factor, condition.high * factor];
      scope.understood.push(`${condition.not ? 'not ' : ''}${at.column?.name ?? ''} from ${low} to ${high}`);
      into.push({ kind: 'between', place: at, low, high, not: condition.not });
      return null;
    }
  }
}

/** A flag that is set, or a value that is there: `with a final exam`, `without an email`. */
function bareCondition(
  { not, with: isWith, target }: Extract<Condition, { kind: 'bare' }>,
  at: Place,
): PlannedCondition | null {
  if (at.column !== null && isFlag(at.column)) return { kind: 'flag', place: at, value: !not };
  const isOne = not || /(^| )(a|an|any)$/.test(target.before);
  if (!isWith || !isOne || at.column?.nullable !== true || isOnlyDescribed(at.score)) return null;
  return { kind: 'present', place: at, not };
}

/** `customers with orders over 100 dollars`, `customers who have made no order in 2023`. */
function relation(
  scope: Scope,
  { table, key }: Related,
  condition: Condition,
  pending: PendingValue[],
): PlannedCondition {
  const within: Scope = {
    main: table,
    tables: scope.tables,
    scores: [],
    understood: [],
    flags: [],
    adjectives: [],
    isInside: true,
  };
  const conditions: PlannedCondition[] = [];
  const { kind, not } = condition;
  if (kind !== 'bare') {
    const values = pending.length;
    if (kind === 'match') throw new NotUnderstood(condition.text);
    resolveCondition(within, { ...condition, target: null, not: false }, conditions, pending);
    // Only what the rows themselves say: what they lead to would need a join in there.
    if (conditions.some((one) => one.kind === 'related' || one.place.path.length > 0) || pending.length > values + 1)
      throw new NotUnderstood(condition.text);
  }
  scope.scores.push(not ? RELATED_NOT : RELATED, ...within.scores);
  scope.understood.push([not ? 'no' : 'some', table.name, ...within.understood].join(' '));
  return { kind: 'related', table, pairs: pairsOf(scope, key), conditions, count: null, not };
}

/** `with at least 3 orders`. Throws `NotUnderstood`. */
export function countRelation(scope: Scope, having: Having): PlannedCondition | null {
  const { target } = having.measure;
  const related = having.measure.function !== 'count' || target === null ? null : relatedOf(scope, target);
  if (related === null) return null;
  scope.scores.push(RELATED);
  scope.understood.push(`${related.table.name} ${having.operator} ${having.value}`);
  const { operator, value } = having;
  const pairs = pairsOf(scope, related.key);
  return { kind: 'related', table: related.table, pairs, conditions: [], count: { operator, value }, not: false };
}

function pairsOf({ main }: Scope, key: Related['key']): PlannedRelation['pairs'] {
  return key.columns.map((own, index) => {
    const column = main.columns.find(({ name }) => name === key.references.columns[index]);
    if (column === undefined) throw new NotUnderstood(own);
    return { own, main: { path: [], table: main, column, score: 1 } };
  });
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
