/** Browsers stop at about 17 million pixels of height; beyond this the scroll bar stands for more rows than it has pixels. */
const HEIGHT_MAX = 12_000_000;
const OVERSCAN = 8;
const HEAD = 36;

export type RowWindow = {
  /** Height of the scrolled sheet without its head, in pixels. */
  height: number;
  /** First row drawn, and the first one after the last. */
  first: number;
  last: number;
  /** Where the first drawn row starts, in pixels below the head. */
  offset: number;
  perPage: number;
  /** Scroll position that brings a row into view; the present one when it already is. */
  topFor(row: number, top: number): number;
};

/** Pure arithmetic of a list of rows of one height, of any length. `top` and heights in pixels. */
export function rowWindow(at: { total: number; rowHeight: number; top: number; viewHeight: number }): RowWindow {
  const { total, rowHeight } = at;
  const bodyView = Math.max(rowHeight, at.viewHeight - HEAD);
  const natural = total * rowHeight;
  const height = Math.min(natural, HEIGHT_MAX);
  const travel = Math.max(0, height - bodyView);
  const naturalTravel = Math.max(0, natural - bodyView);
  const scale = travel === 0 ? 1 : naturalTravel / travel;
  const naturalTop = Math.min(at.top * scale, naturalTravel);
  const inView = Math.floor(naturalTop / rowHeight);
  const perPage = Math.ceil(bodyView / rowHeight);
  const first = Math.max(0, inView - OVERSCAN);
  const last = Math.min(total, inView + perPage + 1 + OVERSCAN);
  const offset = first * rowHeight - naturalTop + Math.min(at.top, travel);
  const topFor = (row: number, top: number): number => {
    const shown = Math.min(top * scale, naturalTravel);
    if (row * rowHeight < shown) return (row * rowHeight) / scale;
    if ((row + 1) * rowHeight > shown + bodyView) return Math.min(travel, ((row + 1) * rowHeight - bodyView) / scale);
    return top;
  };
  return { height, first, last, offset, perPage, topFor };
}
