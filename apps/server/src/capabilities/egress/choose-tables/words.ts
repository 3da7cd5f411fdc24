import { IRREGULAR_PLURALS } from './english.ts';

/** More distinct words than a large workspace has; who brings more starts over. */
const REMEMBERED_MAX = 50_000;
const remembered = new Map<string, string>();

/** Words of a text, or of an identifier in any of the usual spellings (`flight_delay`, `flightDelay`, `HTTPServer`), in lower case. */
export function splitWords(text: string): string[] {
  return text
    .normalize('NFKC')
    .replace(/(\p{Ll}|\d)(\p{Lu})/gu, '$1 $2')
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
}

/** The part of an English word that its forms share; of no use but to be compared. */
export function stem(word: string): string {
  const known = remembered.get(word);
  if (known !== undefined) return known;
  const found = cutEndings(IRREGULAR_PLURALS.get(word) ?? word);
  if (remembered.size >= REMEMBERED_MAX) remembered.clear();
  remembered.set(word, found);
  return found;
}

// After Porter ("An algorithm for suffix stripping", 1980), cut down to what names of tables need: measured, the rest of it finds no more.
function cutEndings(word: string): string {
  if (word.length < 4) return word;
  return word
    .replace(/ies$/, 'y')
    .replace(/(?<=ss|sh|ch|x|z)es$/, '')
    .replace(/(?<=[^su])s$/, '')
    .replace(/(?<=\p{L}{3})(?:ing|ed|er|or|ion|ation|ment|ly|al|ity)$/u, '')
    .replace(/(\p{L})\1$/u, '$1')
    .replace(/(?<=\p{L}{3})e$/u, '')
    .replace(/y$/, 'i');
}
