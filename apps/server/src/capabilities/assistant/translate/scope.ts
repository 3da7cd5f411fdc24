import type { CatalogTable } from '@strongroom/protocol';
import { type Found, findPlace, isDay, type Place, sayPlace } from './places.ts';
import type { Target } from './reading.ts';

/** What stands in the way of reading the question about this table. */
export class NotUnderstood extends Error {
  readonly words: string;
  constructor(words: string) {
    super('not understood');
    this.words = words;
  }
}

/** A value that no column holds where it was looked for. */
export class ValueNotFound extends NotUnderstood {}

/** The names of one question settled against one main table; counts how well they fit. */
export type Scope = {
  readonly main: CatalogTable;
  readonly tables: readonly CatalogTable[];
  scores: number[];
  understood: string[];
  /** Of a table that only points at the main one: its rows are asked of themselves alone. */
  readonly isInside?: boolean;
};

export function place(scope: Scope, target: Target): Place {
  const found: Found = findPlace(scope.main, scope.tables, target);
  if ('problem' in found)
    throw new NotUnderstood(
      found.problem === 'ambiguous'
        ? `\`${target.text}\` may be ${found.among.slice(0, 4).map(sayPlace).join(' or ')}`
        : target.text,
    );
  scope.scores.push(found.place.score);
  return found.place;
}

/** As `place`, null where the names lead nowhere or to several places. */
export function tryPlace(scope: Scope, target: Target): Place | null {
  const found = findPlace(scope.main, scope.tables, target);
  return 'place' in found ? found.place : null;
}

/** The only column of this table that dates its rows, or the one the words name. */
export function dayColumn(scope: Scope, words: string): Place {
  const days = scope.main.columns.filter(isDay);
  const only = days[0];
  if (only === undefined || days.length > 1)
    throw new NotUnderstood(days.length > 1 ? `${words} (${days.map((column) => column.name).join(' or ')})` : words);
  return { path: [], table: scope.main, column: only, score: 1 };
}
