import type { Chunk, Mention } from './chunks.ts';
import type { Key, Role } from './phrases.ts';
import type { Group, Reading, Target } from './reading.ts';
import { isOnlyDescribed } from './vocabulary.ts';
import { singular } from './words.ts';

const UNITS = new Set([
  'minute',
  'hour',
  'second',
  'mile',
  'kilometer',
  'kilometre',
  'km',
  'meter',
  'metre',
  'foot',
  'feet',
  'dollar',
  'euro',
  'knot',
  'degree',
  'pound',
  'kg',
  'kilogram',
  'percent',
  'point',
  'star',
  'usd',
  'min',
  'mph',
  'day',
  'month',
  'year',
  'credit',
]);

/** The cursor over the chunks and what has been read so far. */
export type State = {
  readonly chunks: readonly Chunk[];
  at: number;
  readonly reading: Reading;
  open: boolean;
  role: { role: Role; text: string } | null;
  not: boolean;
  with: boolean;
  /** Names that stood alone just before: a comparison or a value may be about them. */
  pending: Target | null;
  /** Reads what stands at the cursor. */
  readonly step: (state: State) => void;
  /** Reads chunks as a question of their own. */
  readonly parse: (chunks: readonly Chunk[]) => Reading;
};

/** In `what share of flights were …`, what stands after the verb is the part, what stands before it the whole. */
export function markVerb(state: State): void {
  const share = state.reading.share;
  if (share === null || share.conditionsOfWhole !== null) return;
  const text = state.chunks[state.at - 1]?.text.toLowerCase() ?? '';
  if (/^(are|were|is|was|have|has|had|arrived|departed|left)\b/.test(text)) {
    settle(state);
    share.conditionsOfWhole = state.reading.conditions.length;
  }
}

export function target(mentions: readonly Mention[], role: Role | null, before = ''): Target {
  return { mentions, role, text: mentions.map((mention) => mention.text).join(' '), before };
}

export function takeNot(state: State): boolean {
  const { not } = state;
  state.not = false;
  return not;
}

export function takePending(state: State): Target | null {
  const { pending } = state;
  state.pending = null;
  return pending;
}

/** What stood alone becomes a condition of its own: an entity, a flag, or something that will be declined. */
export function settle(state: State): void {
  const bare = takePending(state);
  if (bare === null) return;
  state.reading.conditions.push({ kind: 'bare', target: bare, not: takeNot(state), with: state.with });
}

export function endClause(state: State): void {
  if (state.role !== null) state.reading.lost.push(state.role.text);
  if (state.not) state.reading.lost.push('not');
  state.role = null;
  state.not = false;
  state.with = false;
}

/** `excluding flights from Atlanta`: what is excluded is said by what follows, not by the name. */
export function settleKeepingNot(state: State): void {
  const { not } = state;
  state.not = state.pending === null && not;
  settle(state);
  state.not = not;
}

export function isKey(chunk: Chunk | undefined, ...names: Key['is'][]): boolean {
  return chunk?.kind === 'key' && names.includes(chunk.key.is);
}

export function skipSmall(state: State, at: number, ...more: Key['is'][]): number {
  let next = at;
  while (isKey(state.chunks[next], 'filler', 'link', 'of', 'all', ...more)) next += 1;
  return next;
}

/** Names from here on that belong together; null when none stands here. Leaves the cursor behind them. */
export function readTarget(state: State): Target | null {
  let at = skipSmall(state, state.at);
  let role: Role | null = null;
  const roleChunk = state.chunks[at];
  if (roleChunk?.kind === 'key' && roleChunk.key.is === 'role' && isMention(state.chunks[skipSmall(state, at + 1)])) {
    role = roleChunk.key.role;
    at = skipSmall(state, at + 1);
  }
  const names = readNames(state, at);
  if (names === null) return null;
  const before = state.chunks[at - 1]?.text.toLowerCase() ?? '';
  let { mentions, next } = names;
  // `state of the destination airport` is the destination airport's state.
  const of = state.chunks[next];
  if (of?.kind === 'key' && of.key.is === 'of') {
    const owner = readNames(state, skipSmall(state, next));
    if (owner !== null) {
      mentions = [...owner.mentions, ...mentions];
      next = owner.next;
    }
  }
  state.at = next;
  if (role === null && state.role !== null) {
    role = state.role.role;
    state.role = null;
  }
  return target(mentions, role, before);
}

export function isValue(chunk: Chunk | undefined): boolean {
  return chunk?.kind === 'word' || chunk?.kind === 'quoted';
}

/** `most sell transactions`, `how many Canada goose strikes`: the value stands before what is ranked or counted. */
export function readValueBefore(state: State): void {
  const start = state.at;
  const value = isValue(state.chunks[start]) ? readValue(state) : null;
  if (value === null) return;
  if (!isMention(state.chunks[state.at])) {
    state.at = start;
    return;
  }
  state.reading.conditions.push({
    kind: 'value',
    target: null,
    words: [value],
    isAll: false,
    role: null,
    not: takeNot(state),
    text: value,
  });
}

export function isMention(chunk: Chunk | undefined): boolean {
  return chunk?.kind === 'mention' || (chunk?.kind === 'key' && chunk.mention !== null);
}

/** Whether the words are the plural of a table's name. */
function isRows({ text, candidates }: Mention): boolean {
  return (
    singular(text) !== text.toLowerCase() &&
    candidates.some((candidate) => candidate.column === null && candidate.score >= 0.9)
  );
}

function readNames(state: State, from: number): { mentions: Mention[]; next: number } | null {
  const mentions: Mention[] = [];
  let at = from;
  for (;;) {
    const chunk = state.chunks[at];
    if (
      chunk?.kind === 'mention' &&
      mentions.length > 0 &&
      chunk.mention.candidates.every((candidate) => isOnlyDescribed(candidate.score))
    )
      break;
    // `customers signed up in 2025`: what the customers did is not part of their name.
    const [first] = mentions;
    if (first !== undefined && isRows(first) && /(ed|ing|signup)$/i.test(chunk?.text ?? '')) break;
    if (first !== undefined && chunk?.kind === 'mention' && chunk.mention.isLink) break;
    if (chunk?.kind === 'mention') mentions.push(chunk.mention);
    else if (chunk?.kind === 'key' && chunk.mention !== null) mentions.push(chunk.mention);
    else break;
    at += 1;
  }
  return mentions.length === 0 ? null : { mentions, next: at };
}

export function readBucket(state: State): Group | null {
  const at = skipSmall(state, state.at);
  const chunk = state.chunks[at];
  if (chunk?.kind !== 'key' || chunk.key.is !== 'bucket') return null;
  state.at = at + 1;
  let of: Target | null = chunk.mention === null ? null : target([chunk.mention], null);
  if (isKey(state.chunks[state.at], 'of') && isMention(state.chunks[skipSmall(state, state.at)]))
    of = readTarget(state);
  return { target: of, bucket: chunk.key.bucket };
}

export function dropUnit(state: State): void {
  const unit = state.chunks[state.at];
  if (
    unit !== undefined &&
    (unit.kind === 'word' || unit.kind === 'mention' || unit.kind === 'key') &&
    UNITS.has(singular(unit.text))
  )
    state.at += 1;
}

/** A unit or a name after a number: `60 minutes`, `1000 flights`, `minutes of delay`. */
export function readUnit(state: State): { unit: string | null; named: Target | null } {
  let unit: string | null = null;
  const chunk = state.chunks[state.at];
  if (chunk !== undefined && chunk.kind !== 'number' && chunk.kind !== 'date' && UNITS.has(singular(chunk.text))) {
    unit = singular(chunk.text);
    state.at += 1;
  }
  const at = state.at;
  const named = isMention(state.chunks[skipSmall(state, at)]) ? readTarget(state) : null;
  return { unit, named };
}

export function readValue(state: State): string | null {
  const first = state.chunks[state.at];
  if (first?.kind === 'quoted') {
    state.at += 1;
    return first.text;
  }
  const words: string[] = [];
  for (;;) {
    const chunk = state.chunks[state.at];
    const next = state.chunks[state.at + 1];
    if (chunk?.kind === 'word') words.push(chunk.text);
    // `Isle of Man`: a small word between words nobody knows is part of the value.
    else if (
      words.length > 0 &&
      next?.kind === 'word' &&
      /^\p{Lu}/u.test(next.text) &&
      chunk?.kind === 'key' &&
      (chunk.key.is === 'of' || /^\p{Lu}/u.test(chunk.text)) &&
      chunk.key.is !== 'open'
    )
      words.push(chunk.text);
    else break;
    state.at += 1;
  }
  return words.length === 0 ? null : words.join(' ');
}
