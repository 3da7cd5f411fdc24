import type { Token } from './tokens.ts';

/** Half open, `YYYY-MM-DD`; null is open. `parts` is a month of any year, or days of the week. */
export type DateRange = {
  readonly from: string | null;
  readonly before: string | null;
  readonly month: number | null;
  readonly weekdays: readonly number[] | null;
};
export type DateReading = { readonly range: DateRange; readonly length: number };

const MONTHS = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
];
const DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
type Span = { from: Date; before: Date; length: number };
type Unit = 'day' | 'week' | 'month' | 'quarter' | 'year';

function day(year: number, month: number, date: number): Date {
  return new Date(Date.UTC(year, month, date));
}

function iso(date: Date): string {
  return date.toISOString().slice(0, 10);
}

function isYear(token: Token | undefined): boolean {
  return token?.kind === 'number' && /^(1[5-9]|20|21)\d\d$/.test(token.text);
}

function monthOf(token: Token | undefined): number {
  if (token?.kind !== 'word') return -1;
  const word = token.lower.replace(/\.$/, '');
  return MONTHS.findIndex(
    (month) =>
      month === word ||
      (word.length >= 3 && word !== 'mar' && month.slice(0, 3) === word) ||
      (word === 'sept' && month === 'september') ||
      (word === 'mar' && month === 'march'),
  );
}

function dayOfMonth(token: Token | undefined): number {
  const match = /^(\d{1,2})(st|nd|rd|th)?$/.exec(token?.lower ?? '');
  const value = Number(match?.[1]);
  return value >= 1 && value <= 31 ? value : -1;
}

/** A valid day, or null: there is no 31 June. */
function validDay(year: number, month: number, date: number, length: number): Span | null {
  const from = day(year, month, date);
  if (from.getUTCMonth() !== month || from.getUTCDate() !== date) return null;
  return { from, before: day(year, month, date + 1), length };
}

function skip(tokens: readonly Token[], at: number, ...words: string[]): number {
  return words.includes(tokens[at]?.lower ?? ' ') ? at + 1 : at;
}

/** One day, month, quarter, year or decade that stands at `at`; `year` completes a day or month that names none. */
function readSpan(tokens: readonly Token[], at: number, year: number | null): Span | null {
  const token = tokens[at];
  if (token === undefined) return null;
  const written = /^(\d{4})-(\d{2})-(\d{2})$/.exec(token.text);
  if (written !== null) return validDay(Number(written[1]), Number(written[2]) - 1, Number(written[3]), 1);
  const slashed = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/.exec(token.text);
  // 3/4/2001 is March in one country and April in another; only what reads one way is read.
  if (slashed !== null && Number(slashed[1]) <= 12 && (Number(slashed[2]) > 12 || slashed[1] === slashed[2]))
    return validDay(Number(slashed[3]), Number(slashed[1]) - 1, Number(slashed[2]), 1);
  if (slashed !== null && Number(slashed[1]) > 12)
    return validDay(Number(slashed[3]), Number(slashed[2]) - 1, Number(slashed[1]), 1);
  const quarter =
    /^q([1-4])$/.exec(token.lower)?.[1] ??
    (tokens[at + 1]?.lower === 'quarter'
      ? { first: '1', '1st': '1', second: '2', '2nd': '2', third: '3', '3rd': '3', fourth: '4', '4th': '4', last: '4' }[
          token.lower
        ]
      : undefined);
  if (quarter !== undefined) {
    const next = skip(tokens, at + (tokens[at + 1]?.lower === 'quarter' ? 2 : 1), 'of', ',');
    const chosen = isYear(tokens[next]) ? Number(tokens[next]?.text) : year;
    if (chosen === null) return null;
    return {
      from: day(chosen, Number(quarter) * 3 - 3, 1),
      before: day(chosen, Number(quarter) * 3, 1),
      length: (isYear(tokens[next]) ? next + 1 : next) - at,
    };
  }
  const month = monthOf(token);
  if (month >= 0) {
    const date = dayOfMonth(tokens[at + 1]);
    if (date > 0) {
      const next = skip(tokens, at + 2, ',', 'of');
      if (isYear(tokens[next])) return validDay(Number(tokens[next]?.text), month, date, next + 1 - at);
      return year === null ? null : validDay(year, month, date, 2);
    }
    const next = skip(tokens, at + 1, ',', 'of');
    if (isYear(tokens[next]))
      return {
        from: day(Number(tokens[next]?.text), month, 1),
        before: day(Number(tokens[next]?.text), month + 1, 1),
        length: next + 1 - at,
      };
    return year === null ? null : { from: day(year, month, 1), before: day(year, month + 1, 1), length: 1 };
  }
  const date = dayOfMonth(token);
  const named = monthOf(tokens[skip(tokens, at + 1, 'of')]);
  if (date > 0 && named >= 0) {
    const after = skip(tokens, skip(tokens, at + 1, 'of') + 1, ',', 'of');
    if (isYear(tokens[after])) return validDay(Number(tokens[after]?.text), named, date, after + 1 - at);
    return year === null ? null : validDay(year, named, date, after - at);
  }
  if (token.lower === 'year' && isYear(tokens[at + 1]))
    return {
      from: day(Number(tokens[at + 1]?.text), 0, 1),
      before: day(Number(tokens[at + 1]?.text) + 1, 0, 1),
      length: 2,
    };
  if (isYear(token)) return { from: day(token.value, 0, 1), before: day(token.value + 1, 0, 1), length: 1 };
  const decade = /^(1[5-9]|20)(\d)0s$/.exec(token.lower);
  if (decade !== null)
    return {
      from: day(Number(token.lower.slice(0, 4)), 0, 1),
      before: day(Number(token.lower.slice(0, 4)) + 10, 0, 1),
      length: 1,
    };
  return null;
}

function startOf(unit: Unit, today: Date, offset: number): Date {
  const [y, m, d] = [today.getUTCFullYear(), today.getUTCMonth(), today.getUTCDate()];
  if (unit === 'year') return day(y + offset, 0, 1);
  if (unit === 'quarter') return day(y, Math.floor(m / 3) * 3 + 3 * offset, 1);
  if (unit === 'month') return day(y, m + offset, 1);
  if (unit === 'week') return day(y, m, d - ((today.getUTCDay() + 6) % 7) + 7 * offset);
  return day(y, m, d + offset);
}

/** `today`, `last month`, `in the past 30 days`: against the injected day. */
function readRelative(tokens: readonly Token[], at: number, today: Date): Span | null {
  const word = tokens[at]?.lower;
  if (word === 'today' || word === 'yesterday') {
    const offset = word === 'today' ? 0 : -1;
    return { from: startOf('day', today, offset), before: startOf('day', today, offset + 1), length: 1 };
  }
  if (!['this', 'last', 'past', 'previous', 'current'].includes(word ?? '')) return null;
  const counted = tokens[at + 1]?.kind === 'number';
  const unit = tokens[at + (counted ? 2 : 1)]?.lower.replace(/s$/, '');
  if (unit !== 'day' && unit !== 'week' && unit !== 'month' && unit !== 'quarter' && unit !== 'year') return null;
  // `the last week of March` is another one.
  if (tokens[at + (counted ? 3 : 2)]?.lower === 'of') return null;
  const offset = word === 'this' || word === 'current' ? 0 : -1;
  // `last month` is the one before this one; `the past month` reaches back from today.
  if (!counted && word !== 'past')
    return { from: startOf(unit, today, offset), before: startOf(unit, today, offset + 1), length: 2 };
  if (counted && (offset === 0 || !Number.isInteger(tokens[at + 1]?.value))) return null;
  // The last N days reach back from today, and today counts.
  const count = counted ? (tokens[at + 1]?.value ?? 0) : 1;
  const [y, m, d] = [today.getUTCFullYear(), today.getUTCMonth(), today.getUTCDate()];
  const from =
    unit === 'day'
      ? day(y, m, d - count)
      : unit === 'week'
        ? day(y, m, d - 7 * count)
        : unit === 'year'
          ? day(y - count, m, d)
          : day(y, m - count * (unit === 'quarter' ? 3 : 1), d);
  return { from, before: startOf('day', today, 1), length: counted ? 3 : 2 };
}

function weekdays(token: Token | undefined): number[] | null {
  const word = token?.lower.replace(/s$/, '') ?? '';
  if (word === 'weekend') return [6, 7];
  if (word === 'weekday') return [1, 2, 3, 4, 5];
  const found = DAYS.indexOf(word);
  return found < 0 ? null : [found + 1];
}

const BEFORE = new Set(['before', 'until', 'till', 'prior']);
const AFTER = new Set(['after', 'since', 'starting', 'following', 'from']);
const AT = new Set(['in', 'on', 'during', 'for', 'within', 'of', 'the', 'at', 'over', 'throughout', 'dated']);

function range(from: Date | null, before: Date | null, length: number): DateReading {
  return {
    range: {
      from: from === null ? null : iso(from),
      before: before === null ? null : iso(before),
      month: null,
      weekdays: null,
    },
    length,
  };
}

/**
 * A date, with the words that bind it (`before`, `between … and …`, `in`), that starts at `at`; null when none stands there.
 * `today` is a day in UTC. Ambiguous dates (3/4/2001, a day without its year) are no dates.
 */
export function readDate(tokens: readonly Token[], at: number, today: Date): DateReading | null {
  const word = tokens[at]?.lower ?? '';
  if (word === 'between' || word === 'from') {
    const start = skip(tokens, at + 1, 'the');
    for (const year of [null, yearAhead(tokens, start)]) {
      const first = readSpan(tokens, start, year);
      if (first === null) continue;
      const joint = tokens[start + first.length]?.lower;
      if (joint !== 'and' && joint !== 'to' && joint !== 'until' && joint !== 'through') continue;
      const second = readSpan(tokens, start + first.length + 1, first.from.getUTCFullYear());
      if (second !== null && second.before > first.from)
        return range(first.from, second.before, start - at + first.length + 1 + second.length);
    }
    if (word === 'between') return null;
  }
  if (BEFORE.has(word) || AFTER.has(word)) {
    const start = skip(tokens, skip(tokens, at + 1, 'to'), 'the');
    const span = readSpan(tokens, start, null) ?? readRelative(tokens, start, today);
    if (span === null) return null;
    const length = start - at + span.length;
    if (word === 'until' || word === 'till') return range(null, span.before, length);
    if (BEFORE.has(word)) return range(null, span.from, length);
    return word === 'after' || word === 'following' ? range(span.before, null, length) : range(span.from, null, length);
  }
  const bound = AT.has(word) ? skip(tokens, at + 1, 'the', 'a') : at;
  if (
    word === 'on' &&
    tokens[at + 1]?.lower === 'or' &&
    (tokens[at + 2]?.lower === 'after' || tokens[at + 2]?.lower === 'before')
  ) {
    const span = readSpan(tokens, at + 3, null);
    if (span === null) return null;
    return tokens[at + 2]?.lower === 'after'
      ? range(span.from, null, 3 + span.length)
      : range(null, span.before, 3 + span.length);
  }
  const relative = readRelative(tokens, bound, today);
  if (relative !== null) return range(relative.from, relative.before, bound - at + relative.length);
  const isBareNumber = tokens[bound]?.kind === 'number';
  const span = readSpan(tokens, bound, null);
  // A bare 2001 is a year only where a word says so: `in 2001`, `for 2001`; `over 2001` is a number.
  if (span !== null && !(isBareNumber && span.length === 1 && (bound === at || word === 'over' || word === 'at')))
    return range(span.from, span.before, bound - at + span.length);
  if (bound > at) {
    const month = monthOf(tokens[bound]);
    const next = tokens[bound + 1];
    if (month >= 0 && dayOfMonth(next) < 0 && word !== 'the')
      return { range: { from: null, before: null, month: month + 1, weekdays: null }, length: bound - at + 1 };
    const days = weekdays(tokens[bound]);
    if (days !== null && word === 'on')
      return { range: { from: null, before: null, month: null, weekdays: days }, length: bound - at + 1 };
  }
  return null;
}

/** The year that a range names once, at its end: `between March 1 and March 5, 2001`. */
function yearAhead(tokens: readonly Token[], at: number): number | null {
  for (let index = at; index < Math.min(tokens.length, at + 9); index += 1)
    if (isYear(tokens[index])) return Number(tokens[index]?.text);
  return null;
}
