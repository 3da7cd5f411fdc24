import type { AnswerColumn } from '@strongroom/protocol';
import type { Cell, Rows } from '../../api/rows.ts';
import { visible } from '../visible.ts';
import { isNumeric } from './arrange.ts';

export type CellFormat = (value: Cell) => string;

const SAMPLE_ROWS = 200;
const FRACTION_DIGITS_MAX = 4;
// Numbers that name something are not amounts, and get no separators.
const NAMES_SOMETHING = /(^|_)(id|year|month|day|hour|week|quarter|zip|postcode|code)$/i;

/** How a column's values are written. Decimals of one column get the same number of digits, so that they line up. */
export function formatFor(rows: Rows, column: number): CellFormat {
  const described = rows.columns[column];
  if (described?.kind === 'timestamp') return momentFormat(rows, column);
  if (described === undefined || !isNumeric(described.kind))
    return (value) => (value === null ? '' : visible(String(value)));
  const digits = fractionDigits(rows, column);
  const useGrouping = !NAMES_SOMETHING.test(described.name);
  const numbers = new Intl.NumberFormat('en-US', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
    useGrouping,
  });
  return (value) => {
    if (value === null) return '';
    if (typeof value === 'bigint') return numbers.format(value);
    const amount = Number(value);
    if (!Number.isFinite(amount)) return visible(String(value));
    // Text of more digits than a double holds is shown as it came.
    if (typeof value === 'string' && digits === 0 && !Number.isSafeInteger(amount)) return value;
    return numbers.format(amount);
  };
}

/** Times of day that are all midnight, as months and days are, say nothing. */
function momentFormat(rows: Rows, column: number): CellFormat {
  let midnight = true;
  for (let row = 0; row < Math.min(rows.count, SAMPLE_ROWS) && midnight; row += 1)
    midnight = / 00:00:00(\+00)?$/.test(String(rows.at(row, column) ?? ' 00:00:00'));
  return (value) => (value === null ? '' : midnight ? String(value).replace(/ 00:00:00(\+00)?$/, '') : String(value));
}

function fractionDigits(rows: Rows, column: number): number {
  let digits = 0;
  for (let row = 0; row < Math.min(rows.count, SAMPLE_ROWS) && digits < FRACTION_DIGITS_MAX; row += 1) {
    const text = String(rows.at(row, column) ?? '');
    const fraction = /\.(\d+?)0*$/.exec(text)?.[1] ?? '';
    if (fraction !== '0') digits = Math.max(digits, Math.min(fraction.length, FRACTION_DIGITS_MAX));
  }
  return digits;
}

/** Width in pixels that shows the header and the first rows without cutting them, within reason. */
export function widthFor(rows: Rows, column: number, format: CellFormat): number {
  const described: AnswerColumn | undefined = rows.columns[column];
  let letters = (described?.name.length ?? 0) + 4;
  for (let row = 0; row < Math.min(rows.count, SAMPLE_ROWS); row += 1)
    letters = Math.max(letters, format(rows.at(row, column)).length);
  return Math.max(88, Math.min(360, Math.round(letters * 8.2) + 28));
}
