import { parse, type ParsedResult } from 'chrono-node/en';
import { blank, type Found, type Literal } from './literal.ts';

type ParsedComponents = ParsedResult['start'];

/** Days to read a text on: what is another date on each is none, but counts from the day it is asked (`yesterday at 5pm`, `within 2 hours`). */
const ONE_DAY = new Date('2001-06-15T12:00:00Z');
const OTHER_DAY = new Date('2012-01-23T20:30:40Z');
const PARTS = ['year', 'month', 'day', 'hour', 'minute', 'second'] as const;
const MONTH_NAME = /jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec/i;
const RELATIVE = /\b(?:ago|last|past|next|this|previous|coming|later|earlier|now|today|hence)\b/i;
/** Before a bare month: `may` and `march` are other words too. */
const BEFORE_A_MONTH =
  /\b(?:in|of|since|during|for|from|until|till|to|before|after|by|and|or|between|through|every|each)\s+$/i;
const JOINED = /^\s*(?:,|-|–|and|or|to|until|till|through)\s*$/i;
const LEADING = /^(?:on|in|at|from|to|since|the|of|by|before|after)\s+/i;

/**
 * Dates, months, quarters and decades. A day becomes one date; what is longer becomes the first day in it and the first after it; of what names
 * no year the parts become numbers.
 */
export function findDates(text: string): Found[] {
  const periods = findPeriods(text);
  const results = parseDates(text).filter(({ index, text: own }) =>
    periods.every(({ start, end }) => index >= end || index + own.length <= start),
  );
  return [
    ...periods,
    ...results.flatMap((result, at) => (isDate(result, text) ? [found(result, yearOf(results, at, text))] : [])),
  ];
}

/** Those that are the same on whatever day they are read. `from 5 Jan` is first taken for five o'clock: what leads to a mere hour is left out, and the rest read again. */
function parseDates(text: string): ParsedResult[] {
  const hours = parse(text, ONE_DAY).filter(({ start, text: own }) => !start.isCertain('month') && LEADING.test(own));
  const led = hours.map(({ index, text: own }) => ({
    start: index,
    end: index + (LEADING.exec(own)?.[0].length ?? 0),
    instead: [],
  }));
  const bare = blank(text, led);
  const results = parse(bare, ONE_DAY);
  if (results.length === 0) return [];
  const others = parse(bare, OTHER_DAY);
  return results.filter((result) => others.some((other) => isSame(result, other)));
}

function isSame(one: ParsedResult, other: ParsedResult): boolean {
  const ends = (result: ParsedResult) =>
    [result.start, ...(result.end ? [result.end] : [])].map((at) => PARTS.map((part) => certain(at, part)));
  return (
    one.index === other.index && one.text === other.text && JSON.stringify(ends(one)) === JSON.stringify(ends(other))
  );
}

function isDate({ text: own, index, start }: ParsedResult, text: string): boolean {
  if (!start.isCertain('month') || RELATIVE.test(own)) return false;
  if (!/\d/.test(own) && !MONTH_NAME.test(own)) return false;
  // `3/4` may be a share.
  if (/^\d+[/.]\d+$/.test(own.trim())) return false;
  if (start.isCertain('day') || start.isCertain('year')) return true;
  const before = text.slice(0, index);
  return BEFORE_A_MONTH.test(before) || (/^[A-Z]/.test(own) && before.trim() !== '');
}

/** Its own, or that of the date it is named together with: `March and April 2001`. */
function yearOf(results: readonly ParsedResult[], at: number, text: string): number | null {
  const own = results[at];
  if (own === undefined) return null;
  const year =
    certain(own.start, 'year') ?? (own.end === null || own.end === undefined ? null : certain(own.end, 'year'));
  const next = results[at + 1];
  if (year !== null || next === undefined) return year;
  return JOINED.test(text.slice(own.index + own.text.length, next.index)) ? yearOf(results, at + 1, text) : null;
}

function found({ index, text, start, end }: ParsedResult, year: number | null): Found {
  const leading = LEADING.exec(text)?.[0].length ?? 0;
  const typed = text.slice(leading);
  const place = { start: index + leading, end: index + text.length };
  const day = certain(start, 'day');
  if (end !== null && end !== undefined) {
    const [until, endDay] = [certain(end, 'year') ?? year, certain(end, 'day')];
    if (year === null || until === null)
      return { ...place, instead: [...parts(start, typed), ' to ', ...parts(end, typed)] };
    return { ...place, instead: period(typed, first(start, year, day), after(end, until, endDay)) };
  }
  if (year === null) return { ...place, instead: parts(start, typed) };
  if (day === null) return { ...place, instead: period(typed, first(start, year, null), after(start, year, null)) };
  const hour = certain(start, 'hour');
  const value = iso(first(start, year, day));
  return { ...place, instead: [date(typed, hour === null ? value : `${value} ${clockTime(start, hour)}`)] };
}

/** Without a year: numbers. */
function parts(at: ParsedComponents, typed: string): (string | Literal)[] {
  const number = (value: number | null): Literal => ({ kind: 'number', typed, value: String(value) });
  const [month, day] = [certain(at, 'month'), certain(at, 'day')];
  if (day === null) return ['month ', number(month)];
  return ['day ', number(day), ' of month ', number(month)];
}

/** Months and more that the parser of dates does not know: `2001-03`, `Q1 2001`, `H2 2001`, `the 1990s`. */
function findPeriods(text: string): Found[] {
  const found: Found[] = [];
  const find = (
    pattern: RegExp,
    read: (groups: Record<string, string>) => [year: number, month: number, months: number],
  ) => {
    for (const match of text.matchAll(pattern)) {
      const [year, month, months] = read(match.groups ?? {});
      const instead = period(match[0], utc(year, month, 1), utc(year, month + months, 1));
      found.push({ start: match.index, end: match.index + match[0].length, instead });
    }
  };
  find(/(?<![\w-])(?<year>\d{4})-(?<month>0[1-9]|1[0-2])(?![\w-])/g, ({ year, month }) => [
    Number(year),
    Number(month),
    1,
  ]);
  find(/\bQ(?<part>[1-4])(?:\s+of|,)?[\s/-]*(?<year>\d{4})\b/gi, ({ part, year }) => [
    Number(year),
    Number(part) * 3 - 2,
    3,
  ]);
  find(/\b(?<year>\d{4})[\s/-]*Q(?<part>[1-4])\b/gi, ({ part, year }) => [Number(year), Number(part) * 3 - 2, 3]);
  find(/\bH(?<part>[12])(?:\s+of|,)?[\s/-]*(?<year>\d{4})\b/gi, ({ part, year }) => [
    Number(year),
    Number(part) * 6 - 5,
    6,
  ]);
  find(/\b(?:the\s+)?(?<year>\d{3}0)['’]?s\b/g, ({ year }) => [Number(year), 1, 120]);
  return found;
}

function period(typed: string, from: Date, before: Date): (string | Literal)[] {
  return ['the period from ', date(typed, iso(from)), ' to before ', date(typed, iso(before))];
}

function first(at: ParsedComponents, year: number, day: number | null): Date {
  return utc(year, certain(at, 'month') ?? 1, day ?? 1);
}

/** The first day after a day or a month. */
function after(at: ParsedComponents, year: number, day: number | null): Date {
  const month = certain(at, 'month') ?? 12;
  return day === null ? utc(year, month + 1, 1) : utc(year, month, day + 1);
}

/** `month` from 1, and beyond 12 into the years that follow. */
function utc(year: number, month: number, day: number): Date {
  const date = new Date(Date.UTC(2000, 0, 1));
  date.setUTCFullYear(year, month - 1, day);
  return date;
}

function iso(day: Date): string {
  return day.toISOString().slice(0, 10);
}

function clockTime(at: ParsedComponents, hour: number): string {
  return [hour, certain(at, 'minute') ?? 0, certain(at, 'second') ?? 0]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
}

function date(typed: string, value: string): Literal {
  return { kind: 'date', typed, value };
}

function certain(at: ParsedComponents, part: Parameters<ParsedComponents['isCertain']>[0]): number | null {
  return at.isCertain(part) ? at.get(part) : null;
}
