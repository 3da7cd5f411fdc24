import { decodeRuns, unescapeLayers } from './decode.ts';

/** Characters by which a place is found at once; any of these in a token, since none says where it begins in what is looked at. */
const GRAM = 8;
const TOKEN_LENGTH = 32;
/** Between two places that are looked up, so that every token has one of them within it. */
const STRIDE = TOKEN_LENGTH - GRAM + 1;
/** Base64 within base64 within base64. */
const DEPTH_MAX = 3;
/** What is looked at together; what comes is cut so, and memory does not grow with it. */
const WINDOW_SIZE = 64 * 1024;
/** How much of the end of a window is looked at again with the next: a token, each of its characters escaped twice, spread out. */
export const OVERLAP_SIZE = 4 * 1024;

const BEYOND_ASCII = /[\u0080-\u00ff]/;

export type Scanner = {
  /** A stream's worth of looking; its state is bounded, whatever comes. */
  start(): Scan;
};

export type Scan = {
  /** The next bytes, in any cut: the token that was found, or null while none ends in what has come so far. */
  next(chunk: Uint8Array): string | null;
};

/** `tokens`: 32 lower-case hex digits each. Finds each of them also upper case, backwards, apart, escaped, encoded, or as 16 bytes. */
export function createScanner(tokens: readonly string[]): Scanner {
  const grams = new Map<string, Set<string>>();
  for (const token of tokens)
    for (const form of [token, reversed(token)])
      for (let at = 0; at + GRAM <= form.length; at += 1) {
        const gram = form.slice(at, at + GRAM);
        grams.set(gram, (grams.get(gram) ?? new Set()).add(token));
      }
  // Without backslashes: a text has more of them where they are escaped, or none where they escape what follows.
  const raw = tokens.map((token) => ({ token, bytes: bare(Buffer.from(token, 'hex').toString('latin1')) }));

  /** Only what hex is written with stays, so that dashes, spaces, zeros of UTF-16 and quotes between do not matter. */
  const findIn = (text: string): string | null => {
    const squeezed = text.toLowerCase().replace(/[^0-9a-z]+/g, '');
    for (let at = 0; at + GRAM <= squeezed.length; at += STRIDE)
      for (const token of grams.get(squeezed.slice(at, at + GRAM)) ?? []) {
        const around = squeezed.slice(Math.max(0, at - TOKEN_LENGTH), at + 2 * TOKEN_LENGTH);
        if (around.includes(token) || around.includes(reversed(token))) return token;
      }
    return null;
  };
  const findBytes = (text: string): string | null => {
    const searched = bare(text);
    return raw.find(({ bytes }) => searched.includes(bytes))?.token ?? null;
  };
  const look = (text: string, depth: number): string | null => {
    for (const layer of unescapeLayers(text)) {
      const found = findBytes(layer) ?? findIn(layer);
      if (found !== null) return found;
      if (depth < DEPTH_MAX)
        for (const decoded of decodeRuns(layer)) {
          const within = look(decoded, depth + 1);
          if (within !== null) return within;
        }
    }
    return null;
  };

  /** Sixteen bytes that somebody took for a text are other bytes in UTF-8. */
  const lookAsText = (text: string): string | null =>
    BEYOND_ASCII.test(text) ? look(Buffer.from(text, 'latin1').toString('utf8'), DEPTH_MAX) : null;

  return {
    start() {
      let held = '';
      return {
        next(chunk) {
          if (tokens.length === 0) return null;
          for (let at = 0; at < chunk.length; at += WINDOW_SIZE) {
            held = held.slice(-OVERLAP_SIZE) + Buffer.from(chunk.subarray(at, at + WINDOW_SIZE)).toString('latin1');
            const token = look(held, 0) ?? lookAsText(held);
            if (token !== null) return token;
          }
          return null;
        },
      };
    },
  };
}

function reversed(token: string): string {
  return Array.from(token).reverse().join('');
}

function bare(text: string): string {
  return text.replaceAll('\\', '');
}
