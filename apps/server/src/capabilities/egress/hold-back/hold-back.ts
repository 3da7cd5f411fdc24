import { type AskerWords, type CatalogTable, type HeldLiteral } from '@strongroom/protocol';
import { tooManyValues } from '../errors.ts';
import { catalogWords, type CatalogWords } from './catalog-words.ts';
import { findDates } from './find-dates.ts';
import { findNames } from './find-names.ts';
import { findNumberWords } from './find-number-words.ts';
import { findDigits, findNumbers } from './find-numbers.ts';
import { blank, FOUND, type Found, type Literal } from './literal.ts';

/** A model is told the name and kind of each, and the guard knows names of four digits. One question alone never has more. */
const VALUES_MAX = 1_000;
/** Whatever sign closes what another of its kind opens, over lines too: rather too much. */
const QUOTED =
  /["“”„‟«»][^"“”„‟«»]+["“”„‟«»]|‹[^›]+›|「[^」]+」|『[^』]+』|`[^`]+`|(?<![\p{L}\p{N}])['‘‚‛][^'‘’]+['‘’](?![\p{L}\p{N}])/gu;
const ADDRESS = /(?:https?:\/\/|www\.)[^\s<>"]+|[^\s<>"(),;:]+@[^\s<>"(),;:]+[^\s<>"(),;:.?!]/giu;

export type Holder = {
  /**
   * The words with `:v1`, `:v2`, … for each name, number, address, quoted text and date; the same value has the same name throughout. Throws
   * `egress/too_many_values` (422).
   */
  hold(words: AskerWords): AskerWords;
  /** By name, `:v1` first. */
  held(): readonly HeldLiteral[];
};

/**
 * Holds back what a person typed and no model is to see. `tables`: those that are disclosed; their names are no secret. `before`: what was held
 * back of an earlier question that this one goes on from, and keeps its names.
 */
export function createHolder(tables: readonly CatalogTable[], before: readonly HeldLiteral[] = []): Holder {
  const catalog = wordsOf(tables);
  const held: HeldLiteral[] = [...before];
  const nameOf = (literal: Literal): string => {
    const known = held.find(({ kind, value }) => kind === literal.kind && value === literal.value);
    if (known !== undefined) return known.name;
    if (held.length >= VALUES_MAX) throw tooManyValues(VALUES_MAX);
    const name = `:v${held.length + 1}`;
    held.push({ name, ...literal });
    return name;
  };
  return {
    held: () => held,
    hold(words) {
      const found = findAll(words, catalog, before).toSorted((a, b) => a.start - b.start);
      let [told, at] = ['', 0];
      for (const { start, end, instead } of found) {
        told +=
          words.slice(at, start) + instead.map((part) => (typeof part === 'string' ? part : nameOf(part))).join('');
        // INVARIANT: what was passed over is not gone back to.
        at = Math.max(at, end);
      }
      // The asker's words still, with less in them.
      return (told + words.slice(at)) as AskerWords;
    },
  };
}

// Goes with the array, which is never changed.
const known = new WeakMap<readonly CatalogTable[], CatalogWords>();

/**
 * The words with blanks for what would be held back of them if all these tables were disclosed: for choosing which are, since that would tell
 * of a value else. `before` as for `createHolder`.
 */
export function blankValues(
  words: string,
  sources: readonly (readonly CatalogTable[])[],
  before: readonly HeldLiteral[],
): string {
  const catalogs = sources.map(wordsOf);
  const all: CatalogWords = {
    isName: (word) => catalogs.some((catalog) => catalog.isName(word)),
    has: (word) => catalogs.some((catalog) => catalog.has(word)),
  };
  return blank(words, findAll(words, all, before)).replaceAll(FOUND, ' ');
}

function wordsOf(tables: readonly CatalogTable[]): CatalogWords {
  const catalog = known.get(tables) ?? catalogWords(tables);
  known.set(tables, catalog);
  return catalog;
}

function findAll(words: string, catalog: CatalogWords, before: readonly HeldLiteral[]): Found[] {
  let [found, rest]: [Found[], string] = [[], words];
  const take = (more: readonly Found[]): void => {
    found = [...found, ...more];
    rest = blank(rest, more);
  };
  take(findAgain(rest, before));
  take(matches(rest, QUOTED, 1));
  take(matches(rest, ADDRESS, 0));
  take(findDates(rest));
  take(findNumbers(rest, (word) => catalog.isName(word)));
  take(findNumberWords(rest));
  take(findNames(rest, catalog));
  // INVARIANT: no digit leaves but in a name of the catalog.
  take(findDigits(rest, (word) => catalog.isName(word)));
  return found;
}

/** What was held back of an earlier question is so of this one, whatever tables are disclosed for it and whatever these are called. */
function findAgain(text: string, before: readonly HeldLiteral[]): Found[] {
  const texts = new Map(before.flatMap((literal) => (literal.kind === 'text' ? [[literal.typed, literal]] : [])));
  if (texts.size === 0) return [];
  // Of two that begin alike the longer one.
  const typed = [...texts.keys()].toSorted((a, b) => b.length - a.length).map(escaped);
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}_])(?:${typed.join('|')})(?![\\p{L}\\p{N}_])`, 'gu');
  return [...text.matchAll(pattern)].flatMap(({ 0: own, index }) => {
    const literal = texts.get(own);
    return literal === undefined ? [] : [{ start: index, end: index + own.length, instead: [literal] }];
  });
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** `quotes`: how many characters on either side are no part of the value. */
function matches(text: string, pattern: RegExp, quotes: number): Found[] {
  return [...text.matchAll(pattern)].map(({ 0: typed, index }) => {
    const value = typed.slice(quotes, typed.length - quotes);
    return { start: index, end: index + typed.length, instead: [{ kind: 'text', typed, value }] };
  });
}
