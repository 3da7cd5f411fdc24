import type { Chunk } from './chunks.ts';
import { isKey, type State } from './cursor.ts';
import type { Condition, Reading } from './reading.ts';

/**
 * `ratio of A to B`, `ratio of A out of all B`: each side is read as a question of its own. What stands behind the
 * second side and says where or when holds for both; a group or an order there is that of the whole question.
 */
export function onRatio(state: State, text: string): void {
  const { reading, chunks } = state;
  const end = endOf(chunks, state.at);
  const joint = chunks.findIndex((chunk, at) => at > state.at && at < end && isJoint(chunk, chunks[at + 1]));
  if (joint < 0 || reading.ratio !== null || reading.measures.length > 0 || reading.subjects.length > 0) {
    reading.lost.push(text);
    return;
  }
  const part = state.parse(chunks.slice(state.at, joint));
  const whole = state.parse(chunks.slice(joint + 1, end));
  state.at = end;
  state.open = false;
  const { trailing, own } = cutTrailing(chunks, joint, end, whole, part, state);
  reading.lost.push(...part.lost, ...whole.lost);
  reading.groups.push(...whole.groups);
  reading.conditions.push(...trailing);
  reading.ratio = {
    part: { measures: part.measures, subjects: part.subjects, conditions: part.conditions },
    whole: { measures: whole.measures, subjects: whole.subjects, conditions: own },
    ofAll: isKey(chunks[joint], 'of'),
  };
  for (const side of [part, whole])
    if (
      side.having.length > 0 ||
      side.ranking !== null ||
      side.limit !== null ||
      side.top !== null ||
      side.share !== null ||
      side.ratio !== null ||
      side.shown.length > 0 ||
      side.orderBy !== null ||
      side.when
    )
      reading.lost.push(text);
  if (part.groups.length > 0) reading.lost.push(text);
}

function endOf(chunks: readonly Chunk[], from: number): number {
  const end = chunks.findIndex((chunk, at) => at >= from && isKey(chunk, 'end', 'order', 'ascending', 'descending'));
  return end < 0 ? chunks.length : end;
}

function isJoint(chunk: Chunk, next: Chunk | undefined): boolean {
  if (chunk.kind !== 'key' || next === undefined) return false;
  const said = chunk.text.toLowerCase();
  return said === 'to' || said === 'versus' || said === 'out of' || (said === 'and' && isKey(next, 'count'));
}

/** The conditions of the second side that stand behind `in`, `at` or `during` and close it: they hold for both. */
function cutTrailing(
  chunks: readonly Chunk[],
  joint: number,
  end: number,
  whole: Reading,
  part: Reading,
  state: State,
): { trailing: Condition[]; own: Condition[] } {
  const preposition = chunks.findLastIndex(
    (chunk, at) => at > joint && at < end && isKey(chunk, 'preposition') && chunks[at + 1]?.kind !== 'mention',
  );
  if (preposition < 0) return { trailing: whole.conditions.filter(isDate), own: whole.conditions.filter(isNoDate) };
  const before = state.parse(chunks.slice(joint + 1, preposition));
  // `courses in spring to courses in autumn`: then each side has its own.
  const isOwn = before.conditions.length === 0 && part.conditions.length > 0 && !isKey(chunks[joint], 'of');
  const isPrefix = before.conditions.length < whole.conditions.length;
  if (isOwn || !isPrefix) return { trailing: [], own: whole.conditions };
  return {
    trailing: whole.conditions.slice(before.conditions.length),
    own: whole.conditions.slice(0, before.conditions.length),
  };
}

function isDate(condition: Condition): boolean {
  return condition.kind === 'date';
}

function isNoDate(condition: Condition): boolean {
  return condition.kind !== 'date';
}
