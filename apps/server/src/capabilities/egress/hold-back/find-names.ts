import type { CatalogWords } from './catalog-words.ts';
import { FOUND, type Found } from './literal.ts';
import { beginsWithName, kindOfWord } from './plain-words.ts';

type Word = {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly isCapital: boolean;
  readonly isFirst: boolean;
};

const WORD = /[\p{L}\p{M}][\p{L}\p{M}_]*(?:['’.-][\p{L}\p{M}_]+)*/gu;
/** Words of SQL that people write in capitals. Not `OR` and `IN`: they are states too. */
const SHOUTED: ReadonlySet<string> = new Set(
  'AND NOT TOP ALL ANY ID IDS SQL AVG SUM MAX MIN COUNT PER BY VS NULL CSV KPI YTD'.split(' '),
);
/** Between capitals, these belong to a name: `University of California`. */
const PARTICLE = /^\s+(?:of|of the|de|da|del|der|di|du|la|le|van|von|&)\s+$/;
const BESIDE = /^[ \t]*[&-]?[ \t]*$/;
/** A colon may stand before a value (`name: Hope`) as before a sentence: before one that begins so. */
const OPENING =
  /^(?:how|what|which|who|whose|when|where|why|is|are|was|were|do|does|did|show|list|give|count|find|get|the|for|in|of|all)$/i;
/** `St. Louis`, `J. Smith`: no sentence ends there. */
const SHORTENED = /(?:^|[^\p{L}])\p{Lu}\p{L}{0,2}\.\s*$/u;
const NAME_WORDS_MAX = 3;
/** From here on capitals say nothing: so is all of it written. */
const CAPITALS_SHARE = 0.8;

/**
 * Words that are or may be a name: whatever is neither a plain word nor of the catalog, and what is capitalised though no sentence begins
 * there. Rather one too many: what is held back wrongly is bound all the same.
 */
export function findNames(text: string, catalog: CatalogWords): Found[] {
  const words = wordsOf(text);
  const capitalsTell = doCapitalsTell(words);
  const held = new Set<Word>();
  for (const [at, word] of words.entries()) {
    const several = nameOfSeveral(words, at, text, catalog);
    for (const one of several) held.add(one);
    if (isHeld(word, { text, catalog, capitalsTell })) held.add(word);
  }
  return runs(words, held, text, capitalsTell).map(([first, last]) => {
    const typed = text.slice(first.start, last.end);
    return { start: first.start, end: last.end, instead: [{ kind: 'text', typed, value: typed }] };
  });
}

type Context = { readonly text: string; readonly catalog: CatalogWords; readonly capitalsTell: boolean };

function isHeld({ text: word, start, isCapital, isFirst }: Word, { text, catalog, capitalsTell }: Context): boolean {
  if (catalog.has(word) || SHOUTED.has(word) || word === 'I') return false;
  const kind = kindOfWord(bare(word));
  if (kind !== 'plain') return true;
  if (!isCapital || !capitalsTell) return false;
  return !isFirst || beginsWithName(text.slice(start).replaceAll(FOUND, ' '));
}

/** `new york`, `san francisco`: names of plain words, in any case. */
function nameOfSeveral(words: readonly Word[], at: number, text: string, catalog: CatalogWords): Word[] {
  for (let count = NAME_WORDS_MAX; count > 1; count -= 1) {
    const run = words.slice(at, at + count);
    const [first, last] = [run[0], run.at(-1)];
    if (run.length < count || first === undefined || last === undefined) continue;
    const joined = text.slice(first.start, last.end).replace(/\s+/g, ' ').toLowerCase();
    if (kindOfWord(joined) === 'name' && !run.every((word) => catalog.has(word.text))) return run;
  }
  return [];
}

/** Held words beside one another are one name, with the capitals and particles between and around them. */
function runs(words: readonly Word[], held: ReadonlySet<Word>, text: string, capitalsTell: boolean): [Word, Word][] {
  const found: [Word, Word][] = [];
  const joins = (a: Word, b: Word): boolean => {
    const between = text.slice(a.end, b.start);
    return (
      BESIDE.test(between) ||
      (/^\.[ \t]*$/.test(between) && SHORTENED.test(text.slice(0, b.start))) ||
      (a.isCapital && b.isCapital && PARTICLE.test(between))
    );
  };
  const belongs = (word: Word): boolean => held.has(word) || (capitalsTell && word.isCapital && !word.isFirst);
  let at = 0;
  while (at < words.length) {
    const start = at;
    let [last, isName] = [words[at], false];
    while (last !== undefined && belongs(last)) {
      isName ||= held.has(last);
      at += 1;
      const next = nextWord(words, at);
      if (next === undefined || !belongs(next.word) || !joins(last, next.word)) break;
      [last, at] = [next.word, next.at];
    }
    const first = words[start];
    if (isName && first !== undefined && last !== undefined) found.push([first, last]);
    at = Math.max(at, start + 1);
  }
  return found;
}

/** The next that is no particle. */
function nextWord(words: readonly Word[], at: number): { word: Word; at: number } | undefined {
  for (let next = at; next < Math.min(at + 3, words.length); next += 1) {
    const word = words[next];
    if (word !== undefined && !/^(?:of|the|de|da|del|der|di|du|la|le|van|von)$/.test(word.text))
      return { word, at: next };
  }
  return undefined;
}

function wordsOf(text: string): Word[] {
  return [...text.matchAll(WORD)].map(({ 0: word, index }) => {
    const before = text.slice(0, index).replaceAll(FOUND, ' ').trimEnd();
    const ends = OPENING.test(word) ? /[.?!:;\n]$/ : /[.?!\n]$/;
    return {
      text: word.replace(/['’]s$/, ''),
      start: index,
      end: index + word.replace(/['’]s$/, '').length,
      isCapital: /^\p{Lu}/u.test(word),
      isFirst: before === '' || (ends.test(before) && !SHORTENED.test(before)),
    };
  });
}

function doCapitalsTell(words: readonly Word[]): boolean {
  const long = words.filter((word) => word.text.length > 3);
  return long.filter((word) => word.isCapital).length <= Math.max(1, long.length * CAPITALS_SHARE);
}

function bare(word: string): string {
  return word.toLowerCase().replaceAll('’', "'");
}
