import type { CatalogTable } from '@strongroom/protocol';
import { atItsKey, pathId, pathsFrom, type Place, placeId, sayPlace, withRole } from './places.ts';
import type { PendingValue, QuestionPlan } from './plan.ts';
import { NotUnderstood, ValueNotFound } from './scope.ts';
import { meansTheState, otherNames } from './regions.ts';
import { likeness, singular, splitName, stem } from './words.ts';

/**
 * Finds which of the columns hold a value, without regard to case. It runs through the governed query under the asker's
 * rights; what it finds is used in the filter of this one question, is kept with its SQL alone, sealed for who asked, and never goes to a model.
 */
export type Lookup = (
  table: CatalogTable,
  columns: readonly string[],
  words: string,
) => Promise<readonly { readonly column: string; readonly value: string }[]>;

type Held = { readonly at: Place; readonly value: string };
type Settled = { readonly at: Place; readonly values: readonly string[] };
const COLUMNS_AT_ONCE = 12;

/**
 * Settles the values of a plan: each goes into the conditions it belongs to. Gives what was understood, with them.
 * Throws `NotUnderstood` for a value that is nowhere, or in more than one place.
 */
export async function findValues(
  plan: QuestionPlan,
  tables: readonly CatalogTable[],
  lookup: Lookup,
): Promise<string[]> {
  const understood = [...plan.understood];
  for (const pending of plan.pending) {
    const held: Settled[] = [];
    for (const words of pending.words) held.push(await findOne(tables, pending, words, lookup));
    const first = held[0];
    if (first === undefined) throw new NotUnderstood(pending.text);
    const elsewhere = held.find((one) => placeId(one.at) !== placeId(first.at));
    if (elsewhere !== undefined)
      throw new NotUnderstood(`${pending.text} (${sayPlace(first.at)} and ${sayPlace(elsewhere.at)})`);
    const values = [...new Set(held.flatMap((one) => one.values))];
    pending.into.push({ kind: 'value', place: first.at, values, not: pending.not, isAll: pending.isAll });
    understood.push(`${sayPlace(first.at)} is ${pending.not ? 'not ' : ''}${values.join(' or ')}`);
  }
  return understood;
}

async function findOne(
  tables: readonly CatalogTable[],
  pending: PendingValue,
  words: string,
  lookup: Lookup,
): Promise<Settled> {
  const { main } = pending;
  const named = pending.isOwn ? textColumns([], main) : searched(main, tables, pending);
  try {
    return await findAmong(named, words, lookup);
  } catch (error) {
    // `an in-person course`: what is said of the course may stand in the record of its being taken.
    if (!(error instanceof ValueNotFound) || pending.about === null || pending.about.column !== null) throw error;
    return findAmong(textColumns([], main), words, lookup);
  }
}

async function findAmong(places: readonly Place[], words: string, lookup: Lookup): Promise<Settled> {
  if (places.length === 0) throw new ValueNotFound(words);
  for (const spelling of spellings(words)) {
    const held = await search(places, spelling, lookup);
    const regions = otherNames(spelling);
    // `Texas` where the column says TX, and the other way round.
    const named: Held[] = [];
    for (const kind of ['state', 'country'] as const) {
      for (const other of regions.filter((region) => region.kind === kind)) {
        named.push(
          ...(await search(
            places.filter(
              (at) =>
                splitName(at.column?.name ?? '').some((word) => likeness(word, kind) > 0) &&
                !held.some((one) => placeId(one.at) === placeId(at)),
            ),
            other.name,
            lookup,
          )),
        );
      }
    }
    // `ORD` is the airport before it is the town of Ord: what was typed letter for letter comes first.
    const everywhere = (named.length > 0 && meansTheState(spelling) ? named : [...held, ...named]).map((one) => ({
      ...one,
      at: atItsKey(one.at),
    }));
    const exact = everywhere.filter((one) => one.value === spelling);
    const all = exact.length > 0 && spelling !== spelling.toLowerCase() && named.length === 0 ? exact : everywhere;
    if (all.length === 0) continue;
    const distinct = nearest(
      all.filter((one, index) => all.findIndex((other) => placeId(other.at) === placeId(one.at)) === index),
    );
    const only = distinct[0];
    if (only === undefined || distinct.length > 1)
      throw new NotUnderstood(
        `\`${words}\` may be ${distinct
          .slice(0, 4)
          .map((one) => sayPlace(one.at))
          .join(' or ')}`,
      );
    // One column may hold it in more than one case.
    const values = all.filter((one) => placeId(one.at) === placeId(only.at)).map((one) => one.value);
    return { at: only.at, values: [...new Set(values)].sort() };
  }
  throw new ValueNotFound(words);
}

/**
 * Of several columns that hold a value: the city itself rather than the county or region that a city of that name lies
 * in, and of columns of one name the one on the fewest ways.
 */
function nearest(held: readonly Held[]): readonly Held[] {
  const things = held.filter(
    (one) =>
      !held.some((other) => {
        const hop = one.at.path[other.at.path.length];
        return (
          hop !== undefined &&
          pathId(one.at.path.slice(0, other.at.path.length)) === pathId(other.at.path) &&
          hop.key.columns.includes(other.at.column?.name ?? '')
        );
      }),
  );
  if (new Set(things.map((one) => one.at.column?.name)).size > 1) return things;
  const fewest = Math.min(...things.map((one) => one.at.path.length));
  return things.filter((one) => one.at.path.length === fewest);
}

const STEM_LETTERS_MIN = 4;

/** As typed, then as one, then without the ending that makes a word say how something is: `successful`, `failed`. */
function spellings(words: string): string[] {
  const parts = words.split(' ');
  const last = parts.at(-1) ?? '';
  const one = singular(last);
  const alone = parts.length > 1 ? [] : [last.toLowerCase().replace(/ful$/, ''), stem(last)];
  const bare = alone.filter((word) => word.length >= STEM_LETTERS_MIN);
  return [
    ...new Set([words, ...(one === last.toLowerCase() ? [] : [[...parts.slice(0, -1), one].join(' ')]), ...bare]),
  ];
}

/** The text columns where the value may stand: those named, or all that a row of the main table sees. */
function searched(main: CatalogTable, tables: readonly CatalogTable[], pending: PendingValue): Place[] {
  const ways = pathsFrom(main, tables);
  const about = pending.about;
  if (about !== null && about.column !== null) {
    // A foreign key of text is looked for in the table it points at, which is smaller and holds every value.
    const key = about.table.foreignKeys.find(
      (one) => one.columns.length === 1 && one.columns[0] === about.column?.name,
    );
    const through =
      key === undefined
        ? undefined
        : ways.find((way) => way.path.length === about.path.length + 1 && way.path.at(-1)?.key === key);
    if (through !== undefined) return textColumns(through.path, through.table);
    return about.column.kind === 'text' ? [about] : [];
  }
  const within =
    about === null
      ? ways
      : ways.filter(
          (way) =>
            way.table === about.table &&
            way.path.length === about.path.length &&
            way.path.every((hop, index) => hop.key === about.path[index]?.key),
        );
  const columns = within
    .flatMap((way) => textColumns(way.path, way.table))
    .filter(
      (at) =>
        !at.table.foreignKeys.some(
          (key) =>
            key.columns.includes(at.column?.name ?? '') &&
            tables.some((table) => table.schema === key.references.schema && table.name === key.references.table),
        ),
    );
  const wide =
    about !== null && about.path.length === 0 ? ways.flatMap((way) => textColumns(way.path, way.table)) : columns;
  return withRole(about === null ? columns : wide, pending.role, ways);
}

function textColumns(path: Place['path'], table: CatalogTable): Place[] {
  return table.columns.filter((column) => column.kind === 'text').map((column) => ({ path, table, column, score: 1 }));
}

/** One lookup a table, however many ways lead to it. */
async function search(places: readonly Place[], words: string, lookup: Lookup): Promise<Held[]> {
  const held: Held[] = [];
  for (const table of new Set(places.map((at) => at.table))) {
    const here = places.filter((at) => at.table === table);
    const names = [...new Set(here.map((at) => at.column?.name ?? ''))];
    for (let start = 0; start < names.length; start += COLUMNS_AT_ONCE) {
      for (const match of await lookup(table, names.slice(start, start + COLUMNS_AT_ONCE), words)) {
        for (const at of here) if (at.column?.name === match.column) held.push({ at, value: match.value });
      }
    }
  }
  return held;
}
