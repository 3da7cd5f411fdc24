import { type FakeModel, startFakeModel } from '@strongroom/testkit';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Asker } from '#contracts';
import { ask, lastQuestion, startTestRoom, type TestRoom } from './test-room.ts';

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

const GOOD = 'select count(*) from public.flights';

test.each<[string, string, string]>([
  ['bad grammar', 'select count(*) frm public.flights', 'query/syntax: it is no valid PostgreSQL, near character 21'],
  ['two statements', `${GOOD}; ${GOOD}`, 'query/not_one_statement'],
  [
    'an unknown table',
    'select count(*) from public.flihgts',
    'query/denied: it names a table or column that there is none of',
  ],
  ['an unknown column', 'select gate from public.flights', 'query/denied'],
  ['a function that is not allowed', 'select pg_sleep(1) from public.flights', 'near character 8'],
])('%s is told to the model once, in our words, and its next statement runs', async (_what, bad, told) => {
  const assistant = room.assistant(model.url);
  model.behave({ kind: 'replies', contents: [bad, GOOD] });
  const before = model.requests.length;
  const seen = await ask(assistant, asker, 'How many flights are there?');
  expect(seen.map(({ type }) => type)).toEqual([
    'disclosed',
    'translated',
    'retried',
    'disclosed',
    'translated',
    'planned',
    'completed',
  ]);
  const [first, second] = model.requests.slice(before).map(({ body }) => body);
  expect(second).toContain(told);
  expect(second).toContain(JSON.stringify(bad).slice(1, -1));
  expect(seen.flatMap((event) => (event.type === 'disclosed' ? [event.disclosure.sent] : []))).toEqual([first, second]);
  expect(room.events.map(({ action }) => action)).toEqual([
    'assistant.asked',
    'egress.disclosed',
    'egress.answered',
    'egress.disclosed',
    'egress.answered',
  ]);
  const kept = await lastQuestion(assistant, asker);
  // Each has a receipt of its own.
  const { exchanges } = await assistant.history.show(asker, kept.id);
  expect(exchanges.map(({ sent }) => Buffer.from(sent, 'base64').toString())).toEqual([first, second]);
  expect(kept).toMatchObject({
    sql: { asked: GOOD },
    disclosure: { sent: second },
    attempts: [{ asked: bad, disclosure: { sent: first } }],
  });
});

test('a hidden column and one that never was are told in the same bytes', async () => {
  const told = async (column: string): Promise<string> => {
    const assistant = room.assistant(model.url);
    model.behave({ kind: 'replies', contents: [`select ${column} from public.flights`, GOOD] });
    await ask(assistant, asker, 'How many flights are there?');
    return (model.requests.at(-1)?.body ?? '').replaceAll(column, 'x');
  };
  // The schema that the guard is given is what the asker may see: a hidden column is not in it, as one that never was.
  expect(await told('salary')).toBe(await told('nonsense'));
});

test('it is told at most twice, and not when it says the same again', async () => {
  const assistant = room.assistant(model.url);
  model.behave({ kind: 'replies', contents: ['select a', 'select b', 'select c', 'select d'] });
  const before = model.requests.length;
  expect((await ask(assistant, asker, 'How many flights?')).at(-1)).toMatchObject({
    problem: { code: 'query/denied' },
  });
  expect(model.requests.length - before).toBe(3);
  model.behave({ kind: 'reply', content: 'select a' });
  expect((await ask(assistant, asker, 'How many flights?')).at(-1)).toMatchObject({
    problem: { code: 'query/denied' },
  });
  expect(model.requests.length - before).toBe(5);
  expect(room.ran).toEqual([]);
});

test.each(['DROP TABLE flights', 'delete from flights'])(
  '`%s` is an attack, not a mistake: nobody is asked again',
  async (sql) => {
    const assistant = room.assistant(model.url);
    model.behave({ kind: 'reply', content: sql });
    const before = model.requests.length;
    expect((await ask(assistant, asker, 'How many flights?')).at(-1)).toMatchObject({
      problem: { code: 'query/not_select' },
    });
    expect(model.requests.length - before).toBe(1);
  },
);
