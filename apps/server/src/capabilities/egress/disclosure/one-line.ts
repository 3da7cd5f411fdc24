/** Control characters, line and paragraph ends, marks that turn text around, and letters that nobody sees. */
const UNSEEN =
  /[\p{Cc}\p{Zl}\p{Zp}\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e007f}]/gu;

/**
 * A name or a text that somebody else wrote, in one line: what ends a line in it is spelled out, or it could begin what looks like another
 * part, with instructions of its own. So is what the asker would not see where the bytes are shown.
 */
export function oneLine(text: string): string {
  return text.replace(UNSEEN, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}
