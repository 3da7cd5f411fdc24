import { randomUUID } from 'node:crypto';
import { type FakeModel, startFakeModel } from '@strongroom/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Asker } from '#contracts';
import { ask, eventsOf, lastQuestion, startTestRoom, type TestRoom, words } from './test-room.ts';
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
const COUNT = 'select count(*) as planted_sql from public.flights';

describe('a question that goes on from an earlier one', () => {
  test('is told with the asker’s earlier words and the SQL of the last, and not with what came of it', async () => {
    const assistant = room.assistant(model.url);
    model.behave({ kind: 'reply', content: COUNT });
    await ask(assistant, asker, 'How many flights are there?');
    const first = await lastQuestion(assistant, asker);
    await ask(assistant, asker, 'and by month?', first.id);
    const second = await lastQuestion(assistant, asker);
    expect(second).toMatchObject({ question: 'and by month?', follows: first.id });
    const told = await ask(assistant, asker, 'only Delta', second.id);
    expect(told[0]).toMatchObject({
      disclosure: {
        parts: expect.arrayContaining([
          {
            kind: 'earlier',
            text: [
              'The question goes on from earlier ones of the asker:',
              '- How many flights are there?',
              '- and by month?',
              'which were last translated as:',
              COUNT,
            ].join('\n'),
          },
          { kind: 'question', text: 'only Delta' },
        ]),
      },
    });
    for (const came of ['empty', 'LIMIT 11', 'released', first.id, second.id]) expect(lastBody()).not.toContain(came);
  });

  test('is not told SQL that names what the asker may no longer read', async () => {
    model.behave({ kind: 'reply', content: COUNT });
    const assistant = room.assistant(model.url);
    await ask(assistant, asker, 'How many flights are there?');
    const { id } = await lastQuestion(assistant, asker);
    const narrowed = room.assistant(model.url, { tables: AVIATION.filter(({ name }) => name === 'airports') });
    model.behave({ kind: 'reply', content: 'select count(*) from public.airports' });
    await ask(narrowed, asker, 'and by month?', id);
    expect(lastBody()).toContain('How many flights are there?');
    expect(lastBody()).not.toMatch(/planted_sql|public\.flights/);
  });

  test('is not told SQL of the built-in translator, which may hold a value that was looked up in the source', async () => {
    const builtIn = room.assistant(null);
    await ask(builtIn, asker, 'How many flights from chicago?');
    const first = await lastQuestion(builtIn, asker);
    expect(first.sql.run).toContain("'Chicago'");
    model.behave({ kind: 'reply', content: COUNT });
    await ask(room.assistant(model.url), asker, 'and by month?', first.id);
    expect(lastBody()).toContain('How many flights from chicago?');
    expect(lastBody()).not.toContain("'Chicago'");
  });

  test('goes on from nobody else’s, and from none by access that somebody else made', async () => {
    const assistant = room.assistant(model.url);
    model.behave({ kind: 'reply', content: COUNT });
    await ask(assistant, asker, 'How many flights are there?');
    const { id } = await lastQuestion(assistant, asker);
    const before = model.requests.length;
    const colleague = { ...asker, personId: randomUUID() };
    const byOther = { ...asker, own: false };
    const refusals = await Promise.all([
      ask(assistant, colleague, 'and by month?', id),
      ask(assistant, colleague, 'and by month?', randomUUID()),
      ask(assistant, byOther, 'and by month?', id),
    ]);
    for (const seen of refusals)
      expect(seen).toMatchObject([
        { type: 'stopped', step: 'disclose', problem: { code: 'assistant/question_not_found', status: 404 } },
      ]);
    expect(model.requests.length).toBe(before);
  });

  test('goes on from words, not from SQL that was typed', async () => {
    const assistant = room.assistant(null);
    const signal = new AbortController().signal;
    await eventsOf(assistant.askSql(asker, { sql: 'select 1', source: 'aviation', signal }));
    const { id } = await lastQuestion(assistant, asker);
    expect((await ask(assistant, asker, 'and by month?', id)).at(-1)).toMatchObject({
      problem: { code: 'assistant/only_words', status: 422 },
    });
  });

  test('is merged with it for the built-in translator, which says how it read them, through a whole thread', async () => {
    const assistant = room.assistant(null);
    await ask(assistant, asker, 'How many flights are there?');
    const first = await lastQuestion(assistant, asker);
    const second = await ask(assistant, asker, 'and by month?', first.id);
    expect(second.find(({ type }) => type === 'translated')).toMatchObject({
      understanding: { understood: expect.arrayContaining(['read as “How many flights are there by month”']) },
    });
    const third = await ask(assistant, asker, 'only from Chicago', (await lastQuestion(assistant, asker)).id);
    expect(third.find(({ type }) => type === 'planned')).toMatchObject({
      run: expect.stringMatching(/airports\.city = 'Chicago'.*GROUP BY.*'month'/),
    });
    const fourth = await ask(assistant, asker, 'and why?', (await lastQuestion(assistant, asker)).id);
    expect(fourth.at(-1)).toMatchObject({ outcome: 'declined' });
  });

  test('is asked again as it was', async () => {
    const assistant = room.assistant(null);
    await ask(assistant, asker, 'How many flights are there?');
    await ask(assistant, asker, 'and by month?', (await lastQuestion(assistant, asker)).id);
    const { id } = await lastQuestion(assistant, asker);
    const again = await eventsOf((await assistant.askAgain(asker, id))({ signal: new AbortController().signal }));
    expect(again.at(-1)).toMatchObject({ type: 'completed' });
  });
});

describe('what a person wants remembered', () => {
  test('is told to a model with every question of theirs, held back as their words are', async () => {
    const assistant = room.assistant(model.url);
    model.behave({ kind: 'reply', content: COUNT });
    await assistant.preferences.add(asker, words('always show delays in hours, for Maria Gonzalez'));
    await ask(assistant, asker, 'How many flights are there?');
    expect(lastBody()).toContain('always show delays in hours, for Maria Gonzalez');
    await assistant.holdLiterals.set(asker.workspaceId, true);
    await ask(assistant, asker, 'How many flights are there?');
    expect(lastBody()).toContain('always show delays in hours, for :v1');
    expect(lastBody()).not.toContain('Gonzalez');
  });

  test('is nobody else’s, and stays closed to access that somebody else made', async () => {
    const assistant = room.assistant(model.url);
    model.behave({ kind: 'reply', content: COUNT });
    const { id } = await assistant.preferences.add(asker, words('planted preference'));
    const colleague = { ...asker, personId: randomUUID() };
    expect(await assistant.preferences.list(colleague)).toEqual([]);
    for (const one of [id, randomUUID()])
      await expect(assistant.preferences.remove(colleague, one)).rejects.toMatchObject({
        code: 'assistant/preference_not_found',
        status: 404,
      });
    for (const who of [colleague, { ...asker, own: false }]) {
      await ask(assistant, who, 'How many flights are there?');
      expect(lastBody()).not.toContain('planted preference');
    }
    expect(await assistant.preferences.list(asker)).toHaveLength(1);
  });

  test('is deleted one by one or all, key and row, and the log says how many', async () => {
    const assistant = room.assistant(null);
    const [first] = [
      await assistant.preferences.add(asker, words('one')),
      await assistant.preferences.add(asker, words('two')),
      await assistant.preferences.add(asker, words('three')),
    ];
    await assistant.preferences.remove(asker, first?.id ?? '');
    expect((await assistant.preferences.list(asker)).map(({ text }) => text)).toEqual(['two', 'three']);
    expect(await assistant.preferences.removeAll(asker)).toEqual({ removed: 2 });
    expect(await assistant.preferences.list(asker)).toEqual([]);
    expect(
      room.events
        .filter(({ action }) => action === 'assistant.preferences_deleted')
        .map(({ counts, outcome }) => `${counts?.['preferences']} ${outcome}`),
    ).toEqual(['1 begun', '1 done', '2 begun', '2 done']);
    expect(JSON.stringify(room.events)).not.toMatch(/two|three/);
  });

  test('has a limit, and is text', async () => {
    const assistant = room.assistant(null);
    await expect(assistant.preferences.add(asker, words('a\u001bb'))).rejects.toMatchObject({
      code: 'assistant/bad_preference',
    });
    for (let count = 0; count < 20; count += 1) await assistant.preferences.add(asker, words(`preference ${count}`));
    await expect(assistant.preferences.add(asker, words('one more'))).rejects.toMatchObject({
      code: 'assistant/too_many_preferences',
      status: 409,
    });
  });

  test('is exported with the person, and gone with them, also what was being added', async () => {
    const assistant = room.assistant(null);
    await assistant.preferences.add(asker, words('planted preference'));
    const [, exported] = assistant.holder.exportPerson?.(asker) ?? [];
    expect(exported?.name).toBe('preferences');
    const rows: unknown[] = [];
    for await (const row of exported?.rows() ?? []) rows.push(row);
    expect(rows).toMatchObject([{ text: 'planted preference' }]);
    const subject = { kind: 'person', id: asker.personId, names: [], ownerId: asker.personId } as const;
    expect(await assistant.holder.objectsOf?.(asker.workspaceId, subject)).toEqual([
      { id: expect.any(String), what: 'preference' },
    ]);
    await assistant.forgetPerson(asker.workspaceId, asker.personId);
    await assistant.preferences.add(asker, words('too late'));
    expect(await assistant.preferences.list(asker)).toEqual([]);
  });
});
