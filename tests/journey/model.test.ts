import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type FakeModel,
  type FakeModelBehaviour,
  openBrowser,
  runCli,
  type RunningServer,
  startFakeModel,
  startPostgres,
  startServer,
  temporaryFolder,
  type TestPostgres,
} from '@strongroom/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask, call, ledger, ledgerPosition, ledgerSince } from './support/calls.ts';
import { until } from './support/until.ts';

const KEY = 'planted-key-5d0b7e';
const MODEL = 'test-model-7b';
const QUESTION = 'How many flights of quetzalcoatlus are there?';
const PASSWORD = 'planted-password-2c8f';
/** Each stands in one place of the source where a value can hide, and is to reach nobody but who asks for the row. */
const PLANTED = {
  row: 'planted-row-1a',
  default: 'planted-default-2b',
  label: 'planted-label-3c',
  check: 'planted-check-4d',
  partition: 'planted-partition-5e',
  view: 'planted-view-6f',
  index: 'planted-index-7a',
  generated: 'planted-generated-8b',
} as const;
const COUNT = 'select count(*) as flights from public.flights';

let postgres: TestPostgres;
let model: FakeModel;
let server: RunningServer;

beforeAll(async () => {
  [postgres, model] = await Promise.all([startPostgres({ tcp: true }), startFakeModel()]);
  // The role owns what a model could be made to drop: nothing but us stands before it.
  await postgres.run(`
    create role reader login password '${PASSWORD}';
    grant create on schema public to reader;
    set role reader;
    create type mood as enum ('calm', '${PLANTED.label}');
    create table flights (
      id integer primary key,
      pilot text not null default '${PLANTED.default}',
      mood mood not null default 'calm',
      note text check (note <> '${PLANTED.check}'),
      kind text generated always as (case when id > 2 then '${PLANTED.generated}' end) stored
    );
    comment on table flights is 'One row a flight';
    create index on flights (id) where pilot <> '${PLANTED.index}';
    create table legs (id integer, region text) partition by list (region);
    create table legs_of_one partition of legs for values in ('${PLANTED.partition}');
    create view calm_flights as select id, '${PLANTED.view}' as hidden from flights;
    insert into flights (id, pilot, mood) values (1, '${PLANTED.row}', 'calm'), (2, 'ada', '${PLANTED.label}'), (3, 'grace', 'calm');
  `);
  server = await startServer({
    env: {
      STRONGROOM_SAMPLE: 'off',
      STRONGROOM_LOG: 'debug',
      STRONGROOM_MODEL_URL: model.url,
      STRONGROOM_MODEL: MODEL,
      STRONGROOM_MODEL_KEY: KEY,
    },
  });
  const url = postgres.url({ user: 'reader', password: PASSWORD });
  const added = await call(server, 'POST', 'sources', { name: 'airline', url });
  expect(added.status, JSON.stringify(added.body)).toBe(200);
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await model[Symbol.asyncDispose]();
  await postgres[Symbol.asyncDispose]();
});

/** Id of the question that was asked last. */
async function lastQuestion(): Promise<string> {
  const [kept] = (await call(server, 'GET', 'questions')).body['questions'] as { id: string }[];
  return kept?.id ?? '';
}

async function receiptOfLast(): Promise<Record<string, unknown>> {
  return (await call(server, 'GET', `questions/${await lastQuestion()}/receipt`)).body;
}

const replies = (content: string) => model.behave({ kind: 'reply', content });
const lastRequest = () => model.requests.at(-1) ?? { path: '', authorization: null, body: '' };
const actionsSince = async (position: number) => (await ledgerSince(server, position)).map(({ action }) => action);

test('a question is translated by the model, and the answer says by which', async () => {
  replies(COUNT);
  const answer = await ask(server, QUESTION, 'airline');
  expect(answer).toMatchObject({ outcome: 'rows', rows: [[3]], complete: true, translator: MODEL });
  expect(answer.sql.asked).toBe(COUNT);
  expect(lastRequest().path).toBe('/v1/chat/completions');
  expect(JSON.parse(lastRequest().body)).toMatchObject({ model: MODEL, store: false, stream: true });
});

test('what the answer shows as sent is byte for byte what the model received', async () => {
  replies(COUNT);
  const { disclosure } = await ask(server, `${QUESTION} "Überflieger" 𓅃`, 'airline');
  const { body } = lastRequest();
  expect(disclosure?.sent).toBe(body);
  expect(disclosure?.sentBytes).toBe(Buffer.byteLength(body));
  expect(disclosure?.recipient).toBe(MODEL);
  for (const { text } of disclosure?.parts ?? []) expect(body).toContain(JSON.stringify(text).slice(1, -1));
  expect(body).toContain('One row a flight');
});

test('the audit entry of what was sent is proved by the body and the salt that only the asker holds', async () => {
  replies(COUNT);
  const before = await ledgerPosition(server);
  await ask(server, QUESTION, 'airline');
  const entry = (await ledgerSince(server, before)).find(({ action }) => action === 'egress.disclosed');
  const { exchanges } = await receiptOfLast();
  const [{ salt, sent }] = exchanges as [{ salt: string; sent: string }];
  const bytes = Buffer.from(sent, 'base64');
  const digest = createHash('sha256').update(Buffer.from(salt, 'base64')).update(bytes).digest('hex');
  expect(bytes.toString()).toBe(lastRequest().body);
  expect(entry).toMatchObject({
    resource: `${MODEL} at ${new URL(model.url).origin} sha256:${digest}`,
    counts: { bytes: bytes.length },
    outcome: 'done',
  });
});

test('the receipt of a question is checked without the server, and not after one byte of it was changed', async () => {
  await using folder = await temporaryFolder('receipt');
  replies(COUNT);
  await ask(server, QUESTION, 'airline');
  const id = await lastQuestion();
  const env = { STRONGROOM_HOME: server.home };
  const { stdout, code } = await runCli(['questions', 'receipt', id], { env, cwd: folder.path });
  expect(code).toBe(0);
  const check = async (text: string) => {
    await writeFile(join(folder.path, 'receipt.json'), text);
    return runCli(['verify', 'receipt', 'receipt.json'], { env: {}, cwd: folder.path });
  };
  const checked = await check(stdout);
  expect(checked).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^OK: what was sent and came back is what it says/),
  });
  expect(checked.stdout).toContain(`bytes sent to ${MODEL} at ${new URL(model.url).origin}`);
  const receipt = JSON.parse(stdout) as { exchanges: { sent: string; answer: { received: string } }[] };
  const [exchange] = receipt.exchanges;
  const flip = (encoded = '') => {
    const bytes = Buffer.from(encoded, 'base64');
    bytes[7] = (bytes[7] ?? 0) ^ 1;
    return stdout.replace(encoded, bytes.toString('base64'));
  };
  for (const altered of [flip(exchange?.sent), flip(exchange?.answer.received)])
    expect(await check(altered)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('these are not the bytes of entry'),
    });
});

test('beside what was sent a page saves the receipt, which is checked without the server', async () => {
  await using browser = await openBrowser();
  await using folder = await temporaryFolder('receipt-of-page');
  const page = await browser.newPage();
  const { link } = (await call(server, 'POST', 'sign-in-links', {})).body;
  await page.goto(String(link));
  replies(COUNT);
  await page.fill('#question', QUESTION);
  await page.keyboard.press('Enter');
  await page.getByRole('grid', { name: 'Rows' }).waitFor();
  await page.locator('summary').filter({ hasText: 'Sent' }).click();
  const save = page.getByRole('button', { name: 'Save the receipt' });
  const [download] = await Promise.all([page.waitForEvent('download'), save.click()]);
  const file = join(folder.path, download.suggestedFilename());
  await download.saveAs(file);
  const { code, stdout } = await runCli(['verify', 'receipt', file], { env: {}, cwd: folder.path });
  expect([code, stdout]).toEqual([0, expect.stringContaining(`bytes sent to ${MODEL}`)]);
  await page.context().close();
});

test('no value of the source reaches the model, wherever in the source it hides', async () => {
  for (const question of [
    QUESTION,
    'Show all flights, legs and calm flights',
    'Which pilot and mood has each of the flights?',
  ]) {
    replies('select id, pilot, mood, kind from flights order by id');
    const answer = await ask(server, question, 'airline');
    expect(answer.rows[0]).toEqual([1, PLANTED.row, 'calm', null]);
  }
  const told = model.requests.map(({ body }) => body).join('\n');
  for (const name of ['public.flights', 'pilot', 'public.legs', 'calm_flights']) expect(told).toContain(name);
  for (const value of Object.values(PLANTED)) expect(told).not.toContain(value);
  expect(told).not.toContain('planted');
});

test('a question that holds a planted token reaches no model, in whatever encoding, and the audit log says so', async () => {
  const { token } = (await call(server, 'POST', 'canaries', { name: 'pilots' })).body as { token: string };
  const asked = model.requests.length;
  for (const words of [token, Buffer.from(`row: ${token}`).toString('base64'), token.replace(/(.)/g, '$1 ')]) {
    const before = await ledgerPosition(server);
    const { status, body } = await call(server, 'POST', 'ask', { question: `Who is ${words}?`, source: 'airline' });
    expect([status, body['code']]).toEqual([403, 'canaries/blocked']);
    expect(JSON.stringify(body['title'])).not.toContain('pilots');
    expect(await actionsSince(before)).toEqual(['assistant.asked', 'canaries.found', 'assistant.refused']);
  }
  expect(model.requests.length).toBe(asked);
  expect((await call(server, 'GET', 'canaries')).body).toMatchObject({ canaries: [{ name: 'pilots', found: 3 }] });
  expect((await call(server, 'DELETE', 'canaries/pilots')).status).toBe(204);
});

test('a workspace that is pinned to a region sends nothing to a model that is not said to be there', async () => {
  const asked = model.requests.length;
  const set = (settings: object) => call(server, 'PUT', 'settings/model', settings);
  expect((await set({ useModel: true, region: 'eu' })).status).toBe(200);
  const refused = await call(server, 'POST', 'ask', { question: QUESTION, source: 'airline' });
  expect([refused.status, refused.body['code']]).toEqual([403, 'egress/region_refused']);
  expect((await set({ useModel: false, region: 'eu' })).status).toBe(200);
  // The built-in translator answers, or declines, by itself.
  const declined = await call(server, 'POST', 'ask', { question: QUESTION, source: 'airline' });
  expect(declined.body).toMatchObject({ disclosure: { sent: null, recipient: 'built-in translator' } });
  expect(model.requests.length).toBe(asked);
  expect((await set({ useModel: true, region: null })).status).toBe(200);
});

test('when the tokens of a day are used up nothing leaves, the audit log says why, and an admin can give more', async () => {
  replies(COUNT);
  await ask(server, QUESTION, 'airline');
  const asked = model.requests.length;
  const env = { STRONGROOM_HOME: server.home };
  const settings = (...args: string[]) => runCli(['settings', 'model', ...args], { env });
  expect((await settings('--tokens-per-person-per-day', '12')).stdout).toContain(
    'those of one person use at most 12 tokens a day',
  );
  const before = await ledgerPosition(server);
  const refused = await call(server, 'POST', 'ask', { question: QUESTION, source: 'airline' });
  expect([refused.status, refused.body['code']]).toEqual([429, 'egress/budget_spent']);
  expect(refused.body['retryAfterSeconds']).toBeGreaterThan(0);
  expect((await ledgerSince(server, before)).map(({ decision }) => decision?.reason)).toContain('egress/budget_spent');
  expect(model.requests.length).toBe(asked);
  expect((await settings('--tokens-per-person-per-day', 'none')).code).toBe(0);
  expect((await ask(server, QUESTION, 'airline')).outcome).toBe('rows');
});

test('nothing leaves before it is in the audit log, and nothing is released before that', async () => {
  replies(COUNT);
  const before = await ledgerPosition(server);
  await ask(server, QUESTION, 'airline');
  const actions = await actionsSince(before);
  expect(actions.filter((action) => /^(assistant|egress|query)\./.test(action))).toEqual([
    'assistant.asked',
    'egress.disclosed',
    'egress.answered',
    'query.released',
    'query.completed',
  ]);
});

test('while the model is silent the log has what it was told, and a cancelled question leaves it at once', async () => {
  model.behave({ kind: 'hang' });
  const before = await ledgerPosition(server);
  const leaving = new AbortController();
  const told = model.nextRequest();
  const asked = server.call('POST', 'ask', { body: { question: QUESTION, source: 'airline' }, signal: leaving.signal });
  await told;
  expect(await actionsSince(before)).toEqual(['assistant.asked', 'egress.disclosed']);
  leaving.abort();
  await expect(asked).rejects.toThrow(/abort/i);
  replies(COUNT);
  await until('the question is over', async () =>
    (await ledgerSince(server, before)).some(({ decision }) => decision?.reason === 'assistant/cancelled'),
  );
  expect(await actionsSince(before)).not.toContain('query.released');
});

describe('a reply that is no answer has a code of its own and runs nothing', () => {
  /** What the guard says of these is told to the model once; it says the same again, and that is that. */
  const mendable = new Set(['query/not_one_statement', 'query/not_allowed', 'query/denied']);
  const refused: [string, FakeModelBehaviour, number, string][] = [
    ['a statement that destroys', { kind: 'reply', content: 'DROP TABLE flights' }, 400, 'query/not_select'],
    ['two statements', { kind: 'reply', content: `${COUNT}; DROP TABLE flights` }, 400, 'query/not_one_statement'],
    [
      'a write inside a select',
      { kind: 'reply', content: 'with x as (delete from flights returning 1) select * from x' },
      400,
      'query/not_allowed',
    ],
    [
      'a table nobody told it of',
      { kind: 'reply', content: 'select * from pg_catalog.pg_authid' },
      403,
      'query/denied',
    ],
    [
      'a function that reads files',
      { kind: 'reply', content: "select pg_read_file('/etc/passwd')" },
      400,
      'query/not_allowed',
    ],
    [
      'prose',
      { kind: 'reply', content: 'I am sorry, but I can not help with flights today.' },
      422,
      'assistant/not_understood',
    ],
    ['nothing', { kind: 'reply', content: '' }, 422, 'assistant/not_understood'],
    ['NONE', { kind: 'reply', content: 'NONE' }, 422, 'assistant/not_understood'],
    ['a page', { kind: 'html' }, 502, 'egress/bad_reply'],
    ['half a document', { kind: 'half-json' }, 502, 'egress/bad_reply'],
    ['a document without end', { kind: 'huge', bytes: 2 * 1024 * 1024 }, 502, 'egress/bad_reply'],
    ['a redirect', { kind: 'redirect', location: 'http://127.0.0.1:1/' }, 502, 'egress/bad_reply'],
    ['a failure', { kind: 'status', status: 500, body: `{"error":"${KEY}"}` }, 502, 'egress/unavailable'],
    [
      'a refusal of the key, which it repeats',
      { kind: 'status', status: 401, body: `bad key ${KEY}` },
      502,
      'egress/unavailable',
    ],
    ['no reply', { kind: 'drop' }, 502, 'egress/unavailable'],
  ];
  test.each(refused)('%s', async (_what, behaviour, status, code) => {
    model.behave(behaviour);
    const [before, asked] = [await ledgerPosition(server), model.requests.length];
    const answer = await ask(server, QUESTION, 'airline');
    expect({ status: answer.status, code: answer.code }).toEqual({ status, code });
    expect(JSON.stringify(answer)).not.toContain(KEY);
    // A connection that breaks may be another one's fault: that is tried three times.
    const tries = behaviour.kind === 'drop' ? 3 : mendable.has(code) ? 2 : 1;
    expect(model.requests.length).toBe(asked + tries);
    const entries = await ledgerSince(server, before);
    expect(entries.map(({ action }) => action)).not.toContain('query.released');
    expect(entries.at(-1)).toMatchObject({ decision: { allowed: false, reason: answer.code } });
    await using client = await postgres.connect();
    expect((await client.query('select count(*)::int as count from flights')).rows).toEqual([{ count: 3 }]);
  });

  test('and the next question is answered as if nothing had been', async () => {
    replies(`Certainly.\n\n\`\`\`sql\n${COUNT};\n\`\`\`\nThis counts.`);
    expect(await ask(server, QUESTION, 'airline')).toMatchObject({ rows: [[3]], translator: MODEL });
  });
});

describe('the key of the model', () => {
  test('goes to the endpoint as a bearer token, with every request and in no body', () => {
    expect(model.requests.length).toBeGreaterThan(10);
    for (const { authorization, body } of model.requests) {
      expect(authorization).toBe(`Bearer ${KEY}`);
      expect(body).not.toContain(KEY);
    }
  });

  test('is in no setting that is shown, no entry of the log, no line of output', async () => {
    const settings = await call(server, 'GET', 'settings');
    expect(settings.body).toEqual({
      model: { endpoint: new URL(model.url).origin, name: MODEL, region: null, retention: null },
    });
    expect(JSON.stringify(await ledger(server))).not.toContain('planted-');
    const { stdout, stderr } = server.output();
    for (const secret of [KEY, 'quetzalcoatlus', 'planted-']) expect(stdout + stderr).not.toContain(secret);
  });

  test('is in no file of the home, nor is a question, its body or a value', async () => {
    await server.stop();
    const found: string[] = [];
    const entries = await readdir(server.home, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    for (const file of files) {
      const bytes = await readFile(file);
      for (const text of [KEY, PASSWORD, 'quetzalcoatlus', PLANTED.row])
        if (bytes.includes(text)) found.push(`${text} in ${file.slice(server.home.length)}`);
    }
    expect(files.length).toBeGreaterThan(100);
    expect(found).toEqual([]);
  });
});
