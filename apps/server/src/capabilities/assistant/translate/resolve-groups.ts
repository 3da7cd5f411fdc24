import { atItsKey, findPlace, isDay, isIdentifier, isNumber, labelOf, type Place } from './places.ts';
import type { PlannedGroup } from './plan.ts';
import type { Group, Target } from './reading.ts';
import { aliasOf } from './resolve-measures.ts';
import { dayColumn, NotUnderstood, place, type Scope } from './scope.ts';
import { singular } from './words.ts';

const LABEL_ALONE = /^(name|title|label)$/i;

export function groupsOf(scope: Scope, group: Group): PlannedGroup[] {
  if (group.bucket !== null) {
    const named = group.target === null ? null : findPlace(scope.main, scope.tables, group.target);
    // A column called `year` or `month` is what was meant, if there is one.
    if (
      named !== null &&
      'place' in named &&
      named.place.column !== null &&
      !isDay(named.place.column) &&
      named.place.score > 0.9
    )
      return [grouped(scope, named.place, null)];
    const at =
      named !== null && 'place' in named && named.place.column !== null && isDay(named.place.column)
        ? named.place
        : dayColumn(scope, `by ${group.bucket}`);
    if (at.column?.kind === 'date' && group.bucket === 'hourOfDay') throw new NotUnderstood('hour of the day');
    scope.understood.push(`by ${group.bucket} of ${at.column?.name ?? ''}`);
    return [
      {
        place: at,
        bucket: group.bucket,
        alias: {
          weekday: 'day_of_week',
          hourOfDay: 'hour',
          day: 'day',
          week: 'week',
          month: 'month',
          quarter: 'quarter',
          year: 'year',
        }[group.bucket],
        byTable: false,
        rows: null,
      },
    ];
  }
  if (group.target === null) throw new NotUnderstood('group');
  return [grouped(scope, place(scope, group.target), group.target)];
}

export function grouped(scope: Scope, at: Place, target: Target | null): PlannedGroup {
  if (at.column === null) {
    const label =
      labelOf(at.table) ??
      at.table.columns.find((column) => at.table.primaryKey.length === 1 && column.name === at.table.primaryKey[0]);
    if (label === undefined) throw new NotUnderstood(target?.text ?? at.table.name);
    const own = atItsKey({ ...at, column: label });
    // The key is the name itself: every row says it, those without one too.
    if (own.path.length < at.path.length) return { ...grouped(scope, own, target), rows: at };
    scope.understood.push(`by ${at.table.name}`);
    return {
      place: { ...at, column: label },
      bucket: null,
      alias: LABEL_ALONE.test(label.name) ? aliasOf(singular(at.table.name)) : aliasOf(label.name),
      // Rows of the main table itself are told apart by what people call them, or each would be a group of one.
      byTable: at.path.length > 0,
      rows: at,
    };
  }
  if (isDay(at.column)) {
    scope.understood.push(`by day of ${at.column.name}`);
    return { place: at, bucket: 'day', alias: 'day', byTable: false, rows: null };
  }
  if (at.column.kind === 'float' || at.column.kind === 'json' || at.column.kind === 'bytes')
    throw new NotUnderstood(target?.text ?? at.column.name);
  // A measured number makes no groups, unless it was asked for by its whole name.
  if (isNumber(at.column) && at.column.kind !== 'integer' && !isIdentifier(at.table, at.column))
    throw new NotUnderstood(target?.text ?? at.column.name);
  scope.understood.push(
    `by ${at.path.length === 0 ? '' : `${at.path.flatMap((hop) => hop.key.columns).join(', ')} `}${at.column.name}`,
  );
  const through = at.path.at(-1)?.key.columns[0] ?? '';
  return {
    place: at,
    bucket: null,
    alias:
      at.path.length > 0 && target !== null && target.mentions.length > 1
        ? aliasOf(`${through} ${at.column.name}`)
        : aliasOf(at.column.name),
    byTable: false,
    rows: null,
  };
}
