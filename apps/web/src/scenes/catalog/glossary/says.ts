import type { Term } from '@strongroom/protocol';

/** Whether a term says all of these words, whatever their case. */
export function says(
  { name, synonyms, definition }: Pick<Term, 'name' | 'synonyms' | 'definition'>,
  words: string,
): boolean {
  const text = [name, ...synonyms, definition].join('\n').toLowerCase();
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
