import { settle, isKey, skipSmall, readTarget, readValueBefore, dropUnit, type State } from './cursor.ts';
import type { Measure, Target } from './reading.ts';

/** `total cost` names the column cost_total, and says to add it up. */
export function aggregatesByName(found: Target): boolean {
  return /^total\b/i.test(found.mentions.at(-1)?.text ?? '');
}

export function onCount(state: State, text: string): void {
  const { reading } = state;
  settle(state);
  let distinct = false;
  let at = skipSmall(state, state.at);
  if (isKey(state.chunks[at], 'distinct')) {
    distinct = true;
    at += 1;
  }
  state.at = at;
  readValueBefore(state);
  const counted = readTarget(state);
  state.open = false;
  reading.measures.push({ function: 'count', target: counted, distinct, isTotal: /total/i.test(text) });
  // `the most common statuses and their counts`.
  if (counted === null && reading.subjects.length > 0 && reading.ranking?.common === true) {
    reading.measures.pop();
    return;
  }
  if (counted === null && reading.subjects.length === 0) reading.lost.push('how many of what');
}

export function onAggregate(state: State, name: 'avg' | 'sum' | 'min' | 'max', text: string): void {
  settle(state);
  const aggregated = readTarget(state);
  state.open = false;
  if (aggregated === null) {
    // `maximum and minimum delay`: both of the same.
    const joint = skipSmall(state, state.at, 'and', 'comma');
    if (joint > state.at && isKey(state.chunks[joint], 'aggregate')) {
      const measured = state.reading.measures.length;
      state.at = joint;
      state.step(state);
      const other = state.reading.measures[measured];
      if (other?.target != null) {
        state.reading.measures.splice(measured, 0, { function: name, target: other.target, distinct: false });
        return;
      }
    }
    state.reading.lost.push(text);
    return;
  }
  const measure: Measure = { function: name, target: aggregated, distinct: false };
  const next = state.chunks[skipSmall(state, state.at, 'is')];
  if (state.with && next?.kind === 'key' && next.key.is === 'compare') {
    state.at = skipSmall(state, state.at, 'is') + 1;
    const number = state.chunks[state.at];
    if (number?.kind === 'number') {
      state.at += 1;
      dropUnit(state);
      state.reading.having.push({
        measure,
        operator: next.key.operator,
        value: number.value,
        text: `${text} ${aggregated.text} ${next.text} ${number.text}`,
      });
      return;
    }
    state.reading.lost.push(next.text);
    return;
  }
  state.reading.measures.push(measure);
}

export function onShare(state: State, text: string): void {
  const { reading } = state;
  settle(state);
  const of = readTarget(state);
  state.open = false;
  if (of === null || reading.share !== null || reading.measures.length > 0) {
    reading.lost.push(text);
    return;
  }
  reading.share = { target: of, conditionsOfWhole: null };
}
