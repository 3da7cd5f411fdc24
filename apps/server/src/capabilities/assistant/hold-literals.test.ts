import { type FakeModel, startFakeModel } from '@strongroom/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Asker } from '#contracts';
import { ask, lastQuestion, startTestRoom, type TestRoom } from './test-room.ts';
import { AVIATION } from './translate/aviation-tables.ts';

let room: TestRoom;
let model: FakeModel;
let asker: Asker;

beforeAll(async () => {
  room = await startTestRoom();
  model = await startFakeModel();
});
afterAll(async () => {
  await room[Symbol.asyncDispose]();
  await model[Symbol.asyncDispose]();
});
beforeEach(() => {
  room.clear();
  asker = room.asker();
});

const lastBody = () => model.requests.at(-1)?.body ?? '';

/** Questions, and what of each nobody outside may learn. */
const SECRETS: readonly (readonly [question: string, secrets: readonly string[]])[] = [
  ['How many flights left Chicago on 3 March 2001?', ['Chicago', 'March', '2001', '03-03']],
  ['flights of Maria Gonzalez delayed more than 4711 minutes', ['Maria', 'Gonzalez', '4711']],
  ['flights to springfield since 2001-07-04', ['springfield', '2001', '07-04']],
  ['airports of "Project Nightjar" in Q3 2001', ['Project', 'Nightjar', '2001', 'Q3']],
  ['flights booked by maria.gonzalez@example.org', ['maria', 'gonzalez', 'example.org']],
  ['the forty two longest flights to São Paulo', ['forty', '42', 'São', 'Paulo']],
  ['delay of quetzalcoatlus between 1,234.5 and 2.5 million', ['quetzal', '1,234', '1234', '2.5', '2500000']],
  ['flights with code ZX-81/b on 12/24/2001', ['ZX', '81', '12/24', '2001']],
  ['calls from +41 44 668 18 00 about O’Hare', ['668', '41', 'Hare']],
  ['average delay in May and June 2001 for smith', ['May', 'June', '2001', 'smith']],
  ['flights for ‘Überflieger GmbH’ in the 1990s', ['berflieger', 'GmbH', '1990']],
  ['only Delta, top 17', ['Delta', '17']],
];

describe('with literals held back', () => {
  test('a model sees none of them, of whatever question', async () => {
    const assistant = room.assistant(model.url);
    await assistant.holdLiterals.set(asker.workspaceId, true);
    for (const [question, secrets] of SECRETS) {
      model.behave({ kind: 'reply', content: 'select count(*) from public.flights' });
      const before = model.requests.length;
      const seen = await ask(assistant, asker, question);
      expect(model.requests.length, question).toBe(before + 1);
      const { messages } = JSON.parse(lastBody()) as { messages: { role: string; content: string }[] };
      const said = messages.find(({ role }) => role === 'user')?.content ?? '';
      for (const secret of secrets) {
        expect(said.toLowerCase(), question).not.toContain(secret.toLowerCase());
        // In the rest of it a digit may be ours.
        if (!/^\d/.test(secret)) expect(lastBody().toLowerCase(), question).not.toContain(secret.toLowerCase());
      }
      expect(said).toContain(':v1');
      expect(seen[0]).toMatchObject({ type: 'disclosed', disclosure: { sent: lastBody() } });
    }
  });

  test('the SQL is shown as the model gave it, and run with the values put in', async () => {
    const assistant = room.assistant(model.url);
    await assistant.holdLiterals.set(asker.workspaceId, true);
    const content =
      "select count(*) from public.flights where origin = :v1 and destination like '%:v2%' and delay > :v3";
    model.behave({ kind: 'reply', content });
    const seen = await ask(assistant, asker, "flights from Chicago to O'Hare longer than 60");
    expect(seen.find(({ type }) => type === 'planned')).toMatchObject({
      asked: content,
      run: expect.stringContaining("origin = 'Chicago' AND destination LIKE '%O''Hare%' AND delay > 60"),
      rules: expect.arrayContaining(['held-back values put in']),
    });
    expect(await lastQuestion(assistant, asker)).toMatchObject({
      question: "flights from Chicago to O'Hare longer than 60",
      sql: { asked: content, run: expect.stringContaining("'Chicago'") },
      disclosure: {
        heldBack: [
          { name: ':v1', kind: 'text', typed: 'Chicago', value: 'Chicago' },
          { name: ':v2', kind: 'text', typed: "O'Hare", value: "O'Hare" },
          { name: ':v3', kind: 'number', typed: '60', value: '60' },
        ],
      },
    });
  });

  test('a value that was not held back can not be asked for', async () => {
    const assistant = room.assistant(model.url);
    await assistant.holdLiterals.set(asker.workspaceId, true);
    model.behave({ kind: 'reply', content: 'select count(*) from public.flights where origin = :v9' });
    const seen = await ask(assistant, asker, 'flights from Chicago');
    expect(seen.at(-1)).toMatchObject({ type: 'stopped', problem: { code: 'query/not_allowed' } });
    expect(room.ran).toEqual([]);
  });

  test('a follow-up tells the SQL from before they were put in, and the earlier words without them', async () => {
    const assistant = room.assistant(model.url);
    await assistant.holdLiterals.set(asker.workspaceId, true);
    const content = 'select count(*) from public.flights where origin = :v1';
    model.behave({ kind: 'reply', content });
    await ask(assistant, asker, 'flights from Chicago');
    const { id } = await lastQuestion(assistant, asker);
    model.behave({ kind: 'reply', content: `${content} and destination = :v2` });
    const seen = await ask(assistant, asker, 'only to Denver', id);
    expect(lastBody()).toContain('flights from :v1');
    expect(lastBody()).toContain(content);
    expect(lastBody()).toContain('only to :v2');
    for (const secret of ['Chicago', 'Denver']) expect(lastBody()).not.toContain(secret);
    expect(seen.find(({ type }) => type === 'planned')).toMatchObject({
      run: expect.stringContaining("origin = 'Chicago' AND destination = 'Denver'"),
    });
  });

  test('SQL from when nothing was held back stays here, since the values are in it', async () => {
    const assistant = room.assistant(model.url);
    model.behave({ kind: 'reply', content: "select count(*) from public.flights where origin = 'Chicago'" });
    await ask(assistant, asker, 'flights from Chicago');
    const { id } = await lastQuestion(assistant, asker);
    await assistant.holdLiterals.set(asker.workspaceId, true);
    await ask(assistant, asker, 'and by month?', id);
    expect(lastBody()).toContain('flights from :v1');
    expect(lastBody()).not.toContain('Chicago');
    // Turned off again, what was held back in between stays so in whatever goes on from it.
    model.behave({ kind: 'reply', content: 'select count(*) from public.flights where origin = :v1' });
    await ask(assistant, asker, 'and by day?', id);
    const middle = await lastQuestion(assistant, asker);
    await assistant.holdLiterals.set(asker.workspaceId, false);
    await ask(assistant, asker, 'only to Denver', middle.id);
    expect(lastBody()).not.toMatch(/Chicago|Denver/);
  });

  test('what was held back stays so though nobody outside was asked in between, and though it is turned off since', async () => {
    const [assistant, builtIn] = [room.assistant(model.url), room.assistant(null)];
    await assistant.holdLiterals.set(asker.workspaceId, true);
    model.behave({ kind: 'reply', content: 'select count(*) from public.flights where origin = :v1' });
    await ask(assistant, asker, 'flights from Chicago');
    const first = await lastQuestion(assistant, asker);
    await ask(builtIn, asker, 'and by month?', first.id);
    const second = await lastQuestion(assistant, asker);
    await assistant.holdLiterals.set(asker.workspaceId, false);
    await ask(assistant, asker, 'only to Denver', second.id);
    expect(lastBody()).toContain('flights from :v1');
    expect(lastBody()).not.toMatch(/Chicago|Denver/);
  });

  test('a model learns no bit of a value by how the guard takes a statement with it, in this turn or the next', async () => {
    const assistant = room.assistant(model.url);
    await assistant.holdLiterals.set(asker.workspaceId, true);
    const told: string[] = [];
    // A length that the guard lets pass up to 10,000.
    const probe = "select lpad(origin, :v1, ' ') from public.flights";
    for (const delay of [10_000, 10_001]) {
      const before = model.requests.length;
      model.behave({ kind: 'replies', contents: [probe, 'NONE'] });
      await ask(assistant, asker, `flights later than ${delay}`);
      const { id } = await lastQuestion(assistant, asker);
      model.behave({ kind: 'reply', content: 'select 1' });
      await ask(assistant, asker, 'and by month?', id);
      told.push(JSON.stringify(model.requests.slice(before).map(({ body }) => body)));
    }
    expect(told[0]).toBe(told[1]);
  });

  test('which tables a model is told of, and in which order, says nothing of a value', async () => {
    const tables = AVIATION.map((table) =>
      table.name === 'airports' ? { ...table, description: 'Chicago, Denver and other towns' } : table,
    );
    const assistant = room.assistant(model.url, { tables });
    await assistant.holdLiterals.set(asker.workspaceId, true);
    model.behave({ kind: 'reply', content: 'select count(*) from public.flights' });
    const told: string[] = [];
    for (const town of ['Chicago', 'Boston', 'France']) {
      await ask(assistant, asker, `what is there in ${town}`);
      told.push(lastBody());
    }
    expect(new Set(told).size).toBe(1);
  });

  test('turned off, a question goes as it was typed', async () => {
    const assistant = room.assistant(model.url);
    model.behave({ kind: 'reply', content: 'select count(*) from public.flights' });
    await ask(assistant, asker, 'flights from Chicago');
    expect(lastBody()).toContain('flights from Chicago');
    expect((await lastQuestion(assistant, asker)).disclosure?.heldBack).toBeUndefined();
  });
});
