import type { FuncCall, Node } from '@pgsql/types';
import { functionRule } from './functions.ts';
import { numberTypeIn } from './number-type.ts';
import { constantText, datePattern, wholeNumber, word } from './print-common.ts';
import { notSupportedHere } from './refusal.ts';
import type { Resolved } from './resolve.ts';
import { text } from './tree.ts';

/** How the parts of a call are printed, and what they mean. */
export type DuckdbPrinter = {
  expression: (node: Node | undefined) => string;
  sort: (nodes: Node[] | undefined) => string;
  resolved: Resolved;
};

/** Fields of `extract` and `date_part`, and units of `date_trunc`, that mean the same in both. */
const FIELDS = new Set([
  'millennium',
  'century',
  'decade',
  'year',
  'quarter',
  'month',
  'week',
  'day',
  'hour',
  'minute',
  'dow',
  'isodow',
  'doy',
  'isoyear',
  'epoch',
]);
const UNITS = new Set([
  'millennium',
  'century',
  'decade',
  'year',
  'quarter',
  'month',
  'week',
  'day',
  'hour',
  'minute',
  'second',
]);
/** Patterns of `to_char` for dates with an equal in DuckDB's `strftime`. */
const DATE_PATTERNS = new Map([
  ['YYYY', '%Y'],
  ['MM', '%m'],
  ['DD', '%d'],
  ['DDD', '%j'],
  ['HH24', '%H'],
  ['MI', '%M'],
  ['SS', '%S'],
  ['Mon', '%b'],
  ['Dy', '%a'],
  ['FMMonth', '%B'],
  ['FMDay', '%A'],
  ['YY', '%y'],
]);

/** A call as DuckDB text; `after`: FILTER and OVER, as printed. */
export function printCall(call: FuncCall, printer: DuckdbPrinter, after: string): string {
  const name = text(call.funcname?.at(-1));
  const args = call.args ?? [];
  const printed = args.map(printer.expression);
  const special = specialCall(name, args, printed, printer);
  if (special !== null) return `${special}${after}`;

  const rule = functionRule(name);
  if (rule?.duckdb == null) throw notSupportedHere(`function ${name}`);
  if (call.agg_star === true) return `${rule.duckdb}(*)${after}`;
  if (call.agg_within_group === true)
    return `${rule.duckdb}(${printed.join(', ')}) WITHIN GROUP (ORDER BY ${printer.sort(call.agg_order)})${after}`;
  if (rule.use !== 'scalar' && call.agg_distinct === true && args.length > 1 && name !== 'string_agg')
    throw notSupportedHere(`function ${name} over several columns`);
  const order = call.agg_order === undefined ? '' : ` ORDER BY ${printer.sort(call.agg_order)}`;
  const plain = `${rule.duckdb}(${call.agg_distinct === true ? 'DISTINCT ' : ''}${printed.join(', ')}${order})${after}`;
  // PostgreSQL sums int4 to int8; DuckDB to a 128-bit number.
  return name === 'sum' && numberTypeIn(args[0], printer.resolved.numbers) === 'int4'
    ? `CAST(${plain} AS BIGINT)`
    : plain;
}

function specialCall(name: string, args: Node[], printed: string[], printer: DuckdbPrinter): string | null {
  if (name === 'extract' || name === 'date_part') {
    const field = word(args[0], FIELDS, name);
    return `date_part('${field}', ${printed[1]})`;
  }
  if (name === 'date_trunc') {
    if (args.length !== 2) throw notSupportedHere('date_trunc in a time zone');
    return `CAST(date_trunc('${word(args[0], UNITS, name)}', ${printed[1]}) AS TIMESTAMP)`;
  }
  if (name === 'to_char') {
    if (args.length !== 2 || numberTypeIn(args[0], printer.resolved.numbers) !== null)
      throw notSupportedHere('to_char of a number');
    return `strftime(${printed[0]}, '${datePattern(constantText(args[1]), DATE_PATTERNS)}')`;
  }
  if (name === 'date') {
    if (args.length !== 1) throw notSupportedHere('date of that');
    return `CAST(${printed[0]} AS DATE)`;
  }
  // Bytes: DuckDB's own functions give and take hexadecimal text.
  if (name === 'sha256') return `unhex(sha256(${printed[0]}))`;
  if (name === 'decode' && constantText(args[1]) === 'hex') return `unhex(${printed[0]})`;
  if (name === 'encode' && constantText(args[1]) === 'hex') return `lower(hex(${printed[0]}))`;
  if (name === 'convert_to' && constantText(args[1]) === 'UTF8') return `encode(${printed[0]})`;
  if (name === 'age' && args.length !== 2) throw notSupportedHere('age of one argument');
  if (name === 'log' && args.length !== 1) throw notSupportedHere('log to a base');
  if (name === 'trunc' && args.length !== 1) throw notSupportedHere('trunc to a number of places');
  if ((name === 'substring' || name === 'substr') && !(args.length >= 2 && (wholeNumber(args[1]) ?? 0) >= 1))
    throw notSupportedHere('substring but from a constant place');
  return null;
}
