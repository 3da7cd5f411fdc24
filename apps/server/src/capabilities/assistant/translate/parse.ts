import type { Chunk, Mention } from './chunks.ts';
import {
  target,
  takeNot,
  takePending,
  settle,
  endClause,
  settleKeepingNot,
  isKey,
  skipSmall,
  readTarget,
  isMention,
  markVerb,
  type State,
} from './cursor.ts';
import type { Key } from './phrases.ts';
import { onCount, onAggregate, aggregatesByName, onShare } from './read-measures.ts';
import { onSuperlative, onOrder, onDirection, rankingOf } from './read-rankings.ts';
import { onNumber, onCompare, onBetween, onMatch, onValue } from './read-conditions.ts';
import { onGroup } from './read-groups.ts';
import { onRatio } from './read-ratio.ts';
import { readShown } from './read-shown.ts';
import { emptyReading, type Reading } from './reading.ts';

/** Reads the shape of a question. Everything it can't place is in `lost`, and a lost word declines the question. */
export function parse(chunks: readonly Chunk[]): Reading {
  const state: State = {
    chunks,
    at: 0,
    reading: emptyReading(),
    open: true,
    role: null,
    not: false,
    with: false,
    pending: null,
    step,
    parse,
  };
  let asked: number | null = null;
  while (state.at < chunks.length) {
    step(state);
    if (isKey(chunks[state.at - 1], 'end') && hasAsked(state.reading)) asked ??= sizeOf(state.reading);
  }
  settle(state);
  endClause(state);
  // A later sentence may say what to show and in which order; one that asks something else is a question of its own.
  if (asked !== null && sizeOf(state.reading) > asked) state.reading.lost.push('the second question');
  return state.reading;
}

function sizeOf(reading: Reading): number {
  return reading.conditions.length + reading.measures.length + reading.having.length + reading.groups.length;
}

function step(state: State): void {
  const chunk = state.chunks[state.at];
  if (chunk === undefined) return;
  if (chunk.kind === 'mention') return onMention(state);
  if (chunk.kind === 'number') return onNumber(state, chunk.value, chunk.text);
  if (chunk.kind === 'date') {
    const target = takePending(state);
    state.reading.conditions.push({ kind: 'date', target, range: chunk.range, not: takeNot(state), text: chunk.text });
    state.at += 1;
    return;
  }
  if (chunk.kind === 'key') onKey(state, chunk.key, chunk.text, chunk.mention);
  else onValue(state);
}

function onKey(state: State, key: Key, text: string, mention: Mention | null): void {
  const { reading } = state;
  state.at += 1;
  switch (key.is) {
    case 'filler':
    case 'link':
    case 'yesNo':
      return;
    case 'end':
      settle(state);
      endClause(state);
      state.open = true;
      return;
    case 'comma':
    case 'and':
      return onJoint(state);
    // Values joined by `or` are read with the values; between other conditions it would change what both mean.
    case 'or':
      reading.lost.push(text);
      return;
    case 'open':
      settle(state);
      if (startsShown(state, text) && readShown(state)) return;
      state.open = true;
      return;
    // `merchants (id and name) who …`: what is to be seen of them. Else it only parts words.
    case 'paren': {
      const start = state.at;
      const shown = reading.shown.length;
      if (reading.subjects.length > 0 && state.pending === null && readShown(state)) {
        if (state.chunks[state.at]?.text === ')') return;
        reading.shown.length = shown;
        state.at = start;
      }
      return;
    }
    case 'ratio':
      settle(state);
      return onRatio(state, text);
    case 'when':
      reading.when = true;
      state.open = false;
      return;
    case 'all':
      reading.all = true;
      return;
    case 'distinct':
      reading.distinct = true;
      return;
    case 'is':
      return markVerb(state);
    case 'preposition':
    case 'of':
      return;
    case 'with':
      settle(state);
      markVerb(state);
      state.with = true;
      return;
    case 'without':
      settle(state);
      state.with = true;
      state.not = true;
      return;
    case 'not':
      settle(state);
      state.not = true;
      markVerb(state);
      return;
    case 'deny':
      reading.lost.push(text);
      return;
    case 'count':
      return onCount(state, text);
    case 'howMuch':
      reading.lost.push(text);
      return;
    case 'aggregate':
      return onAggregate(state, key.function, text);
    case 'group':
      settle(state);
      return onGroup(state, text);
    case 'bucket': {
      if (state.open && reading.subjects.length === 0)
        reading.subjects.push({ target: mention === null ? null : target([mention], null), bucket: key.bucket });
      else if (/ly$|^annual$/.test(text.toLowerCase()) && !text.toLowerCase().endsWith('july'))
        reading.groups.push({ target: null, bucket: key.bucket });
      else if (mention !== null) {
        state.at -= 1;
        return onMention(state);
      } else reading.lost.push(text);
      state.open = false;
      return;
    }
    case 'overTime':
      settle(state);
      reading.groups.push({ target: null, bucket: 'month' });
      return;
    case 'top': {
      settle(state);
      reading.top = key.direction;
      const next = state.chunks[state.at];
      if (next?.kind === 'number') {
        reading.limit = next.value;
        state.at += 1;
      } else reading.limit ??= 10;
      state.open = true;
      return;
    }
    case 'superlative':
      return onSuperlative(state, rankingOf(key.direction, { about: key.about, ofRows: key.ofRows ?? [] }), text);
    case 'judged':
      return onSuperlative(state, rankingOf('desc', { judgedGood: key.good }), text);
    case 'most':
      return onSuperlative(state, rankingOf(key.direction, { most: true }), text);
    case 'common':
    case 'rare': {
      settle(state);
      if (reading.ranking !== null) reading.lost.push(text);
      reading.ranking = rankingOf(key.is === 'common' ? 'desc' : 'asc', { common: true });
      if (reading.subjects.length === 0) state.open = true;
      return;
    }
    case 'compare':
      return onCompare(state, key.operator, key.about, text);
    case 'between':
      return onBetween(state, text);
    case 'match':
      return onMatch(state, key.where, text);
    case 'order':
      return onOrder(state, text);
    case 'ascending':
    case 'descending':
      return onDirection(state, key.is === 'ascending' ? 'asc' : 'desc', text);
    case 'share':
      return onShare(state, text);
    case 'role':
      settleKeepingNot(state);
      markVerb(state);
      state.role = { role: key.role, text };
      return;
  }
}

/** `… Return the name.`, `…, and what is the total?`: after something was asked, and not in the midst of it. */
function startsShown(state: State, text: string): boolean {
  const before = state.chunks[state.at - 2];
  const isApart = isKey(before, 'end') || (isKey(before, 'and', 'comma') && !/^(which|who)/i.test(text));
  return hasAsked(state.reading) && isApart;
}

function hasAsked(reading: Reading): boolean {
  return (
    reading.subjects.length > 0 || reading.measures.length > 0 || reading.ranking !== null || reading.ratio !== null
  );
}

function onMention(state: State): void {
  const { reading } = state;
  // `with an average delay …, number of flights`: names after a joint belong to what came before.
  const hadRole = state.role;
  const found = readTarget(state);
  if (found === null) {
    reading.lost.push(state.chunks[state.at]?.text ?? '');
    state.at += 1;
    return;
  }
  // `have not made any sales`: it is the sales that there are none of.
  if (state.not && found.mentions.every((mention) => mention.isLink)) return;
  if (
    aggregatesByName(found) &&
    !state.with &&
    (reading.subjects.length > 0 || state.open) &&
    reading.measures.length === 0 &&
    reading.ranking === null &&
    reading.top === null
  ) {
    settle(state);
    reading.measures.push({ function: 'sum', target: found, distinct: false });
    state.open = false;
    return;
  }
  if (state.open && reading.subjects.length === 0 && hadRole === null && reading.measures.length === 0) {
    reading.subjects.push({ target: found, bucket: null });
    state.open = false;
    // A comparison or a value may follow at once: `flights over 1000 miles` is about the flights.
    return;
  }
  settle(state);
  state.open = false;
  state.pending = found;
}

function onJoint(state: State): void {
  const { reading } = state;
  const next = state.chunks[skipSmall(state, state.at)];
  const before = state.pending;
  // `the cities in Canada and their population`.
  if (hasAsked(reading) && /^(their|its)$/i.test(state.chunks[state.at]?.text ?? '')) {
    settle(state);
    if (readShown(state)) return;
  }
  // `the number of orders and the total amount`: another measure.
  if (before === null && isMention(next) && reading.measures.length > 0 && reading.groups.length === 0 && !state.with) {
    const start = state.at;
    const found = readTarget(state);
    if (found !== null && aggregatesByName(found)) {
      reading.measures.push({ function: 'sum', target: found, distinct: false });
      return;
    }
    state.at = start;
  }
  // `the name and city of …`: more columns to show.
  if (
    before === null &&
    isMention(next) &&
    reading.subjects.length > 0 &&
    reading.measures.length === 0 &&
    reading.conditions.length === 0 &&
    reading.ranking === null
  ) {
    const found = readTarget(state);
    if (found !== null) reading.subjects.push({ target: found, bucket: null });
    return;
  }
  settle(state);
  if (isKey(next, 'open')) return;
}
