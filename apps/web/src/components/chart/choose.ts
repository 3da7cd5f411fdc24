import type { AnswerColumn, ValueKind } from '@strongroom/protocol';
import { toNumber } from '../grid/arrange.ts';
import type { Cell, Rows } from '../../api/rows.ts';

export type ChartKind = 'number' | 'bar' | 'line' | 'scatter';
/** Indexes into the columns. `series` splits lines, or colours points. */
export type ChartChoice = { kind: ChartKind; x: number; y: number; series: number | null };

const CALENDAR = /^(year|month|week|day|hour|quarter|weekday|dow|decade)s?$/i;
const IDENTIFIER = /(^|_)(id|uuid|key|zip|postcode)$/i;
const SERIES_MAX = 8;
const BARS_MAX = 15;
const POINTS_MAX = 5000;

type Role = 'time' | 'measure' | 'category' | 'none';

/** What a column can be in a chart, from its type and name alone. */
export function roleOf(column: AnswerColumn): Role {
  if (column.kind === 'date' || column.kind === 'timestamp') return 'time';
  if (isMeasureKind(column.kind)) {
    if (CALENDAR.test(column.name)) return 'time';
    return IDENTIFIER.test(column.name) ? 'category' : 'measure';
  }
  return column.kind === 'text' || column.kind === 'boolean' || column.kind === 'uuid' || column.kind === 'time'
    ? 'category'
    : 'none';
}

function isMeasureKind(kind: ValueKind): boolean {
  return kind === 'integer' || kind === 'decimal' || kind === 'float';
}

/** A fitting chart, or null when the answer is better read as rows. */
export function chooseChart(rows: Rows): ChartChoice | null {
  const roles = rows.columns.map(roleOf);
  const first = (role: Role, after = -1): number => roles.findIndex((found, index) => found === role && index > after);
  const measure = first('measure');
  if (rows.count === 0 || measure === -1) return null;
  if (rows.count === 1) return { kind: 'number', x: first('category'), y: measure, series: null };
  const time = first('time');
  const category = first('category');
  if (time !== -1) {
    const series = seriesOf(rows, category);
    return onePointEach(rows, time, series) ? { kind: 'line', x: time, y: measure, series } : null;
  }
  if (category !== -1 && onePointEach(rows, category, null))
    return { kind: 'bar', x: category, y: measure, series: null };
  const second = first('measure', measure);
  return second === -1 ? null : { kind: 'scatter', x: measure, y: second, series: null };
}

/** A line or a bar chart of raw rows, many for one place, would be a smear. */
function onePointEach(rows: Rows, x: number, series: number | null): boolean {
  if (rows.count > POINTS_MAX) return false;
  const seen = new Set<string>();
  for (let row = 0; row < rows.count; row += 1)
    seen.add(`${String(rows.at(row, x))}\u0000${series === null ? '' : String(rows.at(row, series))}`);
  return seen.size === rows.count;
}

function seriesOf(rows: Rows, column: number): number | null {
  if (column === -1) return null;
  const seen = new Set<unknown>();
  for (let row = 0; row < rows.count && seen.size <= SERIES_MAX; row += 1) seen.add(rows.at(row, column));
  return seen.size > 1 && seen.size <= SERIES_MAX ? column : null;
}

/** The choice when a person picks another kind: keeps what fits, finds what is missing. */
export function changeKind(rows: Rows, choice: ChartChoice, kind: ChartKind): ChartChoice {
  const roles = rows.columns.map(roleOf);
  const other = roles.findIndex(
    (role, index) =>
      index !== choice.y && (kind === 'scatter' ? role === 'measure' || role === 'time' : role !== 'none'),
  );
  const fits = choice.x !== -1 && choice.x !== choice.y && (kind !== 'scatter' || roles[choice.x] !== 'category');
  return { ...choice, kind, x: fits ? choice.x : Math.max(other, 0), series: kind === 'line' ? choice.series : null };
}

export type Point = { x: string | number | Date; y: number; series: string };
export type ChartData = {
  points: Point[];
  xIsTime: boolean;
  /** Rows there are, when not all of them are drawn. */ of: number | null;
};

/** What is drawn: sorted bars, lines in order, at most what an eye can tell apart. */
export function chartData(rows: Rows, choice: ChartChoice): ChartData {
  const column = rows.columns[choice.x];
  const dated = column?.kind === 'date' || column?.kind === 'timestamp';
  const asNumber = column !== undefined && isMeasureKind(column.kind) && choice.kind !== 'bar';
  const points: Point[] = [];
  for (let row = 0; row < rows.count; row += 1) {
    const y = toNumber(rows.at(row, choice.y));
    const x = rows.at(row, choice.x);
    if (Number.isNaN(y) || (x === null && choice.kind !== 'bar')) continue;
    points.push({
      x: position(x, dated && choice.kind !== 'bar', asNumber),
      y,
      series: choice.series === null ? '' : String(rows.at(row, choice.series) ?? 'none'),
    });
  }
  if (choice.kind === 'bar') points.sort((a, b) => b.y - a.y);
  if (choice.kind === 'line') points.sort((a, b) => Number(a.x) - Number(b.x) || 0);
  const limit = choice.kind === 'bar' ? BARS_MAX : POINTS_MAX;
  const drawn =
    points.length <= limit ? points : choice.kind === 'bar' ? points.slice(0, limit) : thinned(points, limit);
  return {
    points: drawn,
    xIsTime: dated && choice.kind !== 'bar',
    of: drawn.length === points.length ? null : points.length,
  };
}

function position(value: Cell, dated: boolean, asNumber: boolean): string | number | Date {
  if (dated) return new Date(`${String(value).slice(0, 19).replace(' ', 'T')}${String(value).length > 10 ? 'Z' : ''}`);
  if (asNumber) return Number(value);
  return value === null ? 'none' : String(value);
}

function thinned(points: readonly Point[], limit: number): Point[] {
  const step = points.length / limit;
  return Array.from({ length: limit }, (_, index) => points[Math.floor(index * step)]).filter(
    (point) => point !== undefined,
  );
}
