export type TokenKind = 'keyword' | 'word' | 'string' | 'number' | 'comment' | 'space' | 'sign';
export type Token = { kind: TokenKind; text: string };

const KEYWORDS = new Set(
  `all and any as asc between by case cast cross date desc distinct else end except exists extract false fetch filter first for from full
  group having ilike in inner intersect interval is join last lateral left like limit natural not null nulls offset on or order outer over partition
  right rows select some table then true union using values when where window with`.split(/\s+/),
);

// Comment, dollar-quoted and quoted strings, values that were held back, quoted names, numbers, words, spaces, then any sign.
const PATTERN =
  /(--[^\n]*|\/\*[\s\S]*?\*\/)|(\$(?:[a-z_]\w*)?\$[\s\S]*?\$(?:[a-z_]\w*)?\$|[eE]?'(?:[^']|'')*'|:v[1-9]\d*\b)|("(?:[^"]|"")*")|(\d+(?:\.\d+)?(?:e[+-]?\d+)?)|([\p{L}_$][\p{L}\p{N}_$]*)|(\s+)|(::|<=|>=|<>|!=|\|\||[\s\S])/giu;

/** Splits SQL for tinting and comparing; never used to decide anything. The texts of the tokens add up to the input. */
export function tokens(sql: string): Token[] {
  return Array.from(sql.matchAll(PATTERN), ([text, comment, string, name, digits, word, space]) => ({
    kind: kindOf(text, { comment, string, name, digits, word, space }),
    text,
  }));
}

function kindOf(
  text: string,
  match: Record<'comment' | 'string' | 'name' | 'digits' | 'word' | 'space', string | undefined>,
): TokenKind {
  if (match.comment !== undefined) return 'comment';
  if (match.string !== undefined) return 'string';
  if (match.name !== undefined) return 'word';
  if (match.digits !== undefined) return 'number';
  if (match.space !== undefined) return 'space';
  if (match.word !== undefined) return KEYWORDS.has(text.toLowerCase()) ? 'keyword' : 'word';
  return 'sign';
}

const CLAUSES = new Set([
  'from',
  'where',
  'group',
  'having',
  'order',
  'limit',
  'offset',
  'union',
  'join',
  'left',
  'right',
  'inner',
  'cross',
  'full',
  'window',
]);

/**
 * The same tokens with line breaks before the clauses, so that one long line can be read. Only spaces change.
 * SQL that already has line breaks is left as it is.
 */
export function arranged(list: readonly Token[]): Token[] {
  if (list.some((token) => token.text.includes('\n'))) return [...list];
  let depth = 0;
  let previous = '';
  return list.map((token, index) => {
    if (token.text === '(') depth += 1;
    if (token.text === ')') depth -= 1;
    const next = list[index + 1]?.text.toLowerCase() ?? '';
    const breaks =
      token.kind === 'space' &&
      depth === 0 &&
      CLAUSES.has(next) &&
      !(next === 'join' && CLAUSES.has(previous)) &&
      previous !== 'distinct';
    if (token.kind !== 'space') previous = token.text.toLowerCase();
    return breaks ? { kind: 'space', text: '\n' } : token;
  });
}
