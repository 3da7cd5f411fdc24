import type { Asker, AuditWriter } from '#contracts';
import type { Clock } from '#platform/clock';
import type { Database } from '#platform/database';
import { type CallEnd, createCompletedCalls } from './completed-calls.ts';
import { budgetSpent } from './errors.ts';
import type { Key } from './keys.ts';
import { addUsage, type UsageRow } from './store.ts';

export type UsageCounter = {
  /** Throws `gateway/budget_spent` (429). A call that runs when the last token is spent still ends. */
  refuseSpent(key: Key): void;
  /** Counts a call that has ended, and has it in the audit log soon. */
  add(asker: Asker, key: Key, end: CallEnd): void;
  /** Writes what was counted since the last time. */
  flush(): Promise<void>;
  /** Of who is removed nothing more is counted, also not by a call that still ends; resolves when nothing of it is being written. */
  forgetPerson(personId: string): Promise<void>;
  close(): Promise<void>;
};

const FLUSH_EVERY_MS = 1_000;

/**
 * Counts tokens by key, model and day. What was counted on this server decides at once; what others counted, and what was before a
 * start, within a second. A crash loses the counts of a second at most; the audit log has the calls.
 */
export function createUsageCounter({
  database,
  audit,
  upstream,
  clock,
  flushed,
  onUnwritten,
}: {
  readonly database: Database;
  readonly audit: AuditWriter;
  /** Host, for the audit log. */
  readonly upstream: () => string | null;
  readonly clock: Clock;
  /** Called when the database holds more than was read of it. */
  readonly flushed: () => void;
  readonly onUnwritten: (error: unknown) => void;
}): UsageCounter {
  const completed = createCompletedCalls(audit, upstream);
  let pending = new Map<string, UsageRow>();
  let flushing: Promise<void> = Promise.resolve();
  let writing: readonly UsageRow[] = [];

  // Ids don't come back.
  const removedPeople = new Set<string>();

  const count = (row: UsageRow): void => {
    if (removedPeople.has(row.personId)) return;
    const name = `${row.workspaceId} ${row.keyId} ${row.model} ${row.day}`;
    const before = pending.get(name);
    pending.set(name, before === undefined ? row : sum(before, row));
  };
  const write = async (): Promise<void> => {
    writing = [...pending.values()];
    pending = new Map();
    if (writing.length === 0) return;
    try {
      await addUsage(database, writing);
    } catch (error) {
      for (const row of writing) count(row);
      onUnwritten(error);
    } finally {
      writing = [];
      flushed();
    }
  };
  const writeAll = async (): Promise<void> => {
    await Promise.all([completed.write().catch(onUnwritten), write()]);
  };
  const flush = (): Promise<void> => (flushing = flushing.then(writeAll));
  const timer = setInterval(() => void flush(), FLUSH_EVERY_MS).unref();

  /** Tokens that the database does not hold yet. */
  const unwritten = (mine: (row: UsageRow) => boolean, period: string): number => {
    let tokens = 0;
    for (const row of [...pending.values(), ...writing])
      if (mine(row) && row.day.startsWith(period)) tokens += row.inputTokens + row.outputTokens;
    return tokens;
  };
  return {
    refuseSpent({ keyId, personId, budgets, spent }) {
      const now = clock.now();
      for (const [whose, mine] of [
        ['key', (row: UsageRow) => row.keyId === keyId],
        ['person', (row: UsageRow) => row.personId === personId],
      ] as const)
        for (const period of ['day', 'month'] as const) {
          const budget = budgets[whose][period];
          if (budget === null) continue;
          const used = spent[whose][period] + unwritten(mine, now.toISOString().slice(0, period === 'day' ? 10 : 7));
          if (used >= budget) throw budgetSpent(whose, period, secondsLeft(now, period));
        }
    },
    add(asker, { workspaceId, keyId, personId }, end) {
      completed.add(asker, end);
      const { model, input, output, durationMs, reason } = end;
      count({
        workspaceId,
        keyId,
        personId,
        model,
        day: clock.now().toISOString().slice(0, 10),
        requests: 1,
        failures: reason === null ? 0 : 1,
        inputTokens: input,
        outputTokens: output,
        durationMs,
      });
    },
    flush,
    async forgetPerson(personId) {
      removedPeople.add(personId);
      for (const [name, row] of pending) if (row.personId === personId) pending.delete(name);
      await flushing;
    },
    close: async () => {
      clearInterval(timer);
      await flush();
    },
  };
}

function sum(a: UsageRow, b: UsageRow): UsageRow {
  return {
    ...a,
    requests: a.requests + b.requests,
    failures: a.failures + b.failures,
    inputTokens: a.inputTokens + b.inputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    durationMs: a.durationMs + b.durationMs,
  };
}

/** Until the day, or the month, is over in UTC. */
function secondsLeft(now: Date, period: 'day' | 'month'): number {
  const [year, month, day] = [now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()];
  const end = period === 'day' ? Date.UTC(year, month, day + 1) : Date.UTC(year, month + 1, 1);
  return Math.max(1, Math.ceil((end - now.getTime()) / 1000));
}
