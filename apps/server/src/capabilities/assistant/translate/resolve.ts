import type { CatalogTable } from '@strongroom/protocol';
import { isUsed } from './check-plan.ts';
import { isIdentifier, isNumber, type Place } from './places.ts';
import type { PendingValue, QuestionPlan, PlannedCondition } from './plan.ts';
import type { Reading } from './reading.ts';
import { countRelation, resolveCondition } from './resolve-condition.ts';
import { groupsOf } from './resolve-groups.ts';
import { measureOf } from './resolve-measures.ts';
import { ratioOf } from './resolve-ratio.ts';
import { addShown } from './resolve-shown.ts';
import { shapeOf } from './shape.ts';
import { NotUnderstood, place, type Scope } from './scope.ts';
import { isOnlyDescribed } from './vocabulary.ts';

function adjective(scope: Scope, text: string, about: Place, into: PlannedCondition[]): PendingValue {
  return { words: [text], role: null, about, not: false, isAll: false, text, main: scope.main, into, isOwn: false };
}

/** Settles every name of the reading against `main`. Throws `NotUnderstood` at the first that does not fit. */
export function resolve(reading: Reading, main: CatalogTable, tables: readonly CatalogTable[]): QuestionPlan {
  const scope: Scope = { main, tables, scores: [], understood: [], flags: [], adjectives: [] };
  const measures = reading.measures.map((measure) => measureOf(scope, measure));
  const groups = reading.groups.flatMap((group) => groupsOf(scope, group));
  const having: QuestionPlan['having'][number][] = [];
  const conditions: PlannedCondition[] = [];
  const part: PlannedCondition[] = [];
  const pending: PendingValue[] = [];
  const entities: Place[] = [];
  const of: Place[] = [];

  if (reading.share !== null) {
    const whole = place(scope, reading.share.target);
    if (whole.column !== null || whole.path.length > 0)
      throw new NotUnderstood(`share of ${reading.share.target.text}`);
    measures.push({ function: 'share', place: null, alias: 'percentage' });
    scope.understood.push(`percentage of ${whole.table.name}`);
  }
  if (reading.ratio !== null) {
    const ratio = ratioOf(scope, reading.ratio);
    measures.push(ratio.measure);
    pending.push(...ratio.pending);
  }
  reading.conditions.forEach((condition, index) => {
    const inWhole =
      reading.share === null ||
      (reading.share.conditionsOfWhole !== null && index < reading.share.conditionsOfWhole) ||
      condition.kind === 'date';
    const entity = resolveCondition(scope, condition, inWhole ? conditions : part, pending);
    if (entity !== null) entities.push(entity);
    if (entity !== null && condition.kind === 'bare' && condition.target.before === 'for') of.push(entity);
  });
  if (
    reading.share !== null &&
    reading.share.conditionsOfWhole === null &&
    reading.conditions.filter((condition) => condition.kind !== 'date' && condition.kind !== 'bare').length > 1
  )
    throw new NotUnderstood('share');
  if (reading.share !== null && part.length === 0 && !pending.some((value) => value.into === part))
    throw new NotUnderstood('share');
  for (const asked of reading.having) {
    const counted = countRelation(scope, asked);
    if (counted !== null) {
      conditions.push(counted);
      continue;
    }
    const at = asked.measure.target === null ? null : place(scope, asked.measure.target);
    if (at !== null && isOnlyDescribed(at.score)) throw new NotUnderstood(asked.text);
    if (
      asked.measure.function === 'count' &&
      at?.column != null &&
      isNumber(at.column) &&
      !isIdentifier(at.table, at.column)
    )
      conditions.push({ kind: 'compare', place: at, operator: asked.operator, value: asked.value, not: false });
    else having.push({ measure: measureOf(scope, asked.measure), operator: asked.operator, value: asked.value });
  }
  const subjects = reading.subjects.map((subject) => ({
    subject,
    at: subject.target === null || subject.bucket !== null ? null : place(scope, subject.target),
  }));
  const shape = addShown(scope, reading, shapeOf(scope, reading, { measures, groups, having, subjects, entities, of }));
  conditions.push(...scope.flags);
  for (const { words, rows } of scope.adjectives) pending.push(adjective(scope, words, rows, conditions));
  const used = [
    ...measures.map((measure) => measure.place),
    ...shape.groups.map((group) => group.place),
    ...subjects.map(({ at }) => at),
    ...conditions.map((condition) => (condition.kind === 'related' ? null : condition.place)),
    ...pending.map((value) => value.about),
  ];
  const unused = entities.filter((entity) => !isUsed(entity, used));
  const [first] = unused;
  if (first !== undefined && (pending.length === 0 || first.column !== null))
    throw new NotUnderstood(first.column?.name ?? first.table.name);
  if (shape.measures.length === 0 && shape.columns.length === 0) throw new NotUnderstood('what to show');
  const score = scope.scores.length === 0 ? 0 : scope.scores.reduce((sum, one) => sum + one, 0) / scope.scores.length;
  return {
    main,
    ...shape,
    conditions,
    part,
    having,
    pending,
    entities: unused,
    understood: [...new Set(scope.understood)],
    score,
  };
}
