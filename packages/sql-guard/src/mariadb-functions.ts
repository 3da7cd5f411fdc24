import type { FuncCall, Node } from '@pgsql/types';
import type { NumberType } from './functions.ts';
import { functionRule } from './functions.ts';
import { DATE_PATTERNS, FIELDS, UNITS } from './mariadb-dates.ts';
import { exactText, literal, string } from './mariadb-text.ts';
import { constantText, datePattern, wholeNumber, word } from './print-common.ts';
import { notSupportedHere } from './refusal.ts';
import { text } from './tree.ts';

/** How the parts of a call are printed, and what they mean. */
export type MariadbPrinter = {
  expression: (node: Node | undefined) => string;
  sort: (nodes: Node[] | undefined) => string;
  numberType: (node: Node | undefined) => NumberType | null;
};

/** Functions that mean the same, by their names there. What is not here, and not special below, is refused. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ...'abs mod ceil ceiling floor round exp ln sign degrees radians pi sin cos tan atan atan2'
    .split(' ')
    .map((name) => [name, name.toUpperCase()] as const),
  ...'lower upper replace reverse concat_ws count min max avg sum md5 lpad rpad'
    .split(' ')
    .map((name) => [name, name.toUpperCase()] as const),
  ...'row_number rank dense_rank ntile percent_rank cume_dist lag lead first_value last_value nth_value'
    .split(' ')
    .map((name) => [name, name.toUpperCase()] as const),
  ['power', 'POW'],
  ['length', 'CHAR_LENGTH'],
  ['char_length', 'CHAR_LENGTH'],
  ['character_length', 'CHAR_LENGTH'],
  ['octet_length', 'LENGTH'],
  ['stddev', 'STDDEV_SAMP'],
  ['stddev_samp', 'STDDEV_SAMP'],
  ['stddev_pop', 'STDDEV_POP'],
  ['variance', 'VAR_SAMP'],
  ['var_samp', 'VAR_SAMP'],
  ['var_pop', 'VAR_POP'],
  // Truth is 1 and falsehood 0.
  ['bool_and', 'MIN'],
  ['every', 'MIN'],
  ['bool_or', 'MAX'],
]);
const ARGUMENTS_MAX = new Map([
  ['lag', 2],
  ['lead', 2],
  ['count', 1],
]);

/** A call as MariaDB text; `over`: its OVER, as printed. */
export function printCall(call: FuncCall, printer: MariadbPrinter, over: string): string {
  const name = text(call.funcname?.at(-1));
  const args = call.args ?? [];
  if (call.agg_within_group === true) throw notSupportedHere(`function ${name}`);
  const use = functionRule(name)?.use;
  if (use === 'aggregate') return aggregate(name, call, printer, over);
  const printed = args.map(printer.expression);
  const special = scalar(name, args, printed, printer);
  if (special !== null) return special;
  const known = NAMES.get(name);
  if (known === undefined || args.length > (ARGUMENTS_MAX.get(name) ?? Infinity))
    throw notSupportedHere(`function ${name}`);
  return `${known}(${printed.join(', ')})${over}`;
}

/** FILTER is a CASE inside: aggregates pass over NULL. */
function aggregate(name: string, call: FuncCall, printer: MariadbPrinter, over: string): string {
  const args = call.args ?? [];
  const only = (value: string): string =>
    call.agg_filter === undefined ? value : `CASE WHEN ${printer.expression(call.agg_filter)} THEN ${value} END`;
  if (call.agg_star === true) return call.agg_filter === undefined ? `COUNT(*)${over}` : `COUNT(${only('1')})${over}`;
  const distinct = call.agg_distinct === true ? 'DISTINCT ' : '';
  const first = printer.expression(args[0]);
  if (name === 'string_agg') {
    const separator = constantText(args[1]);
    // A window of it does not exist, and neither does a separator that is no constant.
    if (over !== '' || separator === null) throw notSupportedHere('function string_agg in that way');
    const order = call.agg_order === undefined ? '' : ` ORDER BY ${printer.sort(call.agg_order)}`;
    return `GROUP_CONCAT(${distinct}${only(first)}${order} SEPARATOR ${literal(separator).replace('_utf8mb4 ', '')})`;
  }
  const known = NAMES.get(name);
  if (known === undefined || args.length !== 1 || call.agg_order !== undefined || (distinct !== '' && over !== ''))
    throw notSupportedHere(`function ${name}`);
  const plain = `${known}(${distinct}${only(first)})${over}`;
  // PostgreSQL sums int4 to int8; MariaDB to a decimal.
  return name === 'sum' && printer.numberType(args[0]) === 'int4' ? `CAST(${plain} AS SIGNED)` : plain;
}

function scalar(name: string, args: Node[], printed: string[], { numberType }: MariadbPrinter): string | null {
  const [first = '', second = '', third = ''] = printed;
  switch (name) {
    case 'extract':
    case 'date_part':
      return FIELDS.get(word(args[0], FIELDS, name))!(second);
    case 'date_trunc':
      if (args.length !== 2) throw notSupportedHere('date_trunc in a time zone');
      return UNITS.get(word(args[0], UNITS, name))!(second);
    case 'to_char':
      if (args.length !== 2 || numberType(args[0]) !== null) throw notSupportedHere('to_char of a number');
      return `DATE_FORMAT(${first}, '${datePattern(constantText(args[1]), DATE_PATTERNS)}')`;
    case 'date':
      if (args.length !== 1) throw notSupportedHere('date of that');
      return `CAST(${first} AS DATE)`;
    case 'now':
      return 'CURRENT_TIMESTAMP(6)';
    case 'concat':
      return `CONCAT_WS('', ${printed.join(', ')})`;
    case 'strpos':
    case 'position':
      return `LOCATE(${second}, ${first})`;
    // Of what has none SQRT is NULL, without a word.
    case 'sqrt':
      return `POW(${first}, 0.5)`;
    case 'lpad':
    case 'rpad':
      if ((wholeNumber(args[1]) ?? -1) < 0 || (args.length > 2 && !constantText(args[2])))
        throw notSupportedHere(`${name} with that`);
      return null;
    case 'log':
      if (args.length !== 1) throw notSupportedHere('log to a base');
      return `LOG10(${first})`;
    case 'trunc':
      if (args.length !== 1) throw notSupportedHere('trunc to a number of places');
      return `TRUNCATE(${first}, 0)`;
    case 'left':
    case 'right':
      if ((wholeNumber(args[1]) ?? -1) < 0) throw notSupportedHere(`${name} of that length`);
      return `${name.toUpperCase()}(${first}, ${second})`;
    case 'substring':
    case 'substr':
      if (!(args.length >= 2 && (wholeNumber(args[1]) ?? 0) >= 1))
        throw notSupportedHere('substring but from a constant place');
      return `SUBSTRING(${[first, second, ...(args.length > 2 ? [third] : [])].join(', ')})`;
    case 'btrim':
    case 'ltrim':
    case 'rtrim':
      return trim(name, args, first);
    case 'starts_with':
      return `(LEFT(${first}, CHAR_LENGTH(${second})) = ${second})`;
    case 'split_part':
      return splitPart(first, constantText(args[1]), wholeNumber(args[2]));
    // Bytes.
    case 'sha256':
      return `UNHEX(SHA2(${first}, 256))`;
    case 'decode':
      return constantText(args[1]) === 'hex' ? `UNHEX(${first})` : null;
    case 'encode':
      return constantText(args[1]) === 'hex' ? `LOWER(${exactText(`HEX(${first})`)})` : null;
    case 'convert_to':
      return constantText(args[1]) === 'UTF8' ? `CAST(CONVERT(${first} USING utf8mb4) AS BINARY)` : null;
    default:
      return null;
  }
}

/** PostgreSQL takes away any of several characters, MariaDB one text. */
function trim(name: string, args: Node[], value: string): string {
  const characters = args.length === 1 ? ' ' : (constantText(args[1]) ?? '');
  if (Array.from(characters).length !== 1) throw notSupportedHere(`${name} of several characters`);
  const side = name === 'btrim' ? 'BOTH' : name === 'ltrim' ? 'LEADING' : 'TRAILING';
  return `TRIM(${side} ${string(characters)} FROM ${value})`;
}

/** `SUBSTRING_INDEX` gives the last part again where there are too few; PostgreSQL gives an empty text. */
function splitPart(value: string, separator: string | null, number: number | null): string {
  if (separator === null || separator === '' || number === null || number < 1)
    throw notSupportedHere('split_part but by a constant text and number');
  const by = string(separator);
  const enough = (number - 1) * Array.from(separator).length;
  const part = `SUBSTRING_INDEX(SUBSTRING_INDEX(${value}, ${by}, ${number}), ${by}, -1)`;
  return `(CASE WHEN CHAR_LENGTH(${value}) - CHAR_LENGTH(REPLACE(${value}, ${by}, '')) >= ${enough} THEN ${part} WHEN ${value} IS NOT NULL THEN '' END)`;
}
