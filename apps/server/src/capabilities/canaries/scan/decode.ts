/** A run of backslashes is read from its beginning alone: from each of its characters on, a long one would take the square of its length. */
const ESCAPED =
  /(?<!\\)\\+(?:u\{([0-9a-f]{1,6})\}|u([0-9a-f]{4})|x([0-9a-f]{2})|([nrtbf"'/]))|&#x([0-9a-f]{1,6});?|&#(\d{1,7});?|[%=]([0-9a-f]{2})/gi;
const CONTROLS: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' };
/** What hides behind more layers than these was hidden on purpose, by somebody who could as well encrypt. */
const ESCAPE_LAYERS_MAX = 3;
/** A word that is longer than words are, and the lines after it: a token of 16 bytes takes 22 of these, or two lines of a mail. */
const BASE64_RUN = /[A-Za-z0-9+/_-]{16,}(?:\s+[A-Za-z0-9+/_-]{16,})*(?:\s+[A-Za-z0-9+/_-]+)?/g;
const HEX_RUN = /(?:[0-9a-f]{2}\s*){16,}/gi;
/** Bytes as JSON has them: `[54,102]` of a `Buffer`, `{"0":54,"1":102}` of another array of bytes. */
const DECIMAL_RUN = /-?\b\d{1,3}(?:\s*,\s*(?:"\d{1,8}"\s*:\s*)?-?\d{1,3}\b){15,}/g;
const DECIMAL_NAME = /"\d+"\s*:/g;

/**
 * The text, and what it is without its escapes, one layer after another: those of JSON, JavaScript, HTML and XML, URLs and
 * quoted-printable. Each layer may also spoil what was no escape (`=3f` in a URL), so each is to be looked at.
 */
export function* unescapeLayers(text: string): Generator<string, void, undefined> {
  let current = text;
  yield current;
  for (let layer = 0; layer < ESCAPE_LAYERS_MAX && /[\\&%=]/.test(current); layer += 1) {
    const next = current.replace(ESCAPED, (whole, ...found: (string | undefined)[]) => {
      const [braced, unit, byte, letter, entityHex, entity, percent] = found;
      if (letter !== undefined) return CONTROLS[letter.toLowerCase()] ?? letter;
      const hex = braced ?? unit ?? byte ?? entityHex ?? percent;
      const code = hex === undefined ? Number.parseInt(entity ?? '', 10) : Number.parseInt(hex, 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    });
    if (next === current) return;
    current = next;
    yield current;
  }
}

/** What stands in base64 (RFC 4648 sections 4 and 5), base 16 or decimal numbers, as latin1, wherever in it the bytes begin; lines may break it. */
export function* decodeRuns(text: string): Generator<string, void, undefined> {
  for (const [lines] of text.matchAll(BASE64_RUN)) {
    const run = lines.replace(/\s+/g, '');
    for (let from = 0; from < 4; from += 1) yield Buffer.from(run.slice(from), 'base64').toString('latin1');
  }
  for (const [lines] of text.matchAll(HEX_RUN)) {
    const run = lines.replace(/\s+/g, '');
    for (let from = 0; from < 2; from += 1) yield Buffer.from(run.slice(from), 'hex').toString('latin1');
  }
  for (const [numbers] of text.matchAll(DECIMAL_RUN))
    yield Buffer.from(numbers.replace(DECIMAL_NAME, '').split(',').map(Number)).toString('latin1');
}
