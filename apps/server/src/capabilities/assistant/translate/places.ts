import type { CatalogColumn, CatalogTable, ForeignKey } from '@strongroom/protocol';
import type { Mention } from './chunks.ts';
import { isOnlyDescribed, namePrefix } from './vocabulary.ts';
import type { Role } from './phrases.ts';
import type { Target } from './reading.ts';
import { likeness, splitName } from './words.ts';

/** One foreign key followed from a table to the one row it points at. */
export type Hop = { readonly from: CatalogTable; readonly key: ForeignKey; readonly table: CatalogTable };
export type Path = readonly Hop[];
/** A column (or a table, when null) as seen from the main table: each row of the main table sees at most one. */
export type Place = {
  readonly path: Path;
  readonly table: CatalogTable;
  readonly column: CatalogColumn | null;
  readonly score: number;
};
export type Found =
  | { readonly place: Place }
  | { readonly problem: 'none' | 'ambiguous'; readonly among: readonly Place[] };

const HOPS_MAX = 3;
const HOP_COST = 0.95;
/** Of a table that points at the main one rather than being seen from it. */
const POINTING_COST = 0.949;
const TIE = 0.02;
const NAMED = 0.8;
const ROLE_WORDS: Readonly<Record<'origin' | 'destination', readonly string[]>> = {
  origin: ['origin', 'source', 'from', 'sender', 'start', 'departure', 'depart', 'src'],
  destination: ['destination', 'dest', 'to', 'target', 'receiver', 'recipient', 'end', 'arrival', 'arrive'],
};

/** Every way along foreign keys from many to one, the empty way first. */
export function pathsFrom(main: CatalogTable, tables: readonly CatalogTable[]): { path: Path; table: CatalogTable }[] {
  const ways: { path: Path; table: CatalogTable }[] = [{ path: [], table: main }];
  for (let index = 0; index < ways.length; index += 1) {
    const way = ways[index];
    if (way === undefined || way.path.length >= HOPS_MAX) continue;
    for (const key of way.table.foreignKeys) {
      const next = tables.find(
        (table) =>
          table.schema === key.references.schema && table.name === key.references.table && table.source === main.source,
      );
      if (next === undefined || next === main || way.path.some((hop) => hop.table === next)) continue;
      ways.push({ path: [...way.path, { from: way.table, key, table: next }], table: next });
    }
  }
  return ways;
}

export function pathId(path: Path): string {
  return path.map((hop) => `${hop.from.name}(${hop.key.columns.join(',')})`).join('>');
}

export function placeId(place: Pick<Place, 'path' | 'table' | 'column'>): string {
  return `${pathId(place.path)}|${place.table.resource}|${place.column?.name ?? ''}`;
}

export function sayPlace(place: Pick<Place, 'path' | 'table' | 'column'>): string {
  const way = place.path.flatMap((hop) => hop.key.columns).join(', ');
  const name = place.column === null ? place.table.name : `${place.table.name}.${place.column.name}`;
  return way === '' ? name : `${name} (by ${way})`;
}

function columnHasRole(name: string, role: Role): boolean {
  return splitName(name).some((word) =>
    ROLE_WORDS[role === 'from' ? 'origin' : role === 'received' ? 'destination' : role].includes(word),
  );
}

export function keyHasRole(key: ForeignKey, role: Role): boolean {
  return key.columns.some((name) => columnHasRole(name, role));
}

function placeHasRole(place: Pick<Place, 'path' | 'column'>, role: Role): boolean {
  return (
    place.path.some((hop) => keyHasRole(hop.key, role)) ||
    (place.column !== null && columnHasRole(place.column.name, role))
  );
}

/** Those with the role; all of them where `from` means no more than a place. */
export function withRole<T extends Pick<Place, 'path' | 'column'>>(
  places: readonly T[],
  role: Role | null,
  ways: readonly { path: Path; table: CatalogTable }[],
): T[] {
  if (role === null) return [...places];
  const having = places.filter((place) => placeHasRole(place, role));
  if (having.length > 0 || (role !== 'from' && role !== 'received')) return having;
  return ways.some((way) => way.path.some((hop) => hop.key.columns.some((name) => columnHasRole(name, role))))
    ? []
    : [...places];
}

export function findPlace(main: CatalogTable, tables: readonly CatalogTable[], target: Target): Found {
  const ways = pathsFrom(main, tables);
  const found = new Map<string, Place>();
  for (const mentions of spellings(target.mentions)) {
    const head = mentions.at(-1);
    if (head === undefined) continue;
    for (const way of ways) {
      for (const candidate of head.candidates) {
        if (candidate.table !== way.table) continue;
        const place = explain(mentions, {
          path: way.path,
          table: way.table,
          column: candidate.column,
          score: candidate.score,
        });
        if (place === null) continue;
        // `distance flown` is a distance; `shipped orders` are orders, not when they were shipped.
        const isTurned = mentions[0] === target.mentions.at(-1) && target.mentions.length > 1;
        if (isTurned && !(isMeasured(place) && namesTable(mentions[0]))) continue;
        const at = atItsKey(place);
        const id = placeId(at);
        if ((found.get(id)?.score ?? 0) < at.score) found.set(id, at);
      }
    }
  }
  const places = withRole([...found.values()], target.role, ways).sort((a, b) => b.score - a.score);
  const best = places[0];
  if (best === undefined) return { problem: 'none', among: [] };
  const ties = places.filter((place) => place !== best && best.score - place.score < TIE);
  return ties.length > 0 ? { problem: 'ambiguous', among: [best, ...ties] } : { place: best };
}

function namesTable(mention: Mention | undefined): boolean {
  return mention?.candidates.some(({ column, score }) => column === null && score >= NAMED) === true;
}

function isMeasured({ column }: Place): boolean {
  return column !== null && isNumber(column);
}

/** A value of the column that a key points at is a value of the key's own column: no join is needed to see it. */
export function atItsKey(place: Place): Place {
  const hop = place.path.at(-1);
  const own = hop?.key.columns[0];
  if (hop === undefined || hop.key.columns.length !== 1 || hop.key.references.columns[0] !== place.column?.name)
    return place;
  const column = hop.from.columns.find((candidate) => candidate.name === own);
  return column === undefined ? place : atItsKey({ ...place, path: place.path.slice(0, -1), table: hop.from, column });
}

/** How well names could fit this table if only they were asked for in the right way: 0 to 1. */
export function potential(main: CatalogTable, tables: readonly CatalogTable[], mentions: readonly Mention[]): number {
  const ways = pathsFrom(main, tables);
  const pointing = tables.filter((table) =>
    table.foreignKeys.some((key) => key.references.table === main.name && key.references.schema === main.schema),
  );
  const behind = tables.filter((table) =>
    pointing.some((between) =>
      between.foreignKeys.some(({ references }) => references.table === table.name && table !== main),
    ),
  );
  const best = (mention: Mention): number =>
    Math.max(
      0,
      ...mention.candidates.flatMap((candidate) => [
        ...ways
          .filter((way) => way.table === candidate.table)
          .map((way) => candidate.score * HOP_COST ** way.path.length),
        ...(candidate.column === null && pointing.includes(candidate.table) ? [candidate.score * POINTING_COST] : []),
        ...(candidate.column === null && behind.includes(candidate.table)
          ? [candidate.score * POINTING_COST * HOP_COST]
          : []),
      ]),
    );
  const scores = mentions.map((mention) =>
    Math.max(
      best(mention),
      mention.parts.length < 2 ? 0 : mention.parts.reduce((sum, part) => sum + best(part), 0) / mention.parts.length,
    ),
  );
  return scores.length === 0 ? 0 : scores.reduce((sum, score) => sum + score, 0) / scores.length;
}

/** `origin state` may be one name or two: both ways of reading it. */
function spellings(mentions: readonly Mention[]): Mention[][] {
  const ways = mentions.reduce<Mention[][]>(
    (before, mention) => {
      const readings = mention.parts.length > 1 ? [[mention], [...mention.parts]] : [[mention]];
      return before.flatMap((start) => readings.map((way) => [...start, ...way])).slice(0, 16);
    },
    [[]],
  );
  // `distance flown`: the thing measured may stand before what it is measured of.
  return ways.flatMap((way) => (way.length === 2 ? [way, [...way].reverse()] : [way]));
}

/** The place when every name before the head is on the way to it, `null` when one is not. */
function explain(mentions: readonly Mention[], place: Place): Place | null {
  if (mentions.length > 1 && isOnlyDescribed(place.score)) return null;
  let sum = place.score;
  let direct: { column: CatalogColumn; hop: Hop } | null = null;
  for (const qualifier of mentions.slice(0, -1)) {
    let best = 0;
    for (const candidate of qualifier.candidates) {
      const hop = place.path.find(
        (step) =>
          step.from === candidate.table &&
          candidate.column !== null &&
          step.key.columns.includes(candidate.column.name),
      );
      const isOnTheWay =
        candidate.column === null &&
        (candidate.table === place.table ||
          place.path.some((step) => step.from === candidate.table || step.table === candidate.table));
      if (hop === undefined && !isOnTheWay) continue;
      if (candidate.score > best) {
        best = candidate.score;
        if (hop !== undefined && hop === place.path.at(-1) && candidate.column !== null && hop.key.columns.length === 1)
          direct = { column: candidate.column, hop };
      }
    }
    if (best === 0) return null;
    sum += best;
  }
  const score = (sum / mentions.length) * HOP_COST ** place.path.length;
  // The origin airport is what the column origin holds: no join is needed to tell airports apart.
  if (place.column === null && direct !== null)
    return { path: place.path.slice(0, -1), table: direct.hop.from, column: direct.column, score };
  return { ...place, score };
}

const LABELS = ['name', 'title', 'label', 'username', 'fullname'];

/** The column by which people know a row of the table; null when none is called so. */
export function labelOf(table: CatalogTable): CatalogColumn | null {
  const tableWords = splitName(table.name);
  const texts = table.columns.filter((column) => column.kind === 'text');
  return (
    texts.find((column) => LABELS.includes(column.name.toLowerCase())) ??
    texts.find((column) => {
      const words = splitName(column.name);
      return (
        words.length === 2 &&
        LABELS.includes(words[1] ?? '') &&
        tableWords.some((word) => likeness(word, words[0] ?? '') === 1)
      );
    }) ??
    texts.find((column) => column.name.toLowerCase() === `${namePrefix(table)}name`.toLowerCase()) ??
    null
  );
}

export function isNumber(column: CatalogColumn): boolean {
  return column.kind === 'integer' || column.kind === 'decimal' || column.kind === 'float';
}

/** Yes or no: of that type, or a number by such a name. */
export function isFlag(column: CatalogColumn): boolean {
  return column.kind === 'boolean' || (column.kind === 'integer' && /^(is|has)_/i.test(column.name));
}

export function isDay(column: CatalogColumn): boolean {
  return column.kind === 'date' || column.kind === 'timestamp';
}

/** Whether the column tells rows apart rather than measures something. */
export function isIdentifier(table: CatalogTable, column: CatalogColumn): boolean {
  return (
    column.isKey ||
    table.primaryKey.includes(column.name) ||
    table.foreignKeys.some((key) => key.columns.includes(column.name)) ||
    /(^|_)id$|Id$/.test(column.name)
  );
}
