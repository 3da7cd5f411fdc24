import type { AskerWords, HeldLiteral } from '@strongroom/protocol';
import type { Asker } from '#contracts';
import type { Earlier, ModelStatement } from '#egress';
import type { Query } from '#query';
import { onlyWords, questionNotFound } from './errors.ts';
import type { History, KeptQuestion } from './history.ts';
import { BUILT_IN_NAME } from './translate-question.ts';

/** What a question goes on from: earlier ones of the same person. INVARIANT: no row, no count and no outcome of theirs is in it. */
export type Thread = Earlier & {
  /** The newest of them as the built-in translator read it, with those before it merged in. */
  readonly read: AskerWords;
  readonly source: string | null;
  /** What was held back of them; null: nothing was. */
  readonly heldBack: readonly HeldLiteral[] | null;
};

/** So many earlier questions are told. */
const WORDS_MAX = 5;

/**
 * Throws `assistant/question_not_found` (404), the same for somebody else's and one that never was, and `assistant/only_words` (422) where SQL
 * was typed.
 */
export async function earlierThread(
  { history, query }: { readonly history: History; readonly query: Pick<Query, 'mayRun'> },
  asker: Asker,
  id: string,
): Promise<Thread> {
  // By access that somebody else made for them, nobody's questions are open.
  if (!asker.own) throw questionNotFound();
  const last = await history.show(asker, id);
  if (last.question === null) throw onlyWords();
  const words = [last.question];
  let heldBack = last.disclosure?.heldBack ?? null;
  for (let before = last.follows ?? null; before !== null && words.length < WORDS_MAX;) {
    const one = await history.show(asker, before).catch(() => null);
    if (one?.question !== null && one?.question !== undefined) words.unshift(one.question);
    // One that nobody outside was told of has none, and those before it keep theirs.
    heldBack ??= one?.disclosure?.heldBack ?? null;
    before = one?.follows ?? null;
  }
  const own = last.disclosure?.heldBack ?? null;
  // SQL whose author was told the values has them in it.
  const statement = heldBack !== null && own === null ? null : await tellable(query, asker, last, own);
  return { words, statement, read: last.read ?? last.question, source: last.source, heldBack };
}

/**
 * INVARIANT: what a model wrote may be told to a model again, if the asker may read today what it reads. The built-in translator's SQL holds
 * values that it looked up in the source, so it is nobody's to hear; neither is what never passed the guard.
 */
async function tellable(
  query: Pick<Query, 'mayRun'>,
  asker: Asker,
  { source, sql, translator }: KeptQuestion,
  held: readonly HeldLiteral[] | null,
): Promise<ModelStatement | null> {
  // Whether it ran then says something of what was held back: whether it could run is asked now, for any value.
  if (source === null || sql.asked === null) return null;
  if (translator === null || translator === BUILT_IN_NAME) return null;
  return (await query.mayRun(asker, { source, sql: sql.asked, held })) ? (sql.asked as ModelStatement) : null;
}
