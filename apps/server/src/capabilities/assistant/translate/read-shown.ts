import { isKey, isMention, readBucket, readTarget, skipSmall, type State } from './cursor.ts';
import type { Shown } from './reading.ts';

/**
 * `… Return the name, the number of orders and the total amount.`: what a later sentence wants to see of what the first
 * one asked. Leaves the cursor where it was and tells false when that is no list of things to show.
 */
export function readShown(state: State): boolean {
  const start = state.at;
  const items: Shown[] = [];
  for (;;) {
    const item = readItem(state);
    if (item === null) break;
    items.push(item);
    const joint = skipJoint(state, state.at);
    if (joint === state.at) break;
    state.at = joint;
  }
  if (items.length === 0) {
    state.at = start;
    return false;
  }
  state.reading.shown.push(...items);
  return true;
}

function skipJoint(state: State, from: number): number {
  let at = from;
  while (isKey(state.chunks[at], 'and', 'comma')) at += 1;
  return at;
}

function readItem(state: State): Shown | null {
  const start = state.at;
  state.at = skipSmall(state, state.at);
  const chunk = state.chunks[state.at];
  if (isKey(chunk, 'bucket') && !isMention(chunk)) {
    const bucket = readBucket(state);
    return bucket?.bucket == null ? null : { kind: 'bucket', bucket: bucket.bucket };
  }
  const name =
    chunk?.kind !== 'key'
      ? null
      : chunk.key.is === 'aggregate'
        ? chunk.key.function
        : chunk.key.is === 'count'
          ? 'count'
          : null;
  if (chunk !== undefined && name !== null) {
    state.at += 1;
    const isDistinct = isKey(state.chunks[skipSmall(state, state.at)], 'distinct');
    if (isDistinct) state.at = skipSmall(state, state.at) + 1;
    return { kind: 'measure', function: name, target: readTarget(state), distinct: isDistinct, text: chunk.text };
  }
  const superlative =
    chunk?.kind === 'key' && chunk.key.is === 'superlative' && chunk.key.about.length === 0 ? chunk.key : null;
  if (superlative !== null) state.at += 1;
  const target = readTarget(state);
  if (target === null) {
    state.at = start;
    return null;
  }
  if (superlative === null) return { kind: 'target', target };
  const extreme = superlative.direction === 'desc' ? 'max' : 'min';
  return { kind: 'measure', function: extreme, target, distinct: false, text: chunk?.text ?? '' };
}
