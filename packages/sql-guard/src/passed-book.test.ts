import { expect, test, vi } from 'vitest';
import type { CheckResult, CheckTask } from './check.ts';
import { createPassedBook } from './passed-book.ts';

const task: CheckTask = { sql: 'select 1', dialect: 'postgres', policy: null, rowsMax: 10, params: [], held: null };
const resultOf = (text: string): CheckResult => ({
  plan: { relations: [], functions: [], columns: [] },
  text,
  rules: [],
  filtered: false,
  keyed: false,
});
const policy = { tables: [], attributes: { region: 'north' } };

test('the same statement of the same person is checked once', async () => {
  const book = createPassedBook();
  const schema = { tables: [] };
  const check = vi.fn<() => Promise<CheckResult>>(async () => resultOf('one'));
  await book.get(schema, 'ann', task, check);
  expect((await book.get(schema, 'ann', { ...task }, check)).text).toBe('one');
  expect(check).toHaveBeenCalledTimes(1);
});

test.each<[string, { key?: string | null; schema?: object; change?: Partial<CheckTask> }]>([
  ['of another person', { key: 'bob' }],
  ['of nobody in particular', { key: null }],
  ['against a schema that only looks the same', { schema: { tables: [] } }],
  ['of another text', { change: { sql: 'select 1 ' } }],
  ['in another dialect', { change: { dialect: 'duckdb' } }],
  ['with another number of rows', { change: { rowsMax: 11 } }],
  ['with a parameter', { change: { params: [1] } }],
  ['with a parameter of another type', { change: { params: ['1'] } }],
  ['with a parameter that JSON has no word for', { change: { params: [Number.NaN] } }],
  ['with minus nothing', { change: { params: [-0] } }],
  ['under a policy', { change: { policy } }],
  ['under other attributes', { change: { policy: { ...policy, attributes: { region: 'south' } } } }],
])('one %s is checked for itself', async (_, { key = 'ann', schema, change }) => {
  const book = createPassedBook();
  const first = { tables: [] };
  for (const params of [[], [0], [null], [2]])
    await book.get(first, 'ann', { ...task, params }, async () => resultOf('before'));
  await book.get(first, 'ann', { ...task, policy: { ...policy, attributes: {} } }, async () => resultOf('before'));
  const found = await book.get((schema ?? first) as typeof first, key, { ...task, ...change }, async () =>
    resultOf('new'),
  );
  expect(found.text).toBe('new');
});

test('a refusal is not kept', async () => {
  const book = createPassedBook();
  const schema = { tables: [] };
  await expect(book.get(schema, 'ann', task, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect((await book.get(schema, 'ann', task, async () => resultOf('yes'))).text).toBe('yes');
});

test('it keeps the newest two hundred, none longer than a minute, and no statement that is long', async () => {
  vi.useFakeTimers();
  const book = createPassedBook();
  const schema = { tables: [] };
  const check = vi.fn<() => Promise<CheckResult>>(async () => resultOf('passed'));
  const get = (sql: string) => book.get(schema, 'ann', { ...task, sql }, check);
  for (let at = 0; at <= 200; at += 1) await get(`select ${at}`);
  await get('select 200');
  expect(check).toHaveBeenCalledTimes(201);
  await get('select 0');
  expect(check).toHaveBeenCalledTimes(202);
  vi.advanceTimersByTime(60_000);
  await get('select 200');
  expect(check).toHaveBeenCalledTimes(203);
  const long = `select '${'x'.repeat(16_384)}'`;
  await get(long);
  await get(long);
  expect(check).toHaveBeenCalledTimes(205);
  vi.useRealTimers();
});
