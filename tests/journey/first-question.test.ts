import { type RunningServer, runCli, startServer } from '@strongroom/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Asked, call, ledger } from './support/calls.ts';

const QUESTION = 'How many flights left each origin airport? Show the top 5';
const BY_HAND = 'select origin, count(*) from flights group by origin order by 2 desc limit 5';

let server: RunningServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server[Symbol.asyncDispose]());

async function strongroom(...args: string[]): Promise<Asked> {
  const { code, stdout, stderr } = await runCli([...args, '--json'], { env: { STRONGROOM_HOME: server.home } });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as Asked;
}

test('a fresh start says the address and the one-time link on standard output, and nothing else', () => {
  expect(server.output().stdout).toMatch(
    /^Strongroom is ready at (http:\/\/127\.0\.0\.1:\d+)\nSign in: \1\/sign-in#code=[\w-]{43}\n$/,
  );
});

test('what a start writes to standard error is JSON, and holds neither the link nor the token', () => {
  const { stderr } = server.output();
  for (const line of stderr.split('\n').filter((text) => text !== '')) expect(() => JSON.parse(line)).not.toThrow();
  expect(stderr).not.toContain(new URL(server.signInLink ?? '').hash.slice('#code='.length));
  expect(stderr).not.toContain(server.adminToken);
});

test('a fresh home has the sample as two sources, ready, without a warning', async () => {
  const { body } = await call(server, 'GET', 'sources');
  expect(body['sources']).toMatchObject([
    { name: 'aviation', kind: 'postgres', status: 'ready', warnings: [], tables: 3, mayQuery: true },
    { name: 'flights-3m', kind: 'file', status: 'ready', warnings: [], tables: 1, mayQuery: true },
  ]);
});

test('the first question gives the same five rows as a query written by hand, and shows how', async () => {
  const answer = await strongroom('ask', QUESTION, '--source', 'aviation');
  const byHand = await strongroom('query', BY_HAND, '--source', 'aviation');
  expect(byHand.rows).toHaveLength(5);
  expect(answer.rows).toEqual(byHand.rows);
  expect(answer).toMatchObject({
    outcome: 'rows',
    rowCount: 5,
    complete: true,
    translator: 'built-in',
    columns: [{ name: 'origin', type: 'text' }, { type: 'bigint' }],
    sql: {
      asked: expect.stringMatching(/^SELECT .*flights/is) as string,
      run: expect.stringMatching(/^SELECT .*flights/is) as string,
    },
    disclosure: { sentBytes: 0, sent: null, tables: 3 },
  });
  const parts = answer.disclosure?.parts ?? [];
  expect(parts.map(({ kind }) => kind)).toEqual(['instruction', 'schema', 'description', 'question']);
  expect(parts.at(-1)?.text).toBe(QUESTION);
});

test('the receipt of an answer is the entry that was made before its rows left', async () => {
  const { receipt } = await strongroom('ask', QUESTION, '--source', 'aviation');
  const entries = await ledger(server);
  const released = entries.find(({ id }) => id === receipt);
  expect(released).toMatchObject({ action: 'query.released', resource: 'aviation', outcome: 'done' });
  const same = entries.filter(({ requestId }) => requestId === released?.requestId).map(({ action }) => action);
  expect(same).toEqual(['assistant.asked', 'query.released', 'query.completed']);
});

test('the question is in the history of who asked, with what was sent for it', async () => {
  const { body } = await call(server, 'GET', 'questions');
  expect(body['questions']).toContainEqual(
    expect.objectContaining({ question: QUESTION, source: 'aviation', translator: 'built-in', outcome: 'rows' }),
  );
});
