import { arranged, type Token, tokens } from './tokens.ts';

export type Piece = { change: 'same' | 'added' | 'removed'; token: Token };

/** More tokens than this are not compared one by one: the table would not fit. */
const TOKENS_MAX = 3000;

/**
 * What the guard changed: the tokens of `run`, with those that `asked` did not have marked as added, and those of
 * `asked` that are gone marked as removed. Spaces, and the case of words outside quotes, are no difference.
 */
export function diff(asked: string, run: string): Piece[] {
  const before = tokens(asked).filter(
    (token) => token.kind !== 'space' && token.kind !== 'comment' && token.text !== ';',
  );
  const after = arranged(tokens(run));
  const solid = after.filter((token) => token.kind !== 'space');
  if (before.length > TOKENS_MAX || solid.length > TOKENS_MAX) return after.map((token) => ({ change: 'same', token }));
  return weave(before, after, solid);
}

function key(token: Token): string {
  return token.kind === 'word' || token.kind === 'keyword'
    ? token.text.toLowerCase().replace(/^"([a-z_][a-z0-9_]*)"$/, '$1')
    : token.text;
}

function weave(before: readonly Token[], after: readonly Token[], solid: readonly Token[]): Piece[] {
  const keysBefore = before.map(key);
  const keysAfter = solid.map(key);
  const lengths = commonLengths(keysBefore, keysAfter);
  const width = keysAfter.length + 1;
  const out: Piece[] = [];
  let i = 0;
  let j = 0;
  for (const token of after) {
    if (token.kind === 'space') {
      out.push({ change: out.at(-1)?.change === 'added' && keysBefore[i] !== keysAfter[j] ? 'added' : 'same', token });
      continue;
    }
    while (
      i < before.length &&
      keysBefore[i] !== keysAfter[j] &&
      (lengths[(i + 1) * width + j] ?? 0) >= (lengths[i * width + j + 1] ?? 0)
    ) {
      out.push({ change: 'removed', token: before[i] ?? token });
      i += 1;
    }
    const same = i < before.length && keysBefore[i] === keysAfter[j];
    out.push({ change: same ? 'same' : 'added', token });
    if (same) i += 1;
    j += 1;
  }
  for (const token of before.slice(i)) out.push({ change: 'removed', token });
  return out;
}

/** Lengths of the longest common subsequences of all suffixes, row by row. */
function commonLengths(a: readonly string[], b: readonly string[]): Uint16Array {
  const width = b.length + 1;
  const lengths = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      lengths[i * width + j] =
        a[i] === b[j]
          ? (lengths[(i + 1) * width + j + 1] ?? 0) + 1
          : Math.max(lengths[(i + 1) * width + j] ?? 0, lengths[i * width + j + 1] ?? 0);
    }
  }
  return lengths;
}
