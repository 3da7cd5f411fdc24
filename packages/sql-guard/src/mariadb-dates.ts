import type { A_Expr, Node, TypeName } from '@pgsql/types';
import { constantText } from './print-common.ts';
import { notSupportedHere } from './refusal.ts';
import { text } from './tree.ts';

type Print = (node: Node | undefined) => string;

/** Fields of `extract` and `date_part`. Weeks are those of ISO 8601. */
export const FIELDS: ReadonlyMap<string, (moment: string) => string> = new Map([
  ['year', (moment: string) => `YEAR(${moment})`],
  ['quarter', (moment: string) => `QUARTER(${moment})`],
  ['month', (moment: string) => `MONTH(${moment})`],
  ['week', (moment: string) => `WEEK(${moment}, 3)`],
  ['day', (moment: string) => `DAYOFMONTH(${moment})`],
  ['hour', (moment: string) => `HOUR(${moment})`],
  ['minute', (moment: string) => `MINUTE(${moment})`],
  ['dow', (moment: string) => `(DAYOFWEEK(${moment}) - 1)`],
  ['isodow', (moment: string) => `(WEEKDAY(${moment}) + 1)`],
  ['doy', (moment: string) => `DAYOFYEAR(${moment})`],
  ['isoyear', (moment: string) => `(YEARWEEK(${moment}, 3) DIV 100)`],
  ['epoch', (moment: string) => `(TIMESTAMPDIFF(MICROSECOND, TIMESTAMP'1970-01-01 00:00:00', ${moment}) / 1000000)`],
]);

const formatted = (pattern: string) => (moment: string) => `CAST(DATE_FORMAT(${moment}, '${pattern}') AS DATETIME)`;

/** Units of `date_trunc`. */
export const UNITS: ReadonlyMap<string, (moment: string) => string> = new Map([
  ['year', formatted('%Y-01-01')],
  [
    'quarter',
    (moment: string) =>
      `CAST((MAKEDATE(YEAR(${moment}), 1) + INTERVAL (QUARTER(${moment}) * 3 - 3) MONTH) AS DATETIME)`,
  ],
  ['month', formatted('%Y-%m-01')],
  ['week', (moment: string) => `CAST((CAST(${moment} AS DATE) - INTERVAL WEEKDAY(${moment}) DAY) AS DATETIME)`],
  ['day', formatted('%Y-%m-%d')],
  ['hour', formatted('%Y-%m-%d %H:00:00')],
  ['minute', formatted('%Y-%m-%d %H:%i:00')],
  ['second', formatted('%Y-%m-%d %H:%i:%s')],
]);

export const DATE_PATTERNS: ReadonlyMap<string, string> = new Map([
  ['YYYY', '%Y'],
  ['MM', '%m'],
  ['DD', '%d'],
  ['DDD', '%j'],
  ['HH24', '%H'],
  ['MI', '%i'],
  ['SS', '%s'],
  ['Mon', '%b'],
  ['Dy', '%a'],
  ['FMMonth', '%M'],
  ['FMDay', '%W'],
  ['YY', '%y'],
]);

function isInterval(type: TypeName | undefined): boolean {
  return text(type?.names?.at(-1)) === 'interval' && type?.typmods === undefined && type?.arrayBounds === undefined;
}

/** `INTERVAL 2 DAY` of `'2 days'::interval`; null where the node is no interval. */
export function printInterval(node: Node | undefined, print: Print): string | null {
  if (node === undefined) return null;
  if ('TypeCast' in node && isInterval(node.TypeCast.typeName)) {
    const match = /^ *(-?\d{1,6}) +(second|minute|hour|day|week|month|year)s? *$/.exec(
      constantText(node.TypeCast.arg) ?? '',
    );
    if (match === null) throw notSupportedHere('an interval of that kind');
    return `INTERVAL ${match[1]!.startsWith('-') ? `(${match[1]})` : match[1]} ${match[2]!.toUpperCase()}`;
  }
  const times = 'A_Expr' in node ? timesInterval(node.A_Expr, print) : null;
  return times;
}

/** `n * interval '1 day'`, either way round. */
function timesInterval({ kind, name, lexpr, rexpr }: A_Expr, print: Print): string | null {
  if (kind !== 'AEXPR_OP' || text(name?.at(-1)) !== '*') return null;
  for (const [count, interval] of [
    [lexpr, rexpr],
    [rexpr, lexpr],
  ] as const) {
    const one = printInterval(interval, print);
    const match = one === null ? null : /^INTERVAL (\(?-?\d+\)?) ([A-Z]+)$/.exec(one);
    if (match !== null) return `INTERVAL (${print(count)} * ${match[1]}) ${match[2]}`;
  }
  return null;
}

/** A constant text as what MariaDB reads once, before any row; null where it is none. */
export function momentLiteral(value: string | null, type: string): string | null {
  if (value === null) return null;
  if (type === 'date' && /^\d{4}-\d\d-\d\d$/.test(value)) return `DATE'${value}'`;
  if (type === 'timestamp' && /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})?$/.test(value)) return `TIMESTAMP'${value}'`;
  return type === 'timestamp' && /^\d{4}-\d\d-\d\d$/.test(value) ? `TIMESTAMP'${value} 00:00:00'` : null;
}
