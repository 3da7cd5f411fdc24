import type { Cell, Rows } from '../../api/rows.ts';

export type CsvOptions = {
  /**
   * Puts an apostrophe before text that a spreadsheet would run as a formula (it starts with = + - @ tab or return),
   * as OWASP advises. Off, the file holds exactly the values.
   */
  formulaSafe: boolean;
};

/** RFC 4180: CRLF, quotes doubled, header line; NULL is an empty field and empty text is `""`. Made piece by piece, for a Blob. */
export function* csvPieces(rows: Rows, order: Uint32Array | null, options: CsvOptions): Generator<string> {
  const width = rows.columns.length;
  yield `${rows.columns.map((column) => field(column.name, options)).join(',')}\r\n`;
  const total = order?.length ?? rows.count;
  let piece = '';
  for (let index = 0; index < total; index += 1) {
    const row = order?.[index] ?? index;
    for (let column = 0; column < width; column += 1)
      piece += `${column === 0 ? '' : ','}${field(rows.at(row, column), options)}`;
    piece += '\r\n';
    if (piece.length > 1 << 20) {
      yield piece;
      piece = '';
    }
  }
  if (piece !== '') yield piece;
}

function field(value: Cell, options: CsvOptions): string {
  if (value === null) return '';
  if (typeof value !== 'string') return String(value);
  // A negative decimal is text here, and no formula.
  const risky = options.formulaSafe && /^[=+\-@\t\r]/.test(value) && !/^[+-]?\d+(\.\d+)?$/.test(value);
  const text = risky ? `'${value}` : value;
  return text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Tab-separated, for the clipboard: what a spreadsheet takes apart again. */
export function tabSeparated(cells: readonly (readonly Cell[])[]): string {
  return cells.map((row) => row.map((cell) => plain(cell)).join('\t')).join('\n');
}

function plain(value: Cell): string {
  return value === null ? '' : String(value).replace(/[\t\r\n]+/g, ' ');
}
