import { notSupportedHere, unprintable } from './refusal.ts';

/** In backquotes, which no sql_mode gives another meaning. */
export function identifier(name: string): string {
  if (name.includes('\0')) throw unprintable();
  // MariaDB has no name with a space at its ends, and none with a character beyond the basic plane.
  if (name === '' || name.trim() !== name) throw notSupportedHere('a name with a space at its end');
  if (/[^\0-\uffff]/u.test(name)) throw notSupportedHere('a name with such a character');
  return `\`${name.replaceAll('`', '``')}\``;
}

/** As a text that compares by its bytes, trailing spaces included. `value`: an expression. */
export function exactText(value: string): string {
  return `(CONVERT(${value} USING utf8mb4) COLLATE utf8mb4_nopad_bin)`;
}

/** The same text under every sql_mode, compared by its bytes as every text of the session is. */
export function string(value: string): string {
  const printed = literal(value);
  // What is marked with its character set would compare as that does by default: with no notice of case.
  return printed.startsWith('_') ? `(${printed} COLLATE utf8mb4_nopad_bin)` : printed;
}

/** A bare literal: one with a backslash goes as hexadecimal digits, which NO_BACKSLASH_ESCAPES leaves alone. */
export function literal(value: string): string {
  if (value.includes('\0')) throw unprintable();
  if (value.includes('\\')) return `_utf8mb4 X'${Buffer.from(value).toString('hex').toUpperCase()}'`;
  return `'${value.replaceAll("'", "''")}'`;
}

/** Tokens of our own print. `@strongroom_1` is a value that the connector sets. */
const TOKENS =
  /(?:`(?:[^`\0]|``)+`|'(?:[^'\\\0]|'')*'|_utf8mb4 X'(?:[0-9A-F]{2})*'|X'(?:[0-9A-F]{2})*'|@strongroom_[1-9]\b|[A-Za-z_][A-Za-z0-9_]*|\d+(?:\.\d*)?(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?|<=>|<=|>=|<>|!=|[-+*/%=<>(),. ])/gy;

/**
 * INVARIANT: the text is made of nothing but names in backquotes, values in single quotes without a backslash, words, numbers and
 * operators: no comment of any kind (`/*!` runs what is inside), no second statement, no variable of the server.
 */
export function checkTokens(printed: string): void {
  TOKENS.lastIndex = 0;
  let at = 0;
  let before = '';
  for (let match = TOKENS.exec(printed); match !== null; match = TOKENS.exec(printed)) {
    const token = match[0];
    if ((token === '-' && before === '-') || (token === '*' && before === '/')) throw unprintable();
    before = token;
    at = TOKENS.lastIndex;
    if (at === printed.length) return;
  }
  throw unprintable();
}
