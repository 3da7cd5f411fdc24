import type { Found, Literal } from './literal.ts';

/** By which a number is multiplied, as powers of ten. */
const SCALES: Readonly<Record<string, number>> = {
  k: 3,
  thousand: 3,
  m: 6,
  mio: 6,
  million: 6,
  millions: 6,
  b: 9,
  bn: 9,
  billion: 9,
  billions: 9,
  hundred: 2,
};
const PHONE = /(?<![\w+])\+?\(?\d[\d ()./-]{5,}\d(?!\w)/g;
const NUMBER =
  /(?<![\w.,])(?<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d*\.\d+|\d+)(?:(?<scale>k|m|bn|b)(?!\w)|\s+(?<word>hundred|thousand|millions?|billions?|mio|bn)\b|(?:st|nd|rd|th)(?!\w)|(?!\w))/gi;
/** A word that holds a digit: a code, a serial number, a postcode. */
const CODE = /[#:@]?[\p{L}\p{N}][\p{L}\p{N}_@#/:.-]*/gu;

/**
 * Numbers as numbers; codes, telephone numbers and digits that begin with a zero as texts, since as numbers they would be others.
 * `isName`: whether a word is one of the catalog, such as `address2`.
 */
export function findNumbers(text: string, isName: (word: string) => boolean): Found[] {
  const found: Found[] = [];
  const isFree = (start: number, end: number): boolean => found.every((one) => end <= one.start || start >= one.end);
  const add = (start: number, typed: string, literal: Literal): void => {
    if (isFree(start, start + typed.length)) found.push({ start, end: start + typed.length, instead: [literal] });
  };
  for (const { 0: typed, index } of text.matchAll(PHONE))
    if (/^\+|[()]|\d-\d/.test(typed)) add(index, typed, { kind: 'text', typed, value: typed });
  for (const { 0: typed, index, groups = {} } of text.matchAll(NUMBER)) {
    const isPartOfCode =
      // `10.0.0.1`, `12.345.678`: no number goes on after a second point.
      /^(?:[\p{L}_#@/:-]|\.\d)/u.test(text.slice(index + typed.length)) ||
      /(?:[\p{L}_#@/:]|\p{L}-)$/u.test(text.slice(0, index));
    if (!isPartOfCode) add(index, typed, numberOf(typed, groups));
  }
  for (const { 0: word, index } of text.matchAll(CODE)) {
    const typed = word.replace(/[/:.-]+$/, '');
    if (/\p{N}/u.test(typed) && !isName(typed)) add(index, typed, { kind: 'text', typed, value: typed });
  }
  return found;
}

/** Digits that nothing has taken yet, of whatever was found beside them: `18` of `18-25`. */
export function findDigits(text: string, isName: (word: string) => boolean): Found[] {
  return [...text.matchAll(/[\p{L}\p{N}_]*\p{N}[\p{L}\p{N}_]*/gu)].flatMap(({ 0: typed, index }) => {
    if (isName(typed)) return [];
    const literal: Literal = /^\d+$/.test(typed)
      ? numberOf(typed, { digits: typed })
      : { kind: 'text', typed, value: typed };
    return [{ start: index, end: index + typed.length, instead: [literal] }];
  });
}

function numberOf(typed: string, groups: Record<string, string | undefined>): Literal {
  const digits = (groups['digits'] ?? '').replaceAll(',', '').replace(/^\./, '0.');
  if (/^0\d/.test(digits)) return { kind: 'text', typed, value: typed };
  const scale = SCALES[(groups['scale'] ?? groups['word'] ?? '').toLowerCase()] ?? 0;
  return { kind: 'number', typed, value: shifted(digits, scale) };
}

/** `1.5` by 6 powers of ten is `1500000`, by its digits, since a float would round it. */
function shifted(digits: string, powers: number): string {
  const [whole = '0', fraction = ''] = digits.split('.');
  const moved = whole + fraction.padEnd(powers, '0').slice(0, powers);
  const rest = fraction.slice(powers).replace(/0+$/, '');
  return `${moved.replace(/^0+(?=\d)/, '')}${rest === '' ? '' : `.${rest}`}`;
}
