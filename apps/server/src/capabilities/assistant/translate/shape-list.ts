import { labelOf, type Place, placeId } from './places.ts';
import type { Reading } from './reading.ts';
import { NotUnderstood, type Scope } from './scope.ts';
import { singular } from './words.ts';

/** One for `which city`, as many as were said; `which cities have the most` doesn't say how many, unless in order. */
export function howMany(reading: Reading, isMany: boolean, what: string): number | null {
  if (reading.limit !== null) return reading.limit;
  if (isMany && reading.orderBy !== null) return null;
  if (isMany) throw new NotUnderstood(`how many with the highest or lowest ${what}`);
  return 1;
}

export function isPlural(text: string): boolean {
  const last = text.split(/\s+/).at(-1) ?? '';
  return singular(last) !== last.toLowerCase();
}

export function mainRows({ main }: Scope): Place {
  return { path: [], table: main, column: null, score: 1 };
}

/** A table is listed by the column people know its rows by; one without such a column by all of them. */
export function columnsToList(scope: Scope, subjects: readonly Place[], byLabelOnly = false): Place[] {
  const listed = (subjects.length === 0 ? [mainRows(scope)] : subjects).flatMap((at): Place[] => {
    if (at.column !== null) return [at];
    const label = labelOf(at.table);
    const key = at.table.columns.find(
      (column) => at.table.primaryKey.length === 1 && at.table.primaryKey[0] === column.name,
    );
    if (label !== null)
      return [...(key === undefined || key === label ? [] : [{ ...at, column: key }]), { ...at, column: label }];
    if (byLabelOnly) return key === undefined ? [] : [{ ...at, column: key }];
    if (at.path.length > 0) {
      if (key === undefined) throw new NotUnderstood(at.table.name);
      return [{ ...at, column: key }];
    }
    return at.table.columns.slice(0, 20).map((column) => ({ ...at, column }));
  });
  return listed.filter((at, index) => listed.findIndex((other) => placeId(other) === placeId(at)) === index);
}
