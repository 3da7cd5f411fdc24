import { type DateRange, readDate } from './dates.ts';
import { type Key, readPhrase } from './phrases.ts';
import { otherNames } from './regions.ts';
import type { Token } from './tokens.ts';
import type { Candidate, Vocabulary } from './vocabulary.ts';

/** Words that name something of the catalog. `parts` are the same words one by one, where each names something too. */
export type Mention = {
  readonly text: string;
  /** Whether it says no more than that rows belong together, should nothing be called so: `taken`, `offered`. */
  readonly isLink: boolean;
  readonly candidates: readonly Candidate[];
  readonly parts: readonly Mention[];
};
export type Chunk =
  | { readonly kind: 'key'; readonly text: string; readonly key: Key; readonly mention: Mention | null }
  | { readonly kind: 'mention'; readonly text: string; readonly mention: Mention }
  | { readonly kind: 'number'; readonly text: string; readonly value: number }
  | { readonly kind: 'date'; readonly text: string; readonly range: DateRange }
  | { readonly kind: 'quoted'; readonly text: string }
  | { readonly kind: 'word'; readonly text: string };

const MENTION_WORDS_MAX = 5;
const NAMED = 0.8;
// Words that carry a sentence, even where a column is called so.
const AUXILIARY = new Set([
  'did',
  'do',
  'does',
  'is',
  'are',
  'was',
  'were',
  'be',
  'has',
  'have',
  'had',
  'a',
  'an',
  'the',
  'it',
]);
// Small words that may stand inside a name: `phase of flight`.
const INNER = new Set(['of', 'the', 'in']);
// Small words that end a name: `delay by origin` is two.
const OUTER = new Set(['by', 'and', 'or', 'for', 'to', 'on', 'at', 'a', 'an', 'per', 'from', 'with']);

/** Cuts a question into dates, names of the catalog, shaping phrases, numbers, and words nobody knows (perhaps values). */
export function chunk(tokens: readonly Token[], vocabulary: Vocabulary, today: Date): Chunk[] {
  const words = tokens.map((token) => (token.kind === 'quoted' ? '\u0000' : token.lower));
  const chunks: Chunk[] = [];
  let at = 0;
  while (at < tokens.length) {
    const token = tokens[at];
    if (token === undefined) break;
    const text = (length: number): string =>
      tokens
        .slice(at, at + length)
        .map((part) => part.text)
        .join(' ');
    const date = token.kind === 'quoted' ? null : readDate(tokens, at, today);
    if (date !== null) {
      chunks.push({ kind: 'date', text: text(date.length), range: date.range });
      at += date.length;
      continue;
    }
    const region = regionLength(tokens, at);
    if (region > 0) {
      chunks.push({ kind: 'word', text: text(region) });
      at += region;
      continue;
    }
    const inclusive = inclusiveLength(words, at, chunks.findLast((one) => one.kind === 'date')?.text ?? '');
    if (inclusive > 0) {
      chunks.push({ kind: 'key', text: text(inclusive), key: { is: 'filler' }, mention: null });
      at += inclusive;
      continue;
    }
    const mention = longestMention(tokens, at, vocabulary);
    const phrase = token.kind === 'quoted' || isGrade(tokens, at) ? null : readPhrase(words, at);
    const exactName =
      mention !== null &&
      mention.length === 1 &&
      phrase?.length === 1 &&
      !AUXILIARY.has(token.lower) &&
      mention.mention.candidates.some((candidate) => candidate.score === 1);
    if (
      mention !== null &&
      (phrase === null ||
        mention.length > phrase.length ||
        (phrase.key.is === 'link' && mention.length === phrase.length && isNamed(mention.mention)))
    ) {
      const isLink =
        phrase?.key.is === 'link' &&
        phrase.length === mention.length &&
        !mention.mention.candidates.some((candidate) => candidate.score === 1);
      chunks.push({ kind: 'mention', text: text(mention.length), mention: { ...mention.mention, isLink } });
      at += mention.length;
    } else if (phrase !== null) {
      chunks.push({
        kind: 'key',
        text: text(phrase.length),
        key: phrase.key,
        mention: exactName ? (mention?.mention ?? null) : null,
      });
      at += phrase.length;
    } else {
      if (token.kind === 'number') chunks.push({ kind: 'number', text: token.text, value: token.value });
      else chunks.push({ kind: token.kind === 'quoted' ? 'quoted' : 'word', text: token.text });
      at += 1;
    }
  }
  return chunks;
}

/** `in the past 30 days, inclusive of 30 days ago` says what the range says; `inclusive of today` would say another. */
function inclusiveLength(words: readonly string[], at: number, range: string): number {
  const lastOne = / ?last (\w+)$/.exec(range.toLowerCase())?.[1];
  if (
    words[at] === 'exclusive' &&
    lastOne !== undefined &&
    words.slice(at + 1, at + 5).join(' ') === `of the current ${lastOne}`
  )
    return 5;
  if (words[at] !== 'inclusive') return 0;
  const rest = words.slice(at + 1, at + 8).join(' ');
  const both = /^of (?:the )?(?:both|start and end|both start and end)(?: (?:dates?|days?))?(?= |$)/.exec(rest)?.[0];
  if (both !== undefined) return 1 + both.split(' ').length;
  const ago = /^of (\d+ [a-z]+?)s? ago(?= |$)/.exec(rest)?.[1];
  const said = / ?past (week|month|year)$/.exec(range.toLowerCase())?.[1];
  const reached = said === undefined ? range : `1 ${said}${said === 'week' ? ' 7 day' : ''}`;
  return ago !== undefined && reached.includes(ago) ? 'inclusive of 30 days ago'.split(' ').length : 0;
}

/** `United States` and `South Korea` are one value, whatever a part of them may name. */
function regionLength(tokens: readonly Token[], at: number): number {
  for (const length of [3, 2]) {
    const slice = tokens.slice(at, at + length);
    const isCapital = slice.length === length && slice.every((one) => one.kind === 'word' && /^\p{Lu}/u.test(one.text));
    if (isCapital && otherNames(slice.map((one) => one.text).join(' ')).length > 0) return length;
  }
  return 0;
}

/** A capital A inside a sentence is a value, not an article: `a grade of A`. */
function isGrade(tokens: readonly Token[], at: number): boolean {
  return tokens[at]?.text === 'A' && at > 0 && tokens[at - 1]?.kind !== 'mark';
}

/** Whether the words say (nearly) the whole of a name, rather than a part of one. */
function isNamed(mention: Mention): boolean {
  return mention.candidates.some((candidate) => candidate.score >= NAMED);
}

function longestMention(
  tokens: readonly Token[],
  at: number,
  vocabulary: Vocabulary,
): { mention: Mention; length: number } | null {
  for (let length = Math.min(MENTION_WORDS_MAX, tokens.length - at); length > 0; length -= 1) {
    const slice = tokens.slice(at, at + length);
    if (slice.some((token) => token.kind !== 'word')) continue;
    if (INNER.has(slice[0]?.lower ?? '') || INNER.has(slice.at(-1)?.lower ?? '')) continue;
    if (slice.some((part) => OUTER.has(part.lower))) continue;
    const words = slice
      .map((token) => token.lower)
      .flatMap((word) => word.split(/[_-]/))
      .filter((word) => word !== '' && !INNER.has(word));
    const candidates = vocabulary.find(words);
    if (candidates.length === 0) continue;
    // Two words are one name only when they say it (nearly) all; else each word speaks for itself.
    if (length > 1 && !candidates.some((candidate) => candidate.score >= NAMED)) continue;
    const parts =
      length === 1
        ? []
        : slice
            .filter((token) => !INNER.has(token.lower))
            .map((token): Mention => ({
              text: token.text,
              isLink: false,
              candidates: vocabulary.find([token.lower]),
              parts: [],
            }));
    const text = slice.map((token) => token.text).join(' ');
    return {
      mention: {
        text,
        isLink: false,
        candidates,
        parts: parts.every((part) => part.candidates.length > 0) ? parts : [],
      },
      length,
    };
  }
  return null;
}
