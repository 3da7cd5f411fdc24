import { settle, isKey, skipSmall, readTarget, readValueBefore, type State } from './cursor.ts';
import type { Direction } from './phrases.ts';
import type { Measure, Ranking } from './reading.ts';

/** Ranked by what is not yet said, but for the members given. */
export function rankingOf(direction: Direction, over: Partial<Ranking> = {}): Ranking {
  return {
    direction,
    measure: null,
    target: null,
    about: [],
    ofRows: [],
    judgedGood: null,
    common: false,
    most: false,
    ...over,
  };
}

export function rank(state: State, ranking: Ranking, text: string): void {
  if (state.reading.ranking !== null) state.reading.lost.push(text);
  else state.reading.ranking = ranking;
}

export function onSuperlative(state: State, ranking: Ranking, text: string): void {
  const { reading } = state;
  settle(state);
  let at = skipSmall(state, state.at);
  const number = state.chunks[at];
  if (number?.kind === 'number' && !ranking.most) {
    reading.limit = number.value;
    at = skipSmall(state, at + 1);
  }
  state.at = at;
  const next = state.chunks[at];
  if (isKey(next, 'count', 'aggregate')) {
    const measured = reading.measures.length;
    state.step(state);
    const measure = reading.measures[measured];
    if (measure === undefined) reading.lost.push(text);
    else rank(state, { ...ranking, measure }, text);
    return;
  }
  const distinct = isKey(next, 'distinct');
  if (distinct) state.at += 1;
  readValueBefore(state);
  const named = readTarget(state);
  state.open = false;
  if (named === null && ranking.about.length === 0) {
    reading.lost.push(text);
    return;
  }
  if (distinct && named !== null) {
    const measure: Measure = { function: 'count', target: named, distinct: true };
    reading.measures.push(measure);
    rank(state, { ...ranking, measure }, text);
    return;
  }
  rank(state, { ...ranking, target: named }, text);
}

export function onOrder(state: State, text: string): void {
  const { reading } = state;
  settle(state);
  state.at = skipSmall(state, state.at);
  if (isKey(state.chunks[state.at], 'count', 'aggregate')) {
    const measured = reading.measures.length;
    state.step(state);
    reading.orderBy = { target: null, measure: reading.measures[measured] ?? null, direction: null };
    if (reading.measures.length > measured && measured > 0) reading.measures.splice(measured, 1);
    return;
  }
  const named = readTarget(state);
  if (named === null) reading.lost.push(text);
  reading.orderBy = { target: named, measure: null, direction: null };
}

export function onDirection(state: State, direction: 'asc' | 'desc', text: string): void {
  settle(state);
  const { reading } = state;
  if (reading.orderBy?.direction != null) {
    reading.lost.push(text);
    return;
  }
  reading.orderBy = { target: reading.orderBy?.target ?? null, measure: reading.orderBy?.measure ?? null, direction };
}
