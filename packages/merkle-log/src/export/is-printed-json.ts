/** Whether `text` is JSON as `JSON.stringify` prints it, which is how it was hashed: so it can be read in one way only. */
export function isPrintedJson(text: string): boolean {
  if (isPlain(text)) return true;
  try {
    return JSON.stringify(JSON.parse(text)) === text;
  } catch {
    return false;
  }
}

/**
 * Most of what entries hold can be seen to print as itself in a quarter of the time that reading and printing take: one
 * value, or an object of such, that leaves no choice. Text has nothing to escape, a number is whole, no name comes twice,
 * and none looks like an index, since those would move to the front. False says nothing.
 */
function isPlain(text: string): boolean {
  if (text.charCodeAt(0) !== brace) return afterValue(text, 0) === text.length;
  let [at, members] = [0, 0];
  do {
    members += 1;
    // Each name is looked for in all of the text.
    if (members > membersMax) return false;
    const colon = afterText(text, at + 1);
    if (colon < 0 || text.charCodeAt(colon) !== colonSign || !isLetter(text.charCodeAt(at + 2))) return false;
    if (text.indexOf(text.slice(at + 1, colon + 1)) !== at + 1) return false;
    at = afterValue(text, colon + 1);
    if (at < 0) return false;
  } while (text.charCodeAt(at) === comma);
  return text.charCodeAt(at) === braceEnd && at + 1 === text.length;
}

/** Where the value that begins at `at` ends; -1 for one with a choice. */
function afterValue(text: string, at: number): number {
  if (text.charCodeAt(at) === quote) return afterText(text, at);
  for (const word of words) if (text.startsWith(word, at)) return at + word.length;
  let end = at;
  while (isDigit(text.charCodeAt(end))) end += 1;
  const startsWithZero = text.charCodeAt(at) === zero && end > at + 1;
  return end === at || end > at + digitsMax || startsWithZero ? -1 : end;
}

function afterText(text: string, at: number): number {
  if (text.charCodeAt(at) !== quote) return -1;
  let end = at + 1;
  while (isUnescaped(text.charCodeAt(end))) end += 1;
  return text.charCodeAt(end) === quote ? end + 1 : -1;
}

const [quote, colonSign, comma, brace, braceEnd, backslash, zero] = Array.from('":,{}\\0', (sign) =>
  sign.charCodeAt(0),
);
const words = ['null', 'true', 'false'];
const membersMax = 64;
/** Such numbers are exact, and printed digit by digit. */
const digitsMax = 15;

/** Printable ASCII but for the quote and the backslash. */
function isUnescaped(code: number): boolean {
  return code >= 0x20 && code < 0x7f && code !== quote && code !== backslash;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function isLetter(code: number): boolean {
  return code >= 0x61 && code <= 0x7a;
}
