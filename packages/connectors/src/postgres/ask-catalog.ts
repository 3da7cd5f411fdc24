import { cancelled, timedOut } from '../errors.ts';
import type { Pool } from '../pool.ts';
import { classifySqlState, isCancelState } from './classify.ts';
import { bind, execute, parse, simpleQuery, sync } from './messages.ts';
import { type Session, classifyReadError } from './session.ts';

const TIMEOUT_MS = 60_000;
const BEGIN = simpleQuery('begin transaction isolation level repeatable read read only');
const SETTINGS = `select set_config('statement_timeout', $1, true), set_config('lock_timeout', '5000', true), set_config('search_path', 'pg_catalog, pg_temp', true)`;

/** Runs our own fixed questions to the system catalogs, in one snapshot. `sql` is static text of this package. */
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
    const all = [SETTINGS, ...questions].map((sql, index) =>
      Buffer.concat([parse('', sql), bind('', index === 0 ? [String(TIMEOUT_MS)] : [], []), execute(), sync()]),
    );
    const replies = await session.request(Buffer.concat([BEGIN, ...all]), all.length + 1);
    for (const { sqlState } of replies)
      if (sqlState !== null) throw isCancelState(sqlState) ? timedOut(TIMEOUT_MS) : classifySqlState(sqlState);
    return replies.slice(2).map(({ rows }) => rows);
  } catch (error) {
    throw signal?.aborted === true ? cancelled() : classifyReadError(error);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
    if (session.isOpen) pool.release(session);
  }
}
