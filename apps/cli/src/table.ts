import { plainLine } from './plain-text.ts';

export type TableColumn = { readonly title: string; readonly right?: boolean };

const CELL_WIDTH_MAX = 60;
const GAP = '  ';
const WIDE =
  /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/u;
const ZERO = /^[\p{Mark}\u200b-\u200d]/u;
const segmenter = new Intl.Segmenter();

/** Columns of the terminal that a text takes. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const { segment } of segmenter.segment(text)) width += ZERO.test(segment) ? 0 : WIDE.test(segment) ? 2 : 1;
  return width;
}

/** Aligned lines: titles, a rule, rows. Long cells are cut with `…`; nothing trails. */
export function renderTable(columns: readonly TableColumn[], rows: readonly (readonly unknown[])[]): string[] {
  const cells = rows.map((row) => columns.map((_, index) => cut(cellText(row[index]))));
  const widths = columns.map(({ title }, index) =>
    cells.reduce((widest, row) => Math.max(widest, displayWidth(row[index] ?? '')), displayWidth(plainLine(title))),
  );
  const line = (texts: readonly string[]): string =>
    texts
      .map((text, index) => pad(text, widths[index] ?? 0, columns[index]?.right === true))
      .join(GAP)
      .trimEnd();
  return [
    line(columns.map(({ title }) => plainLine(title))),
    line(widths.map((width) => '─'.repeat(width))),
    ...cells.map(line),
  ];
}

/** How a value reads in one line; NULL is empty, like nothing is. */
export function cellText(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return plainLine(value);
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  return plainLine(JSON.stringify(value));
}

function cut(text: string): string {
  if (displayWidth(text) <= CELL_WIDTH_MAX) return text;
  let kept = '';
  let width = 0;
  for (const { segment } of segmenter.segment(text)) {
    width += displayWidth(segment);
    if (width > CELL_WIDTH_MAX - 1) break;
    kept += segment;
  }
  return `${kept}…`;
}

function pad(text: string, width: number, right: boolean): string {
  const space = ' '.repeat(Math.max(0, width - displayWidth(text)));
  return right ? space + text : text + space;
}
