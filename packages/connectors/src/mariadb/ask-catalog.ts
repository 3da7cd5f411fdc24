import { cancelled, timedOut } from '../errors.ts';
import type { Pool } from '../pool.ts';
import { begin } from './begin.ts';
import { classifyNumber, isCancelNumber } from './classify.ts';
import { classifyReadError, type Session } from './session.ts';

const TIMEOUT_MS = 60_000;

/** Runs our own fixed questions to the information schema. `questions` are static texts of this package. */
export async function askCatalog(
  pool: Pool<Session>,
  questions: readonly string[],
  signal?: AbortSignal,
): Promise<(string | null)[][][]> {
  const session = await pool.acquire(signal);
  const onAbort = () => session.cancel();
  const timer = setTimeout(onAbort, TIMEOUT_MS + 1_000);
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    await begin(session, TIMEOUT_MS);
    const answers: (string | null)[][][] = [];
    for (const question of questions) {
      const { rows, error } = await session.request(question);
      if (error !== null) throw isCancelNumber(error) ? timedOut(TIMEOUT_MS) : classifyNumber(error);
      answers.push(rows);
    }
    return answers;
  } catch (error) {
    throw signal?.aborted === true ? cancelled() : classifyReadError(error);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
    if (session.isOpen) pool.release(session);
  }
}
