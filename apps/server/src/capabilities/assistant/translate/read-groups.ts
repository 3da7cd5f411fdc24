import { isKey, skipSmall, readTarget, isMention, readBucket, type State } from './cursor.ts';
import { rank, rankingOf } from './read-rankings.ts';
import type { Group } from './reading.ts';

/** `credits earned by students`, `made by users`: who did it, no group. */
function isDoneBy(state: State): boolean {
  const before = state.chunks[state.at - 2];
  return (
    before !== undefined &&
    before.kind !== 'number' &&
    (isKey(before, 'link') || /ed$/i.test(before.text)) &&
    !isKey(before, 'order', 'group')
  );
}

function isClause(state: State): boolean {
  const next = state.chunks[state.at];
  return isKey(next, 'preposition') || /^(who|that|which|whose)$/i.test(next?.text ?? '');
}

export function onGroup(state: State, text: string): void {
  const { reading } = state;
  const at = skipSmall(state, state.at, 'distinct');
  const next = state.chunks[at];
  const isBy = /^by$|^according to$/i.test(text);
  if (isBy && isDoneBy(state)) return;
  if (isBy && isKey(next, 'count', 'aggregate', 'superlative', 'most')) {
    state.at = at;
    const measured = reading.measures.length;
    state.step(state);
    const measure = reading.measures[measured];
    if (measure !== undefined && (reading.top !== null || reading.ranking === null))
      rank(state, rankingOf(reading.top ?? 'desc', { measure }), text);
    return;
  }
  for (;;) {
    state.at = skipSmall(state, state.at, 'distinct');
    const bucket = readBucket(state);
    const named = bucket === null ? readTarget(state) : null;
    const group: Group | null = bucket ?? (named === null ? null : { target: named, bucket: null });
    if (group === null) {
      reading.lost.push(text);
      return;
    }
    if (
      isBy &&
      reading.top !== null &&
      reading.groups.length === 0 &&
      reading.ranking === null &&
      reading.measures.length === 0 &&
      named !== null
    ) {
      rank(state, rankingOf(reading.top, { target: named }), text);
    } else reading.groups.push(group);
    // `orders by customers who joined in May`: by each of them, or by all of them together?
    if (isBy && named !== null && isClause(state)) reading.lost.push(`${text} ${named.text}`);
    const joint = skipSmall(state, state.at);
    if (!isKey(state.chunks[joint], 'and', 'comma')) return;
    let after = skipSmall(state, joint + 1, 'and', 'group');
    while (isKey(state.chunks[after], 'group')) after += 1;
    const follows = state.chunks[after];
    if (!(isMention(follows) || isKey(follows, 'bucket'))) return;
    state.at = after;
  }
}
