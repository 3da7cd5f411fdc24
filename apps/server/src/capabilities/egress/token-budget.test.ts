import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Asker } from '#contracts';
import type { EgressSettingsChange } from '@strongroom/protocol';
import { startTestDatabase, type TestDatabase } from '../../platform/database/test-database.ts';
import { egressHolder } from './data-holder.ts';
import { migrations } from './migrations.ts';
import { changeSettings, readSettings } from './settings-store.ts';
import { createTokenBudget, type TokenBudget } from './token-budget.ts';
import { deleteUsageOf, selectUsageOf } from './usage-store.ts';

let started: TestDatabase;
let nowMs = 0;
let budget: TokenBudget;
let ada: Asker;
let bo: Asker;
const clock = { now: () => new Date(nowMs) };
const none = { tokensPerDay: null, tokensPerPersonPerDay: null };
const spent = (retryAfterSeconds: number) => ({
  code: 'egress/budget_spent',
  status: 429,
  members: { retryAfterSeconds },
});

beforeAll(async () => {
  started = await startTestDatabase(migrations);
});
afterAll(() => started[Symbol.asyncDispose]());
beforeEach(() => {
  nowMs = Date.parse('2026-03-30T23:59:00Z');
  budget = createTokenBudget({ database: started.database, clock });
  const workspaceId = randomUUID();
  ada = { workspaceId, personId: randomUUID() } as Asker;
  bo = { workspaceId, personId: randomUUID() } as Asker;
});
const usageOf = ({ workspaceId, personId }: Asker) =>
  started.database.withWorkspace(workspaceId, (within) => selectUsageOf(within, personId));

test('who has used their tokens of a day is refused until it is over, and nobody else is', async () => {
  const budgets = { ...none, tokensPerPersonPerDay: 100 };
  await budget.add(ada, 60);
  await budget.refuseSpent(ada, budgets);
  await budget.add(ada, 40);
  await expect(budget.refuseSpent(ada, budgets)).rejects.toMatchObject(spent(60));
  await budget.refuseSpent(bo, budgets);
  await budget.refuseSpent(ada, none);
  nowMs += 60_000;
  await budget.refuseSpent(ada, budgets);
});

test('when the workspace has used its tokens of a day nobody of it is let through, and another workspace is', async () => {
  const budgets = { ...none, tokensPerDay: 100 };
  await budget.add(ada, 60);
  await budget.add(bo, 40);
  for (const asker of [ada, bo]) await expect(budget.refuseSpent(asker, budgets)).rejects.toMatchObject(spent(60));
  await budget.refuseSpent({ ...ada, workspaceId: randomUUID() }, budgets);
  await expect(budget.refuseSpent(bo, { ...none, tokensPerDay: 0 })).rejects.toMatchObject(spent(60));
});

test('what many use at one time is counted to the last token', async () => {
  await Promise.all(Array.from({ length: 20 }, (_, at) => budget.add(at % 2 === 0 ? ada : bo, 5)));
  expect(await usageOf(ada)).toEqual([{ day: '2026-03-30', questions: 10, tokens: '50' }]);
  expect(await usageOf(bo)).toEqual([{ day: '2026-03-30', questions: 10, tokens: '50' }]);
});

test('a person gets what was counted of them, and it goes with them and with time', async () => {
  await budget.add(ada, 5);
  await budget.add(bo, 7);
  const { database } = started;
  const forgetPerson = (workspaceId: string, personId: string) =>
    database.withWorkspace(workspaceId, (within) => deleteUsageOf(within, personId));
  const holder = egressHolder({ database, forgetPerson });
  const [table] = holder.exportPerson?.(ada) ?? [];
  const exported: unknown[] = [];
  for await (const row of table?.rows() ?? []) exported.push(row);
  expect(exported).toEqual([{ day: '2026-03-30', questions: 1, tokens: '5' }]);
  const subject = { kind: 'person', id: ada.personId, names: [], ownerId: ada.personId } as const;
  await holder.forget?.(ada.workspaceId, subject, []);
  expect(await usageOf(ada)).toEqual([]);
  expect(await usageOf(bo)).toHaveLength(1);
  nowMs += 36 * 86_400_000;
  await budget.add(ada, 1);
  expect(await usageOf(bo)).toEqual([]);
});

test('two admins who change two settings at one time both have their way', async () => {
  const { workspaceId } = ada;
  const set = (change: EgressSettingsChange) =>
    started.database.withWorkspace(workspaceId, (within) => changeSettings(within, workspaceId, change));
  await Promise.all([set({ region: 'eu' }), set({ tokensPerDay: 5 }), set({ tokensPerPersonPerDay: 3 })]);
  const all = { useModel: true, region: 'eu', tokensPerDay: 5, tokensPerPersonPerDay: 3 };
  expect(await readSettings(started.database, workspaceId)).toEqual(all);
  expect(await set({ tokensPerDay: null })).toEqual({ ...all, tokensPerDay: null });
});
