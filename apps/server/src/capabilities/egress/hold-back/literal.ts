import type { HeldLiteral } from '@strongroom/protocol';

/** A value in a text: what it is, how it was typed, and its canonical form: `1200.5`, `2001-03-03`, the text itself. */
export type Literal = Pick<HeldLiteral, 'kind' | 'typed' | 'value'>;

/** Characters `start` to before `end` of a text, and what stands there instead: words of ours around literals. */
export type Found = { readonly start: number; readonly end: number; readonly instead: readonly (string | Literal)[] };

/** Stands where something was found. No text that a person typed has it, and nothing reaches over it: neither a name nor a telephone number. */
export const FOUND = '\0';

/** The text with what was found blanked out, every other character where it was: nothing is found twice. */
export function blank(text: string, found: readonly Found[]): string {
  return found.reduce(
    (rest, { start, end }) => rest.slice(0, start) + FOUND.repeat(end - start) + rest.slice(end),
    text,
  );
}
