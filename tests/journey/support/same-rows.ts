export type Table = { readonly columns: readonly string[]; readonly rows: readonly (readonly unknown[])[] };

/**
 * Whether an answer holds the rows that were expected: each expected column is one of the answer's, whatever it is
 * called and wherever it stands, and over those columns both have the same rows the same number of times. Further
 * columns are allowed, further rows are not. Numbers are equal to nine digits; the midnight of a day is that day.
 * With `inOrder`, the rows of the answer must run in the order of the column that the expected ones are ordered by.
 */
export function holdsTheRows(
  got: Table,
  expected: Table & { readonly orderedBy: string | null },
  inOrder: boolean,
): boolean {
  if (got.rows.length !== expected.rows.length) return false;
  const gotColumns = got.columns.map((_, at) => got.rows.map((row) => plain(row[at])));
  const wanted = expected.columns.map((_, at) => expected.rows.map((row) => plain(row[at])));
  const sortedAt = inOrder && expected.orderedBy !== null ? expected.columns.indexOf(expected.orderedBy) : -1;
  const matches = (chosen: readonly number[]): boolean =>
    sameTimes(
      rowsOf(
        chosen.map((at) => gotColumns[at] ?? []),
        got.rows.length,
      ),
      rowsOf(wanted, expected.rows.length),
    ) &&
    (sortedAt < 0 || isSame(gotColumns[chosen[sortedAt] ?? -1] ?? [], wanted[sortedAt] ?? []));
  const choose = (chosen: readonly number[]): boolean => {
    const column = wanted[chosen.length];
    if (column === undefined) return matches(chosen);
    return gotColumns.some((own, at) => !chosen.includes(at) && sameTimes(own, column) && choose([...chosen, at]));
  };
  return choose([]);
}

function rowsOf(columns: readonly (readonly string[])[], count: number): string[] {
  return Array.from({ length: count }, (_, row) => JSON.stringify(columns.map((column) => column[row])));
}

function sameTimes(a: readonly string[], b: readonly string[]): boolean {
  return isSame(a.toSorted(), b.toSorted());
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((value, at) => value === b[at]);
}

function plain(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (value === true || value === 't') return 'true';
  if (value === false || value === 'f') return 'false';
  const text = typeof value === 'object' ? JSON.stringify(value) : `${value as string | number | bigint}`;
  if (/^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text)) return String(Number(Number(text).toPrecision(9)));
  return text.replace(/[T ]00:00:00(\.0+)?(Z|\+00)?$/, '');
}
