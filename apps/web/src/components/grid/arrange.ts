import type { ValueKind } from '@strongroom/protocol';
import type { Cell, Rows } from '../../api/rows.ts';

export type Sort = { column: number; direction: 'ascending' | 'descending' };

const NUMBER_KINDS: ReadonlySet<ValueKind> = new Set(['integer', 'decimal', 'float']);

export function isNumeric(kind: ValueKind): boolean {
  return NUMBER_KINDS.has(kind);
}

/** Rows that pass every filter, in the order asked for; null when nothing is filtered or sorted. NULL always sorts last. */
export function arrange(rows: Rows, sort: Sort | null, filters: ReadonlyMap<number, string>): Uint32Array | null {
  const tests = Array.from(filters).flatMap(([column, text]) => {
    const test = filterTest(text, rows.columns[column]?.kind ?? 'text');
    return test === null ? [] : [{ column, test }];
  });
  if (tests.length === 0 && sort === null) return null;
  const kept = new Uint32Array(rows.count);
  let length = 0;
  for (let row = 0; row < rows.count; row += 1) {
    if (tests.every(({ column, test }) => test(rows.at(row, column)))) kept[length++] = row;
  }
  const order = kept.subarray(0, length);
  return sort === null ? order : sorted(rows, order, sort);
}

function sorted(rows: Rows, order: Uint32Array, { column, direction }: Sort): Uint32Array {
  const sign = direction === 'ascending' ? 1 : -1;
  const numeric = isNumeric(rows.columns[column]?.kind ?? 'text');
  if (numeric) {
    const keys = new Float64Array(rows.count);
    for (const row of order) keys[row] = toNumber(rows.at(row, column));
    return order.sort((a, b) => compareNumbers(keys[a] ?? 0, keys[b] ?? 0, sign) || a - b);
  }
  const keys: (string | null)[] = new Array(rows.count).fill(null);
  for (const row of order) {
    const value = rows.at(row, column);
    keys[row] = value === null ? null : String(value);
  }
  const { compare } = new Intl.Collator('en', { numeric: true });
  return order.sort((a, b) => compareTexts(keys[a] ?? null, keys[b] ?? null, sign, compare) || a - b);
}

function compareNumbers(a: number, b: number, sign: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  return (a - b) * sign;
}

function compareTexts(
  a: string | null,
  b: string | null,
  sign: number,
  compare: (a: string, b: string) => number,
): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return compare(a, b) * sign;
}

/** NaN for NULL and for what is no number. */
export function toNumber(value: Cell): number {
  return value === null || value === '' ? Number.NaN : Number(value);
}

/**
 * What a person types into a column's filter: text it contains, or `=`, `!=`, `<`, `<=`, `>`, `>=` before a value.
 * null when it filters nothing yet.
 */
export function filterTest(text: string, kind: ValueKind): ((value: Cell) => boolean) | null {
  const trimmed = text.trim();
  if (trimmed === '') return null;
  const [, sign, wanted] = /^(!=|<=|>=|=|<|>)\s*(.*)$/.exec(trimmed) ?? [];
  if (sign === undefined) return containing(trimmed.toLowerCase());
  if (wanted === undefined || wanted === '') return null;
  const limit = Number(wanted.replaceAll(',', ''));
  if (isNumeric(kind) && !Number.isNaN(limit))
    return (value) => value !== null && compares(sign, toNumber(value) - limit);
  return (value) =>
    value !== null && compares(sign, String(value).localeCompare(wanted, 'en', { sensitivity: 'base' }));
}

function containing(wanted: string): (value: Cell) => boolean {
  return (value) => value !== null && String(value).toLowerCase().includes(wanted);
}

function compares(sign: string, difference: number): boolean {
  if (sign === '=') return difference === 0;
  if (sign === '!=') return difference !== 0;
  if (sign === '<') return difference < 0;
  if (sign === '<=') return difference <= 0;
  return sign === '>' ? difference > 0 : difference >= 0;
}
