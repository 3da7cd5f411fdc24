const stringOrOther = /"[^"\\]*(?:\\.[^"\\]*)*"|[^\s"]+/g;

/**
 * Whether `text` is the JSON of `value` and says nothing else: no key twice or beside those that were read, no number
 * written differently. Space between the parts and the way a character is escaped don't matter. `text` is valid JSON.
 */
export function printsAs(text: string, value: unknown): boolean {
  const printed = JSON.stringify(value);
  if (text === printed) return true;
  const parts = text.match(stringOrOther) ?? [];
  return parts.map((part) => (part.startsWith('"') ? JSON.stringify(JSON.parse(part)) : part)).join('') === printed;
}
