import type { AnswerEvent } from '@strongroom/protocol';
import { expect, test } from 'vitest';
import type { AnswerState } from './answers.ts';
import { wayOf } from './way.ts';

const disclosed: AnswerEvent = {
  type: 'disclosed',
  disclosure: { parts: [], sentBytes: 0, tables: 1, columns: 3, recipient: 'built-in', sent: null },
};
const translated: AnswerEvent = {
  type: 'translated',
  source: 'aviation',
  asked: 'SELECT 1',
  translator: 'built-in',
  understanding: null,
};
const planned: AnswerEvent = {
  type: 'planned',
  source: 'aviation',
  asked: 'SELECT 1',
  run: 'SELECT 1 LIMIT 5',
  rules: ['limit'],
};
const released: AnswerEvent = { type: 'released', receipt: 'entry-1', columns: [], view: 'view-1' };
const completed: AnswerEvent = {
  type: 'completed',
  outcome: 'rows',
  rowCount: 1,
  complete: true,
  limit: null,
  elapsedMs: 3,
  receipt: 'entry-2',
};
const stopped = (step: 'translate' | 'guard' | 'run'): AnswerEvent => ({
  type: 'stopped',
  step,
  outcome: step === 'translate' ? 'declined' : 'denied',
  problem: { type: 'about:blank', title: 'no', status: 403, code: 'query/denied' },
  understanding: null,
  receipt: 'entry-3',
});

const state = (events: AnswerEvent[], more: Partial<AnswerState> = {}): AnswerState => ({
  phase: 'asking',
  gone: null,
  asking: { mode: 'question', text: 'q', source: null },
  events,
  rows: null,
  failure: null,
  cancelled: false,
  ...more,
});
const states = (given: AnswerState) => wayOf(given).steps.map((step) => `${step.name} ${step.state}`);

test('the five steps are always these, in this order, and one is at work at a time', () => {
  expect(states(state([]))).toEqual([
    'sent working',
    'asked waiting',
    'run waiting',
    'rows waiting',
    'receipt waiting',
  ]);
  expect(states(state([disclosed]))).toEqual([
    'sent done',
    'asked working',
    'run waiting',
    'rows waiting',
    'receipt waiting',
  ]);
  expect(states(state([disclosed, translated, planned, released]))).toEqual([
    'sent done',
    'asked done',
    'run done',
    'rows working',
    'receipt waiting',
  ]);
  expect(states(state([disclosed, translated, planned, released, completed], { phase: 'done' }))).toEqual([
    'sent done',
    'asked done',
    'run done',
    'rows done',
    'receipt done',
  ]);
});

test('a declined question stops where it was to be translated, and nothing after it ran', () => {
  expect(states(state([disclosed, stopped('translate')], { phase: 'done' }))).toEqual([
    'sent done',
    'asked stopped',
    'run skipped',
    'rows skipped',
    'receipt done',
  ]);
});

test('a refusal by the guard stops the line there, with its receipt', () => {
  const way = wayOf(state([disclosed, translated, stopped('guard')], { phase: 'done' }));
  expect(way.steps.map((step) => step.state)).toEqual(['done', 'done', 'stopped', 'skipped', 'done']);
  expect(way.receipt).toBe('entry-3');
});

test('SQL of one’s own sends nothing', () => {
  const way = wayOf(
    state([planned, released, completed], {
      phase: 'done',
      asking: { mode: 'sql', text: 'SELECT 1', source: 'aviation' },
    }),
  );
  expect(way.steps[0]).toMatchObject({ state: 'skipped', line: 'Nothing: you wrote the SQL yourself' });
  expect(way.steps.slice(1).every((step) => step.state === 'done')).toBe(true);
});

test('cancelling stops the step that was at work, and says who did it', () => {
  const way = wayOf(state([disclosed, translated, planned, released], { phase: 'done', cancelled: true }));
  expect(way.steps[3]).toMatchObject({ name: 'rows', state: 'stopped', line: 'You cancelled it here' });
});

test('what left the server is counted in bytes and names, and zero says that nothing left', () => {
  expect(wayOf(state([disclosed])).steps[0]?.line).toMatch(/^Nothing left this server/);
  const sent: AnswerEvent = {
    type: 'disclosed',
    disclosure: { parts: [], sentBytes: 1412, tables: 1, columns: 3, recipient: 'models.example.com', sent: '{}' },
  };
  expect(wayOf(state([sent])).steps[0]?.line).toBe(
    '1 table name, 3 column names, your words · 1,412 bytes to models.example.com',
  );
});

test('what a policy did stands first at the SQL that ran, and an answer that it left empty says so', () => {
  const byPolicy: AnswerEvent = {
    ...planned,
    rules: ['rows of public.staff filtered by its policy', 'public.staff.name masked (pseudonym)', 'limit'],
  };
  const nothing: AnswerEvent = { ...completed, outcome: 'filtered', rowCount: 0 };
  const { steps } = wayOf(state([disclosed, translated, byPolicy, released, nothing], { phase: 'done' }));
  expect(steps[2]?.line).toBe('rows filtered, 1 column masked · 3 rules applied · SELECT 1 LIMIT 5');
  expect(steps[3]?.line).toBe('None came back; a row filter applied to you');
});

test.each([
  ['query/denied', 'denied', 'Denied, so nothing ran'],
  ['query/run_sql_off', null, 'SQL is turned off'],
  ['query/rights_changed', null, 'Your rights changed while it ran'],
  ['query/policy_broken', null, 'The policy no longer fits the tables'],
  ['query/too_deep', null, 'It stopped here'],
] as const)('%s is told from the others where it stopped', (code, outcome, line) => {
  const stop: AnswerEvent = {
    type: 'stopped',
    step: 'guard',
    outcome,
    problem: { type: 'about:blank', title: 'no', status: 403, code },
    understanding: null,
    receipt: 'entry-3',
  };
  expect(wayOf(state([disclosed, translated, stop], { phase: 'done' })).steps[2]?.line).toBe(line);
});
