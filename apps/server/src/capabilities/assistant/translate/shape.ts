import { isDay, type Place } from './places.ts';
import type { QuestionPlan, PlannedGroup, PlannedMeasure } from './plan.ts';
import type { Group, Reading } from './reading.ts';
import { groupsOf, grouped } from './resolve-groups.ts';
import { measureOf, countOf } from './resolve-measures.ts';
import { judge, rankedCount, isIdentifierOrLabel, orderOf } from './resolve-ranking.ts';
import { dayColumn, NotUnderstood, place, type Scope } from './scope.ts';
import { columnsToList, howMany, isPlural, mainRows } from './shape-list.ts';
import { rankedRows } from './shape-ranked.ts';

export type Parts = {
  measures: PlannedMeasure[];
  groups: PlannedGroup[];
  having: QuestionPlan['having'][number][];
  subjects: { subject: Group; at: Place | null }[];
  /** Names that are no conditions. */
  entities: readonly Place[];
  /** Those of `scores for courses`. */
  of: readonly Place[];
};
export type Shape = Pick<QuestionPlan, 'measures' | 'groups' | 'columns' | 'distinct' | 'order' | 'limit'>;

export function shapeOf(scope: Scope, reading: Reading, parts: Parts): Shape {
  const { ranking } = reading;
  const isMain = (at: Place | null): boolean => at !== null && at.column === null && at.path.length === 0;
  const others = parts.subjects.filter(({ at }) => !isMain(at));
  const namesRows = parts.subjects.some(({ at }) => isMain(at)) && others.length === 0;
  // `flights per week` counts them.
  const implied =
    parts.measures.length === 0 &&
    parts.groups.length > 0 &&
    ranking === null &&
    parts.having.length === 0 &&
    namesRows;
  const measures = implied ? [countOf(scope, null, false)] : dedupe(parts.measures);
  let groups = parts.groups;
  const plainSubject = parts.subjects.some(({ subject }) => subject.target !== null && isPlural(subject.target.text));

  if (reading.when) {
    if (
      ranking === null ||
      ranking.measure !== null ||
      ranking.most ||
      ranking.common ||
      !ranking.about.includes('date') ||
      measures.length > 0
    )
      throw new NotUnderstood('when');
    if (ranking.target !== null) {
      const at = place(scope, ranking.target);
      if (at.column !== null ? !isDay(at.column) : at.path.length > 0) throw new NotUnderstood(ranking.target.text);
    }
    const day = dayColumn(scope, 'when');
    scope.understood.push(`${ranking.direction === 'asc' ? 'earliest' : 'latest'} ${day.column?.name ?? ''}`);
    return {
      measures: [
        {
          function: ranking.direction === 'asc' ? 'min' : 'max',
          place: day,
          alias: ranking.direction === 'asc' ? 'earliest' : 'latest',
        },
      ],
      groups,
      columns: [],
      distinct: false,
      order: null,
      limit: null,
    };
  }

  // A ranking by a count or an aggregate, or by how many rows there are.
  const counted = ranking !== null && ranking.measure === null ? rankedCount(scope, reading, ranking) : null;
  const rankedMeasure = ranking?.measure != null ? measureOf(scope, ranking.measure) : counted;
  if (ranking !== null && rankedMeasure !== null) {
    const already = measures.find((measure) => measure.alias === rankedMeasure.alias);
    const chosen = already ?? rankedMeasure;
    groups = [...others.flatMap(({ subject }) => groupsOf(scope, subject)), ...groups];
    if (groups.length === 0) {
      if (!parts.subjects.some(({ at }) => isMain(at))) throw new NotUnderstood('most of what');
      groups = [grouped(scope, { path: [], table: scope.main, column: null, score: 1 }, null)];
    }
    // Every row of a table is one: which has the most of itself is no question.
    if (
      chosen.function === 'count' &&
      groups.every(
        (group) =>
          group.bucket === null && group.place.path.length === 0 && (group.byTable || isIdentifierOrLabel(group.place)),
      )
    )
      throw new NotUnderstood(`most ${chosen.alias}`);
    const direction =
      ranking.judgedGood === null
        ? ranking.direction
        : judge(ranking.judgedGood, chosen.place?.column?.name ?? chosen.alias);
    scope.understood.push(`${direction === 'desc' ? 'highest' : 'lowest'} ${chosen.alias} first`);
    return {
      measures: already === undefined ? [...measures, chosen] : measures,
      groups,
      columns: [],
      distinct: false,
      order: { by: chosen, direction },
      limit: howMany(reading, plainSubject, chosen.alias),
    };
  }
  if (ranking !== null) return rankedRows(scope, reading, ranking, parts, { measures, groups });

  if (measures.length > 0 || parts.having.length > 0) {
    groups = [...others.flatMap(({ subject }) => groupsOf(scope, subject)), ...groups];
    if (parts.having.length > 0 && groups.length === 0) throw new NotUnderstood(reading.having[0]?.text ?? 'having');
    // What is compared is shown too, so that the answer can be checked at a glance.
    const shown = measures.length > 0 ? measures : dedupe(parts.having.map((one) => one.measure));
    const first = shown[0];
    const order =
      orderOf(scope, reading, groups, shown) ??
      (groups.length === 0 || first === undefined
        ? null
        : reading.top !== null
          ? { by: first, direction: reading.top }
          : groups.some((group) => group.bucket !== null)
            ? { by: 'label' as const, direction: 'asc' as const }
            : { by: first, direction: 'desc' as const });
    if (reading.limit !== null && groups.length === 0) throw new NotUnderstood(`top ${reading.limit}`);
    return { measures: shown, groups, columns: [], distinct: false, order, limit: reading.limit };
  }
  if (groups.length > 0) throw new NotUnderstood('grouped, but nothing to count or add up');
  if (reading.top !== null) throw new NotUnderstood('top of what');
  if (parts.subjects.some(({ at }) => at === null)) throw new NotUnderstood('which time');
  const subjects = parts.subjects.map(({ at }) => at).filter((at) => at !== null);
  if (subjects.length === 0) throw new NotUnderstood('what to show');
  // `scores for courses` are told apart by the courses they are of.
  const isOfRows = parts.of.some(isMain) && subjects.every((at) => at.path.length === 0);
  const columns = columnsToList(scope, isOfRows ? [mainRows(scope), ...subjects] : subjects, isOfRows);
  const namesTable =
    isOfRows ||
    subjects.some((at) => at.column === null && at.path.length === 0) ||
    parts.subjects.some(
      ({ subject, at }) =>
        at?.path.length === 0 &&
        subject.target?.mentions.some((mention) =>
          mention.candidates.some((candidate) => candidate.column === null && candidate.table === scope.main),
        ) === true,
    );
  scope.understood.push(`list of ${columns.map((at) => at.column?.name ?? '').join(', ')}`);
  return {
    measures: [],
    groups: [],
    columns,
    distinct: reading.distinct || !namesTable,
    order: orderOf(scope, reading, [], []),
    limit: reading.limit,
  };
}

function dedupe(measures: readonly PlannedMeasure[]): PlannedMeasure[] {
  return measures.filter((measure, index) => measures.findIndex((other) => other.alias === measure.alias) === index);
}
