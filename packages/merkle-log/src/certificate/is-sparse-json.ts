const [quote, backslash] = [0x22, 0x5c];
const [opening, closing] = [new Set([0x5b, 0x7b]), new Set([0x5d, 0x7d])];
const separators = new Set([0x2c, 0x3a]);

/**
 * Whether `text` is no deeper than `depthMax` and has no more parts than one for `charactersMin` characters: else 64 MiB
 * of nothing but brackets become gigabytes when they are parsed. Does not say that it is JSON.
 */
export function isSparseJson(text: string, depthMax: number, charactersMin: number): boolean {
  const partsMax = 64 + text.length / charactersMin;
  let [depth, parts, quoted] = [0, 0, false];
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charCodeAt(at);
    if (character === quote) quoted = !quoted;
    else if (quoted) at += character === backslash ? 1 : 0;
    else if (opening.has(character)) [depth, parts] = [depth + 1, parts + 1];
    else if (closing.has(character)) depth -= 1;
    else if (separators.has(character)) parts += 1;
    if (depth > depthMax || parts > partsMax) return false;
  }
  return true;
}
