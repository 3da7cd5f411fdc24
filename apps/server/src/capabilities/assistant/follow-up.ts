import { type AskerWords, askerWordsSchema } from '@strongroom/protocol';

/** Said before what is meant: `and by month?`, `ok, now only from Denver`. */
const LEAD = /^(?:(?:and|but|then|now|also|ok|okay|so|please)\b[\s,]*)+/i;
const INSTEAD = /^(?:what|how) about\s+(?:the\s+)?|\s+instead$/i;
const GROUP = /^(?:(?:grouped|broken down|split) )?(by|per|for each|in each)\s/i;
const ONLY = /^(?:only|just)\s+/i;
const CONDITION =
  /^(?:in|from|to|at|on|during|since|before|after|between|with|without|where|excluding|except|longer|shorter|more|less|over|under|above|below|delayed|that|which)\s/i;
const RANKING = /^(?:(?:show|list|give)(?: me)? )?(?:only )?(?:the )?(top|bottom|first|last) (\S+)$/i;
/** The sentence that ends a question: `Show the top 5`. */
const CLOSING = /[?.]\s+(?:show|list|give)\b.*$/i;
const DATE =
  /\b(?:\d{4}|jan|feb|mar|apr|may|june?|july?|aug|sep|oct|nov|dec|january|february|march|april|august|september|october|november|december|q[1-4]|today|yesterday|week|month|year|quarter)\b/i;
const PLACES = ['from', 'to', 'at', 'in', 'on', 'during', 'since', 'before', 'after'] as const;
const ENDS =
  'by|per|for|in|from|to|at|on|during|since|before|after|between|with|and|or|that|which|were|was|are|is|delayed|longer|shorter|over|under';

/**
 * A follow-up and what it goes on from as one question, for a translator that reads one at a time: a group, a condition, a ranking or another
 * value is put into the earlier words. null for words that are none of these: they are a question of their own, or not understood.
 */
export function readTogether(earlier: AskerWords, words: AskerWords): AskerWords | null {
  const said = words.replace(/[\s?.!]+$/, '').replace(LEAD, '');
  const isInstead = INSTEAD.test(said);
  const wanted = said.replace(INSTEAD, '');
  const { head, closing } = apart(earlier);
  const ranking = RANKING.exec(wanted);
  const merged =
    ranking !== null
      ? `${head}. Show the ${ranking[1]} ${ranking[2]}`
      : GROUP.test(wanted)
        ? `${head} ${wanted.replace(GROUP, '$1 ')}${closing}`
        : withCondition(head, closing, { wanted, isInstead });
  return merged === null ? null : (askerWordsSchema.safeParse(merged).data ?? null);
}

function apart(earlier: string): { head: string; closing: string } {
  const words = earlier.replace(/[\s?.!]+$/, '');
  const closing = CLOSING.exec(words)?.[0] ?? '';
  return { head: words.slice(0, words.length - closing.length), closing };
}

function withCondition(
  head: string,
  closing: string,
  { wanted, isInstead }: { wanted: string; isInstead: boolean },
): string | null {
  const isOnly = ONLY.test(wanted);
  const condition = wanted.replace(ONLY, '');
  const place = PLACES.find((one) => condition.toLowerCase().startsWith(`${one} `));
  if (place !== undefined) {
    const value = condition.slice(place.length + 1);
    const before = phraseOf(head, place);
    // Of a place and a time that both are `in`, neither stands for the other.
    if (before !== null && DATE.test(before.value) === DATE.test(value))
      return head.slice(0, before.start) + condition + head.slice(before.end) + closing;
    return `${head} ${condition}${closing}`;
  }
  if (CONDITION.test(condition)) return `${head} ${condition}${closing}`;
  if (isInstead) return withOtherValue(head, closing, condition);
  return isOnly ? `${head} ${condition}${closing}` : null;
}

/** `what about Denver?`, where the earlier words name one value that it can stand for. */
function withOtherValue(head: string, closing: string, value: string): string | null {
  const phrases = PLACES.flatMap((place) => {
    const phrase = phraseOf(head, place);
    return phrase !== null && DATE.test(phrase.value) === DATE.test(value) ? [{ ...phrase, place }] : [];
  });
  const [only] = phrases;
  if (only === undefined || phrases.length > 1) return null;
  return `${head.slice(0, only.start)}${only.place} ${value}${head.slice(only.end)}${closing}`;
}

/** `from Chicago` in the words, where there is exactly one such. */
function phraseOf(words: string, place: string): { start: number; end: number; value: string } | null {
  const found = [...words.matchAll(new RegExp(`\\b${place}\\s+(?<value>.+?)(?=\\s+(?:${ENDS})\\b|[?.,!]|$)`, 'gi'))];
  const [phrase] = found;
  if (phrase === undefined || found.length > 1) return null;
  return { start: phrase.index, end: phrase.index + phrase[0].length, value: phrase.groups?.['value'] ?? '' };
}
