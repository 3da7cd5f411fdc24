/* Text from a source, a file or a colleague is hostile to a terminal: escape sequences move its cursor, set its title,
   bidirectional marks make one thing look like another, and in tags (U+E0000 on) a sentence is written that a model reads and nobody sees. */
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\u{e0000}-\u{e007f}]/gu;
const UNSAFE_BUT_LINES =
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\u{e0000}-\u{e007f}]/gu;
const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function visible(character: string): string {
  return SHORT[character] ?? `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;
}

/** One line that a terminal shows as it is: what would steer it is spelled out, e.g. `\u001b`. */
export function plainLine(text: string): string {
  return text.replace(UNSAFE, visible);
}

/** The same, keeping line ends: for SQL and other texts of several lines. */
export function plainText(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(UNSAFE_BUT_LINES, visible);
}

/** JSON that means the same and steers no terminal: what `JSON.stringify` leaves raw is escaped too. */
export function plainJson(json: string): string {
  // By halves: JSON has no other escape for what lies beyond four digits.
  return json.replace(UNSAFE_BUT_LINES, (character) =>
    character.replace(/[^]/g, (half) => `\\u${half.charCodeAt(0).toString(16).padStart(4, '0')}`),
  );
}
