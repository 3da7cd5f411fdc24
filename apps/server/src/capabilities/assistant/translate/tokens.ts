/** The words of a question as written, and nothing dropped: what is not accounted for later is a reason to decline. */
export type Token = {
  readonly kind: 'word' | 'number' | 'quoted' | 'mark';
  /** As written, for looking up a value. */
  readonly text: string;
  readonly lower: string;
  /** Of a number; NaN otherwise. */
  readonly value: number;
};

const NUMBER_WORDS = [
  'zero',
  'one',
  'two',
  'three',
  'four',
  'five',
  'six',
  'seven',
  'eight',
  'nine',
  'ten',
  'eleven',
  'twelve',
];
const TENS: Readonly<Record<string, number>> = {
  fifteen: 15,
  twenty: 20,
  thirty: 30,
  forty: 40,
  fifty: 50,
  sixty: 60,
  ninety: 90,
  hundred: 100,
  thousand: 1000,
};
const SCALES: Readonly<Record<string, number>> = { k: 1e3, thousand: 1e3, m: 1e6, million: 1e6, billion: 1e9 };

const PATTERN =
  /"([^"]{1,200})"|“([^”]{1,200})”|`([^`]{1,200})`|(?<![\p{L}\p{N}])'([^']{1,200})'|\d{4}-\d{2}-\d{2}|\d{1,2}\/\d{1,2}\/\d{4}|-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:(?:st|nd|rd|th|k|m|s)\b|%)?(?![\p{L}\p{N}-])|[\p{L}\p{N}][\p{L}\p{N}_&]*(?:['’.-][\p{L}\p{N}_]+)*|[<>!=]=?|[?.!,;:()]/gu;

export function tokenize(question: string): Token[] {
  const tokens: Token[] = [];
  let end = 0;
  for (const match of question.matchAll(PATTERN)) {
    const between = question.slice(end, match.index).replace(/[\s()"“”`'’-]/g, '');
    if (between !== '') tokens.push(make('word', between));
    end = match.index + match[0].length;
    tokens.push(...read(match[0], match[1] ?? match[2] ?? match[3] ?? match[4]));
  }
  const rest = question.slice(end).replace(/[\s()"“”`'’-]/g, '');
  if (rest !== '') tokens.push(make('word', rest));
  return joinScales(tokens);
}

function read(text: string, quoted: string | undefined): Token[] {
  if (quoted !== undefined) return [make('quoted', quoted.trim())];
  if (/^\d{4}-\d{2}-\d{2}$|^\d{1,2}\/\d{1,2}\/\d{4}$/.test(text)) return [make('word', text)];
  if (/^-?[\d,]+(\.\d+)?$/.test(text)) return [make('number', text, Number(text.replaceAll(',', '')))];
  const scaled = /^(-?[\d,.]+)([km])$/i.exec(text);
  if (scaled !== null)
    return [
      make('number', text, Number(scaled[1]?.replaceAll(',', '')) * (SCALES[scaled[2]?.toLowerCase() ?? ''] ?? NaN)),
    ];
  if (/^[<>!=?.,;:()]/.test(text)) return [make('mark', text)];
  const lower = text.toLowerCase();
  const small = NUMBER_WORDS.indexOf(lower);
  if (small > 0) return [make('number', text, small)];
  const tens = TENS[lower];
  if (tens !== undefined && lower !== 'thousand') return [make('number', text, tens)];
  const joined = /^(highest|lowest|best|worst|top|non)-(\p{L}+)$/iu.exec(text);
  if (joined !== null) return [make('word', joined[1] ?? ''), make('word', joined[2] ?? '')];
  const owner = /^(.+)['’]s?$/.exec(text) ?? /^(.+)['’]s$/.exec(text);
  return [make('word', owner?.[1] ?? text)];
}

function make(kind: Token['kind'], text: string, value = Number.NaN): Token {
  return { kind, text, lower: text.toLowerCase(), value };
}

/** `5 million` is one number, `signed up` one verb. */
function joinScales(tokens: readonly Token[]): Token[] {
  const joined: Token[] = [];
  for (const token of tokens) {
    const before = joined.at(-1);
    const scale = SCALES[token.lower];
    if (before?.kind === 'number' && token.kind === 'word' && token.lower.length > 1 && scale !== undefined) {
      joined[joined.length - 1] = make('number', `${before.text} ${token.text}`, before.value * scale);
    } else if (token.lower === 'up' && /^sign(ed|ing|s)?$/.test(before?.lower ?? '')) {
      joined[joined.length - 1] = make('word', 'signup');
    } else joined.push(token);
  }
  return joined;
}
