/** Rows of different drivers as the same plain values: numbers to 9 digits, moments without zone or midnight. */
export function comparable(rows: readonly unknown[]): unknown[][] {
  return rows.map((row) => (row as unknown[]).map(plain));
}

function plain(value: unknown): unknown {
  if (value === null || value === undefined || typeof value === 'boolean') return value ?? null;
  if (value instanceof Date)
    return moment(new Date(value.getTime() - value.getTimezoneOffset() * 60_000).toISOString());
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'bigint') return JSON.stringify(value);
  const text = String(value);
  const number = Number(text);
  if (text.trim() !== '' && Number.isFinite(number)) return Number(number.toPrecision(6));
  return /^\d{4}-\d\d-\d\d/.test(text) ? moment(text) : text;
}

function moment(text: string): string {
  return text
    .replace('T', ' ')
    .replace(/(\.0+)?Z?$/, '')
    .replace(/ 00:00(:00)?$/, '');
}
