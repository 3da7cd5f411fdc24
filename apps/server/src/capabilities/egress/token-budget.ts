import type { Asker } from '#contracts';
import type { Clock } from '#platform/clock';
import type { Database } from '#platform/database';
import { budgetSpent } from './errors.ts';
import { addUsage, deleteUsageBefore, selectSpent } from './usage-store.ts';

/** What was used is kept so long, to be looked at. */
const DAYS_KEPT = 35;
const DAY_MS = 86_400_000;

/** How many tokens questions may use a day, UTC; null: as many as are asked. */
export type Budgets = { readonly tokensPerDay: number | null; readonly tokensPerPersonPerDay: number | null };

export type TokenBudget = {
  /**
   * Throws `egress/budget_spent` (429) when the person or the workspace has none left today. A question that is asked while the last tokens
   * are spent still ends: the budget can be passed by those that run at one time.
   */
  refuseSpent(asker: Asker, budgets: Budgets): Promise<void>;
  /** Durable when it resolves. */
  add(asker: Asker, tokens: number): Promise<void>;
};

export function createTokenBudget({ database, clock }: { database: Database; clock: Clock }): TokenBudget {
  const dayAt = (time: number): string => new Date(time).toISOString().slice(0, 10);
  return {
    async refuseSpent({ workspaceId, personId }, { tokensPerDay, tokensPerPersonPerDay }) {
      if (tokensPerDay === null && tokensPerPersonPerDay === null) return;
      const now = clock.now().getTime();
      const spent = await selectSpent(database, workspaceId, { personId, day: dayAt(now) });
      const retryAfterSeconds = Math.ceil((DAY_MS - (now % DAY_MS)) / 1000);
      if (tokensPerPersonPerDay !== null && spent.byPerson >= tokensPerPersonPerDay)
        throw budgetSpent('your', retryAfterSeconds);
      if (tokensPerDay !== null && spent.byAll >= tokensPerDay) throw budgetSpent('the workspace’s', retryAfterSeconds);
    },
    async add({ workspaceId, personId }, tokens) {
      const now = clock.now().getTime();
      await database.withWorkspace(workspaceId, async (within) => {
        const isFirst = await addUsage(within, { workspaceId, personId, day: dayAt(now), tokens });
        if (isFirst) await deleteUsageBefore(within, dayAt(now - DAYS_KEPT * DAY_MS));
      });
    },
  };
}
