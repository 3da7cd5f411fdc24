import type { A_Const, Node } from '@pgsql/types';
import { notAllowed } from './refusal.ts';

/** A series is held by the source as a whole, so that its length is known before it runs. */
const SERIES_ROWS_MAX = 1_000_000;
const SECONDS: Readonly<Record<string, number>> = {
  second: 1,
  minute: 60,
  hour: 3600,
  day: 86_400,
  week: 604_800,
  month: 28 * 86_400,
  year: 365 * 86_400,
};

/**
 * Allows `generate_series` over constants: whole numbers, or dates and timestamps by an interval such as `'1 day'`.
 * `functions` is what the parser makes of a function in FROM: one List of the call and an empty column list.
 */
export function checkSeries(functions: unknown): void {
  const entries = functions as { List?: { items?: Node[] } }[];
  const [call, definitions] = entries.length === 1 ? (entries[0]?.List?.items ?? []) : [];
  if (entries.length !== 1) throw notAllowed('ROWS FROM');
  if (call === undefined || !('FuncCall' in call)) throw notAllowed('a table function');
  if (definitions !== undefined && Object.keys(definitions).length > 0) throw notAllowed('a column definition list');
  const fields = call.FuncCall;
  const names = (fields.funcname ?? []).map((name) => ('String' in name ? (name.String.sval ?? '') : ''));
  const name = names.join('.');
  if (name !== 'generate_series' && name !== 'pg_catalog.generate_series') throw notAllowed(`function ${name} in FROM`);
  const plain = ['funcname', 'args', 'funcformat', 'location'];
  if (Object.keys(fields).some((field) => !plain.includes(field)))
    throw notAllowed('function generate_series with options');
  const rows = rowsOf(fields.args ?? []);
  if (rows === null || rows > SERIES_ROWS_MAX)
    throw notAllowed(`function generate_series but over constants, up to ${SERIES_ROWS_MAX} rows`);
}

function rowsOf(args: Node[]): number | null {
  const [start, end, step] = args;
  if (start === undefined || end === undefined || args.length > 3) return null;
  const first = wholeNumber(start);
  if (first !== null) {
    const last = wholeNumber(end);
    const by = step === undefined ? 1 : wholeNumber(step);
    return last === null || by === null || by === 0 ? null : Math.max(0, Math.floor((last - first) / by) + 1);
  }
  const from = moment(start);
  const until = moment(end);
  const seconds = step === undefined ? null : intervalSeconds(step);
  return from === null || until === null || seconds === null
    ? null
    : Math.max(0, Math.floor((until - from) / seconds) + 1);
}

function constant(node: Node): A_Const | null {
  return 'A_Const' in node ? node.A_Const : null;
}

function wholeNumber(node: Node): number | null {
  const value = constant(node)?.ival;
  return value === undefined ? null : (value.ival ?? 0);
}

/** The text of a constant cast to one of `types`. */
function castText(node: Node, types: string[]): string | null {
  if (!('TypeCast' in node) || node.TypeCast.arg === undefined) return null;
  const type = node.TypeCast.typeName;
  const name = type?.names?.at(-1);
  if (
    type?.arrayBounds !== undefined ||
    name === undefined ||
    !('String' in name) ||
    !types.includes(name.String.sval ?? '')
  )
    return null;
  return constant(node.TypeCast.arg)?.sval?.sval ?? null;
}

function moment(node: Node): number | null {
  const value = castText(node, ['date', 'timestamp', 'timestamptz']);
  if (value === null || !/^\d{4}-\d\d-\d\d( \d\d:\d\d(:\d\d)?)?$/.test(value)) return null;
  const milliseconds = Date.parse(`${value.slice(0, 10)}T${value.slice(11, 19) || '00:00'}Z`);
  return Number.isNaN(milliseconds) ? null : milliseconds / 1000;
}

/** A lower bound of an interval's length, in seconds. */
function intervalSeconds(node: Node): number | null {
  const match = /^([1-9]\d{0,5}) (second|minute|hour|day|week|month|year)s?$/.exec(castText(node, ['interval']) ?? '');
  return match === null ? null : Number(match[1]) * SECONDS[match[2]!]!;
}
