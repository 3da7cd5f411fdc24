import {
  takeNot,
  takePending,
  settle,
  settleKeepingNot,
  isKey,
  skipSmall,
  readTarget,
  isMention,
  readUnit,
  readValue,
  type State,
} from './cursor.ts';
import type { Comparison, Condition } from './reading.ts';

export function onNumber(state: State, value: number, text: string): void {
  const { reading } = state;
  state.at += 1;
  const next = state.chunks[skipSmall(state, state.at)];
  const whole = Number.isInteger(value) && value > 0;
  if (whole && isKey(next, 'superlative', 'judged', 'common', 'rare', 'most') && reading.limit === null) {
    settle(state);
    reading.limit = value;
    return;
  }
  if (whole && state.open && isMention(next) && reading.limit === null && reading.subjects.length === 0) {
    reading.limit = value;
    return;
  }
  if (state.pending !== null) {
    reading.conditions.push({
      kind: 'compare',
      target: takePending(state),
      about: [],
      unit: null,
      operator: '=',
      value,
      not: takeNot(state),
      text,
    });
    return;
  }
  reading.lost.push(text);
}

export function onCompare(state: State, operator: Comparison, about: readonly string[], text: string): void {
  const { reading } = state;
  const at = skipSmall(state, state.at);
  const number = state.chunks[at];
  if (number?.kind !== 'number') {
    settle(state);
    reading.lost.push(text);
    return;
  }
  state.at = at + 1;
  const { unit, named } = readUnit(state);
  const before = takePending(state);
  const words = `${text} ${number.text}${unit === null ? '' : ` ${unit}`}`;
  if (before === null && named !== null && unit === null && about.length === 0) {
    // `with more than 1000 flights` counts them; `more than 60 delay` would compare a column: decided when the table is known.
    reading.having.push({
      measure: { function: 'count', target: named, distinct: false },
      operator,
      value: number.value,
      text: `${words} ${named.text}`,
    });
    return;
  }
  if (before !== null && named !== null) {
    reading.conditions.push({ kind: 'bare', target: named, not: false, with: false });
  }
  reading.conditions.push({
    kind: 'compare',
    target: before ?? named,
    about,
    unit,
    operator,
    value: number.value,
    not: takeNot(state),
    text: words,
  });
}

export function onBetween(state: State, text: string): void {
  const { reading } = state;
  const low = state.chunks[state.at];
  const joint = state.chunks[state.at + 1];
  const high = state.chunks[state.at + 2];
  if (
    low?.kind !== 'number' ||
    high?.kind !== 'number' ||
    !(isKey(joint, 'and') || joint?.text.toLowerCase() === 'to')
  ) {
    settle(state);
    reading.lost.push(text);
    return;
  }
  state.at += 3;
  const { unit, named } = readUnit(state);
  const before = takePending(state);
  if (before !== null && named !== null)
    reading.conditions.push({ kind: 'bare', target: named, not: false, with: false });
  reading.conditions.push({
    kind: 'between',
    target: before ?? named,
    unit,
    low: low.value,
    high: high.value,
    not: takeNot(state),
    text: `${text} ${low.text} and ${high.text}`,
  });
}

/** `whose name starts with J`: letters of a column that is named, in either case. */
export function onMatch(state: State, where: 'start' | 'end' | 'middle', text: string): void {
  let at = skipSmall(state, state.at);
  if (/^letters?$/i.test(state.chunks[at]?.text ?? '')) at += 1;
  const part = state.chunks[at];
  const target = takePending(state);
  if (target === null || !(part?.kind === 'word' || part?.kind === 'quoted' || part?.kind === 'number')) {
    state.reading.lost.push(text);
    return;
  }
  state.at = at + 1;
  const next = state.chunks[state.at];
  // More than one word without quotes: where the letters end is not said.
  if (part.kind === 'word' && next?.kind === 'word') state.reading.lost.push(text);
  const not = takeNot(state);
  state.reading.conditions.push({ kind: 'match', target, where, part: part.text, not, text: `${text} ${part.text}` });
}

function standsBehindPreposition(state: State): boolean {
  let at = state.at - 1;
  while (isKey(state.chunks[at], 'filler', 'link')) at -= 1;
  return isKey(state.chunks[at], 'preposition', 'role');
}

/** Words nobody knows: perhaps a value. Joined with what follows by `or` and `and`, they are one of several values. */
export function onValue(state: State): void {
  const { reading } = state;
  const words: string[] = [];
  let joint = false;
  const role = state.role;
  const isParted = standsBehindPreposition(state);
  for (;;) {
    const value = readValue(state);
    if (value === null) break;
    words.push(value);
    let at = state.at;
    while (isKey(state.chunks[at], 'or', 'and', 'comma')) {
      joint = isKey(state.chunks[at], 'comma') ? joint : isKey(state.chunks[at], 'and');
      at += 1;
    }
    while (
      at > state.at &&
      (isKey(state.chunks[at], 'filler', 'link', 'preposition') ||
        (state.chunks[at]?.kind === 'key' &&
          role !== null &&
          state.chunks[at]?.text.toLowerCase() === role.text.toLowerCase()))
    )
      at += 1;
    const next = state.chunks[at];
    if (at === state.at || !(next?.kind === 'word' || next?.kind === 'quoted')) break;
    state.at = at;
  }
  const not = state.not;
  const wasOpen = state.open;
  state.role = null;
  state.open = false;
  // `Chicago city`, `the Computer Science department`: the name behind the value says where it stands, and the one
  // before it only when nothing parts them: in `courses in the Science department` they are the courses.
  const next = state.chunks[state.at];
  const isNamedBehind =
    next?.kind === 'mention' &&
    (!wasOpen || next.mention.candidates.every((candidate) => candidate.column !== null)) &&
    (state.pending === null || isParted);
  if (isNamedBehind) settleKeepingNot(state);
  let about = isNamedBehind ? readTarget(state) : takePending(state);
  const subject = reading.subjects.at(-1)?.target ?? null;
  state.not = false;
  if (about !== null && about.role === null && role !== null) about = { ...about, role: role.role };
  const condition: Condition = {
    kind: 'value',
    target: about,
    words,
    isAll: words.length > 1 && joint,
    role: role?.role ?? null,
    not,
    text: words.join(' or '),
  };
  // `airport ORD`: a value right behind the subject is still only a value; the subject stays.
  if (
    about === null &&
    subject === null &&
    reading.measures.length === 0 &&
    reading.share === null &&
    reading.ranking === null
  )
    state.open = true;
  reading.conditions.push(condition);
}
