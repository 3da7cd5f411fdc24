import { day, number } from '../../components/words.ts';
import type { Check, LogState } from './verify-entry.ts';

// What this browser remembers of each log, by the log's own name, so that a later answer that contradicts it shows.
// Kept where signing out does not reach it: names, a public key, a size and a root, nothing of a person.
//
// A log that has grown is believed: that the larger tree begins with the smaller one would take a consistency proof
// (RFC 9162 section 2.1.4), which the server has no verb for. So a history that was exchanged and then grew past the
// size remembered is not seen here; `strongroom ledger verify --checkpoint` sees it.

/** The newest state that was verified here, and since when the key is known (ISO 8601). */
export type LogMemory = LogState & { readonly since: string };

const prefix = 'strongroom.log/';

/** null for a log that is not known, and where the browser keeps nothing. */
export function recallLog(origin: string): LogMemory | null {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(prefix + origin) ?? 'null');
    return isMemory(value) ? value : null;
  } catch {
    return null;
  }
}

/** Never takes a larger size back: another tab may have seen more meanwhile. False where the browser keeps nothing. */
export function rememberLog(origin: string, log: LogState, now: Date): boolean {
  try {
    const known = recallLog(origin);
    const isNewer = known === null || (known.key === log.key && known.size < log.size);
    if (isNewer)
      localStorage.setItem(prefix + origin, JSON.stringify({ ...log, since: known?.since ?? now.toISOString() }));
    return recallLog(origin) !== null;
  } catch {
    return false;
  }
}

/** How many other logs this browser has met at this address. */
export function countOtherLogs(origin: string): number {
  try {
    return Object.keys(localStorage).filter((name) => name.startsWith(prefix) && name !== prefix + origin).length;
  } catch {
    return 0;
  }
}

/** Whether the log contradicts what is remembered of it; a smaller one has lost entries that were signed. */
export function checkMemory(known: LogMemory, log: LogState): Check {
  const facts = [
    ['key', log.key],
    ...(known.key === log.key ? [] : ([['key before', known.key]] as const)),
    ['known since', known.since],
    ['size before', number(known.size)],
    ['root before', known.root],
  ] as const;
  const fails = (says: string): Check => ({ verdict: 'fails', says, facts });
  if (known.key !== log.key) return fails(`Another key than the one known since ${day(known.since)}`);
  if (log.size < known.size)
    return fails(`The log was cut: ${number(log.size)} entries, and ${number(known.size)} were seen here`);
  if (log.size === known.size && log.root !== known.root)
    return fails(`Another history of ${number(log.size)} entries was seen here`);
  return { verdict: 'holds', says: `Known since ${day(known.since)}`, facts };
}

function isMemory(value: unknown): value is LogMemory {
  if (typeof value !== 'object' || value === null) return false;
  const { key, size, root, since } = value as Record<string, unknown>;
  const isState = typeof key === 'string' && Number.isSafeInteger(size) && typeof root === 'string';
  return isState && typeof since === 'string' && !Number.isNaN(Date.parse(since));
}
