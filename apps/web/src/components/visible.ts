/* Of text that somebody else wrote (a source, a colleague, a model): characters that show nothing and change what is beside them. Without them
   bidirectional marks make one statement look like another, and in tags (U+E0000 on) a whole sentence is written that a model reads and
   nobody sees. Joiners stay: scripts and emoji are written with them. */
const UNSEEN =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e007f}]/gu;

/** The text with such characters spelled out, e.g. `\u202e`. */
export function visible(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replace(UNSEEN, (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`);
}
