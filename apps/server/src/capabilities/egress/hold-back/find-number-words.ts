import type { Found } from './literal.ts';

const SMALL = [
  'zero one two three four five six seven eight nine ten',
  'eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen',
]
  .join(' ')
  .split(' ');
const TENS = 'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');
const BIG: Readonly<Record<string, number>> = { dozen: 12, hundred: 100, thousand: 1e3, million: 1e6, billion: 1e9 };
const WORD = [...SMALL, ...TENS, ...Object.keys(BIG)].join('|');
/** `a million` is a number as `one million` is; a lone `million`, as in `by the million`, is none. */
const RUN = new RegExp(
  `\\b(?:an?\\s+(?=(?:${Object.keys(BIG).join('|')})\\b))?(?:${WORD})(?:(?:\\s+and\\s+|[\\s-]+)(?:${WORD}))*\\b`,
  'gi',
);

/** Numbers in words. A lone `one` is none: `which one`. */
export function findNumberWords(text: string): Found[] {
  return [...text.matchAll(RUN)].flatMap(({ 0: typed, index }) =>
    // `two and three` are two numbers; `two hundred and three` is one.
    split(typed).flatMap(({ words, at }) => {
      if (/^(?:one|zero|dozen|hundred|thousand|million|billion)$/i.test(words)) return [];
      const literal = { kind: 'number', typed: words, value: String(valueOf(words)) } as const;
      return [{ start: index + at, end: index + at + words.length, instead: [literal] }];
    }),
  );
}

function split(typed: string): { words: string; at: number }[] {
  const parts: { words: string; at: number }[] = [];
  let at = 0;
  for (const words of typed.split(/(?<!dozen|hundred|thousand|million|billion)\s+and\s+/i)) {
    const place = typed.indexOf(words, at);
    parts.push({ words, at: place });
    at = place + words.length;
  }
  return parts;
}

function valueOf(words: string): number {
  let [total, group] = [0, 0];
  for (const word of words.toLowerCase().split(/[\s-]+/)) {
    const big = BIG[word];
    if (big === undefined)
      group += Math.max(SMALL.indexOf(word), (TENS.indexOf(word) + 2) * (TENS.includes(word) ? 10 : 0), 0);
    else if (big === 100) group = Math.max(group, 1) * 100;
    else [total, group] = [total + Math.max(group, 1) * big, 0];
  }
  return total + group;
}
