import { pathId, type Place, placeId } from './places.ts';
import type { PlannedCondition, QuestionPlan } from './plan.ts';
import { NotUnderstood } from './scope.ts';

/** Whether something else of the plan needs the name: the table itself, one on a way that is used, a column that is. */
export function isUsed(entity: Place, used: readonly (Place | null)[]): boolean {
  if (entity.column === null && entity.path.length === 0) return true;
  return used.some((at) =>
    entity.column === null
      ? at?.path.some((hop) => hop.table === entity.table) === true
      : at !== null && placeId(at) === placeId(entity),
  );
}

/**
 * What may be asked in good English and still not be what the plan's rows can say. Throws `NotUnderstood`.
 * Called when every value has its place.
 */
export function checkPlan(plan: QuestionPlan): void {
  const conditions = [...plan.conditions, ...plan.part];
  const places = conditions.map((condition) => (condition.kind === 'related' ? null : condition.place));
  const lost = plan.entities.find((entity) => !isUsed(entity, places));
  if (lost !== undefined) throw new NotUnderstood(lost.table.name);
  checkBothWays(conditions);
  checkNegation(plan, conditions);
}

/** `in 2022 and in 2023`, `in 2026 but not in 2025`: no row is in both; who did both is another question. */
function checkBothWays(conditions: readonly PlannedCondition[]): void {
  const said = conditions.filter((one) => one.kind === 'date' || one.kind === 'value');
  for (const one of said) {
    const others = said.filter((other) => other !== one && placeId(other.place) === placeId(one.place));
    if (!one.not && others.some((other) => other.not || areApart(one, other)))
      throw new NotUnderstood(`${one.place.column?.name ?? ''} in two ways`);
  }
}

type Said = Extract<PlannedCondition, { kind: 'date' | 'value' }>;

/** Two values, two months or two times with both ends. A month or days of the week within a whole year are not. */
function areApart(one: Said, other: Said): boolean {
  if (one.kind === 'value' || other.kind === 'value') return one.kind === other.kind;
  const ranges = [one.range, other.range];
  if (ranges.some((range) => range.weekdays !== null)) return false;
  const isMonth = ranges.filter((range) => range.month !== null).length;
  const bounded = ranges.filter((range) => range.from !== null && range.before !== null);
  const isWholeYear = bounded.every(({ from, before }) => from?.endsWith('-01-01') && before?.endsWith('-01-01'));
  return isMonth === 2 || bounded.length === 2 || (isMonth === 1 && bounded.length === 1 && !isWholeYear);
}

/**
 * Customers with an order that was not cancelled are not the customers without a cancelled order: where something is
 * seen through the rows that tell of it, what is denied must be said of itself.
 */
function checkNegation(plan: QuestionPlan, conditions: readonly PlannedCondition[]): void {
  const seen = plan.measures.flatMap(({ function: name, place }) =>
    name === 'countDistinct' && place !== null ? [place] : [],
  );
  const things = plan.measures.length > 0 ? seen : plan.distinct ? plan.columns : [];
  if (things.length === 0) return;
  for (const condition of conditions) {
    if (condition.kind === 'related') continue;
    const isDenied = condition.kind === 'flag' ? !condition.value : condition.not;
    const isItsOwn = things.every((thing) => {
      const way = pathId(thing.path);
      return thing.path.length > 0 && pathId(condition.place.path).startsWith(way);
    });
    const isAll = condition.kind === 'value' && condition.isAll && condition.values.length > 1;
    if ((isDenied || isAll) && !isItsOwn) throw new NotUnderstood(`${condition.place.column?.name ?? ''} of which row`);
  }
}
