import type { ValueKind } from '@strongroom/protocol';
import type { Cell, Rows } from '../src/api/rows.ts';

/** Rows from plain values, for tests of what is done with rows. */
export function rowsOf(columns: readonly (readonly [string, ValueKind])[], values: readonly (readonly Cell[])[]): Rows {
  return {
    columns: columns.map(([name, kind]) => ({ name, kind, type: kind })),
    count: values.length,
    at: (row, column) => values[row]?.[column] ?? null,
  };
}
