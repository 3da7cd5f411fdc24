/** The active cell, and the cell where the selection began. Positions as shown, not rows of the answer. */
export type Selection = { row: number; column: number; anchorRow: number; anchorColumn: number };
export type Range = { top: number; left: number; bottom: number; right: number };
type Bounds = { rows: number; columns: number; page: number };
type Press = { key: string; shiftKey: boolean; ctrlKey: boolean; metaKey: boolean };

export function rangeOf(selection: Selection): Range {
  return {
    top: Math.min(selection.row, selection.anchorRow),
    bottom: Math.max(selection.row, selection.anchorRow),
    left: Math.min(selection.column, selection.anchorColumn),
    right: Math.max(selection.column, selection.anchorColumn),
  };
}

export function extend(selection: Selection, row: number, column: number): Selection {
  return { ...selection, row, column };
}

/** Where a key leads, or null when it is no key of the grid. Shift extends the selection. */
export function moved(selection: Selection, press: Press, bounds: Bounds): Selection | null {
  const target = targetOf(selection, press, bounds);
  if (target === null) return null;
  const row = Math.max(0, Math.min(bounds.rows - 1, target.row));
  const column = Math.max(0, Math.min(bounds.columns - 1, target.column));
  return press.shiftKey ? extend(selection, row, column) : { row, column, anchorRow: row, anchorColumn: column };
}

function targetOf({ row, column }: Selection, press: Press, bounds: Bounds): { row: number; column: number } | null {
  const far = press.ctrlKey || press.metaKey;
  switch (press.key) {
    case 'ArrowDown':
      return { row: far ? bounds.rows - 1 : row + 1, column };
    case 'ArrowUp':
      return { row: far ? 0 : row - 1, column };
    case 'ArrowRight':
      return { row, column: far ? bounds.columns - 1 : column + 1 };
    case 'ArrowLeft':
      return { row, column: far ? 0 : column - 1 };
    case 'PageDown':
      return { row: row + bounds.page, column };
    case 'PageUp':
      return { row: row - bounds.page, column };
    case 'Home':
      return { row: far ? 0 : row, column: 0 };
    case 'End':
      return { row: far ? bounds.rows - 1 : row, column: bounds.columns - 1 };
    default:
      return null;
  }
}
