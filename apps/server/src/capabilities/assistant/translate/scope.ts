import type { CatalogTable } from '@strongroom/protocol';
import type { PlannedFlag } from './plan.ts';
import { type Found, findPlace, type Hop, isDay, isFlag, isIdentifier, type Place, sayPlace } from './places.ts';
import type { Target } from './reading.ts';
import { likeness, splitName } from './words.ts';

const MADE = new Set(['created', 'creation', 'inserted']);
const FLAG_NAMED = 0.8;
const ROWS_NAMED = 0.8;
const ADJECTIVE = 0.9;
const PLAIN_DATE = new Set(['date', 'time', 'datetime', 'timestamp', 'day', 'at', 'on']);

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
  /** What adjectives ask for: `active customers`. */
  flags: PlannedFlag[];
  /** Words before the name of rows that nothing is called by: perhaps a value. */
  adjectives: { readonly words: string; readonly rows: Place }[];
  /** Of a table that only points at the main one: its rows are asked of themselves alone. */
  readonly isInside?: boolean;
};

export function place(scope: Scope, target: Target): Place {
  const flagged = flaggedRows(scope, target);
  if (flagged !== null) return flagged;
  const found: Found = findPlace(scope.main, scope.tables, target);
  if ('problem' in found && found.problem === 'none') {
    const named = withoutName(scope, target) ?? valuedRows(scope, target);
    if (named !== null) return named;
  }
  if ('problem' in found)
    throw new NotUnderstood(
      found.problem === 'ambiguous'
        ? `\`${target.text}\` may be ${found.among.slice(0, 4).map(sayPlace).join(' or ')}`
        : target.text,
    );
  const byTheWay = found.place.path.length > 1 ? found.place.path.find(mayBeMissing) : undefined;
  if (byTheWay !== undefined) throw new NotUnderstood(`\`${target.text}\` by way of \`${byTheWay.table.name}\``);
  scope.scores.push(found.place.score);
  return found.place;
}

/** A key that a row need not have, in a table that says of others that it must: what lies behind is not every row's. */
function mayBeMissing({ from, key }: Hop): boolean {
  const isSaid = from.columns.some(
    (column) => !column.nullable && !from.primaryKey.includes(column.name) && isIdentifier(from, column),
  );
  return isSaid && from.columns.some((column) => column.nullable && key.columns.includes(column.name));
}

/** `the country name`, where that column is called `country`. */
function withoutName(scope: Scope, target: Target): Place | null {
  const last = target.mentions.at(-1)?.text ?? '';
  if (target.mentions.length < 2 || likeness(last, 'name') < 1) return null;
  const found = findPlace(scope.main, scope.tables, { ...target, mentions: target.mentions.slice(0, -1) });
  if (!('place' in found) || found.place.column?.kind !== 'text') return null;
  scope.scores.push(found.place.score);
  return found.place;
}

/** `transaction notifications` may be the notifications where some column says so: it is looked for, in them alone. */
function valuedRows(scope: Scope, target: Target): Place | null {
  const head = target.mentions.at(-1);
  if (head === undefined || target.mentions.length < 2) return null;
  const rows = findPlace(scope.main, scope.tables, { ...target, mentions: [head] });
  if (!('place' in rows) || rows.place.column !== null || rows.place.score < ROWS_NAMED) return null;
  const words = target.mentions
    .slice(0, -1)
    .map((mention) => mention.text)
    .join(' ');
  if (!scope.adjectives.some((one) => one.words === words)) scope.adjectives.push({ words, rows: rows.place });
  scope.scores.push(rows.place.score * ADJECTIVE);
  return rows.place;
}

/** `discontinued products` are the rows of products where that flag is set; it becomes a condition of the whole question. */
function flaggedRows(scope: Scope, target: Target): Place | null {
  const head = target.mentions.at(-1);
  if (head === undefined || target.mentions.length < 2) return null;
  const rows = findPlace(scope.main, scope.tables, { ...target, mentions: [head] });
  if (!('place' in rows) || rows.place.column !== null) return null;
  const { place: at } = rows;
  const flags = target.mentions
    .slice(0, -1)
    .map((mention) =>
      mention.candidates.find(
        ({ table, column, score }) => table === at.table && column !== null && isFlag(column) && score >= FLAG_NAMED,
      ),
    );
  if (flags.some((flag) => flag === undefined)) return null;
  for (const flag of flags) {
    const column = flag?.column ?? null;
    if (column === null || scope.flags.some((one) => one.place.column === column)) continue;
    scope.flags.push({ kind: 'flag', place: { ...at, column }, value: true });
    scope.understood.push(`${column.name} is true`);
  }
  scope.scores.push(at.score);
  return at;
}

/** As `place`, null where the names lead nowhere or to several places. */
export function tryPlace(scope: Scope, target: Target): Place | null {
  const flagged = flaggedRows(scope, target);
  if (flagged !== null) return flagged;
  const found = findPlace(scope.main, scope.tables, target);
  return 'place' in found ? found.place : null;
}

/**
 * The column that dates the rows of this table: the only one that could, or the only one whose name says no more than
 * that (`order_date` of orders, whatever `shipped_at` may be), or that they were created.
 */
export function dayColumn(scope: Scope, words: string): Place {
  const days = scope.main.columns.filter(isDay);
  const tableWords = splitName(scope.main.name);
  const plain = days.filter((column) =>
    splitName(column.name).every(
      (word) => PLAIN_DATE.has(word) || tableWords.some((tableWord) => likeness(word, tableWord) === 1),
    ),
  );
  // Else when they came to be, rather than when they were changed, read or ended.
  const made = days.filter((column) => splitName(column.name).some((word) => MADE.has(word)));
  const fitting = days.length === 1 ? days : plain.length > 0 ? plain : made.length > 0 ? made : days;
  const only = fitting[0];
  if (only === undefined || fitting.length > 1)
    throw new NotUnderstood(
      fitting.length > 1 ? `${words} (${fitting.map((column) => column.name).join(' or ')})` : words,
    );
  return { path: [], table: scope.main, column: only, score: 1 };
}
