import { type RunningServer, startServer } from '@strongroom/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ANSWERED, DECLINED } from '../../apps/server/src/capabilities/assistant/aviation-questions.ts';
import { ask, call, ledgerPosition, ledgerSince, query } from './support/calls.ts';

let server: RunningServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server[Symbol.asyncDispose]());

/** The values of each row, whatever the order of the columns: numbers and their decimal texts are the same. */
function values(rows: readonly unknown[][]): string[][] {
  return rows.map((row) => row.map(plain).toSorted());
}

function plain(value: unknown): string {
  const text = String(value);
  return /^-?\d+(\.\d+)?$/.test(text) ? String(Number(text)) : text.replace(/[T ]00:00:00(\.0+)?$/, '');
}

test('thirty questions and more are to be answered, and ten and more declined', () => {
  expect(ANSWERED.length).toBeGreaterThanOrEqual(30);
  expect(DECLINED.length).toBeGreaterThanOrEqual(10);
});

test.each(ANSWERED)('the built-in translator answers "$question" as SQL written by hand does', async (asked) => {
  const answer = await ask(server, asked.question, 'aviation');
  expect(answer).toMatchObject({ translator: 'built-in', complete: true });
  const reference = await query(server, 'aviation', asked.reference);
  expect(reference.rows.length, JSON.stringify(reference)).toBeGreaterThan(0);
  expect(values(answer.rows)).toEqual(values(reference.rows));
});

test.each(DECLINED)('"%s" is declined: it says what was not understood and runs nothing', async (question) => {
  const before = await ledgerPosition(server);
  const { status, body } = await call(server, 'POST', 'ask', { question, source: 'aviation' });
  expect({ status, code: body['code'], outcome: body['outcome'], rows: body['rows'] }).toEqual({
    status: 422,
    code: 'assistant/not_understood',
    outcome: 'declined',
    rows: [],
  });
  expect(body['understanding']).toMatchObject({ notUnderstood: [expect.any(String)] });
  const released = (await ledgerSince(server, before)).filter(({ action }) => action === 'query.released');
  expect(released).toEqual([]);
});
