import { mkdtemp, rm } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AnswerEvent, askerWordsSchema, type Frame, ProblemError } from '@strongroom/protocol';
import { loadClusterSecret } from '@strongroom/keyring';
import { type FakeModel, startFakeModel } from '@strongroom/testkit';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Asker, AuditEvent, AuditWriter } from '#contracts';
import { createEgress, type Egress } from '#egress';
import type { Vault } from '#vault';
import { nothingSet } from '../egress/test-unset.ts';
import { nothingPlanted } from '../../contracts/test-outbound-scan.ts';
import { makeTestVault, testVaultMigrations } from '../vault/make-test-vault.ts';
import { startTestDatabase, type TestDatabase } from '../../platform/database/test-database.ts';
import { type Assistant, createAssistant, migrations } from './index.ts';
import { AVIATION } from './translate/aviation-tables.ts';

const clock = { now: () => new Date() };
let folder: string;
let started: TestDatabase;
let vault: Vault;
let asker: Asker;
let events: AuditEvent[];
let ran: { source: string; sql: string }[];
let egress: Egress;
let model: FakeModel | null;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'strongroom-assistant-'));
  await loadClusterSecret(folder);
  started = await startTestDatabase([...testVaultMigrations, ...migrations]);
  ({ vault } = makeTestVault({ database: started.database, folder, clock }));
});
afterAll(async () => {
  await started[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(() => {
  asker = {
    workspaceId: randomUUID(),
    personId: randomUUID(),
    email: 'ada@example.org',
    name: 'Ada',
    role: 'viewer',
    teams: [],
    sessionId: 's',
    tokenId: null,
    own: true,
    address: null,
    requestId: 'r',
  };
  events = [];
  ran = [];
  model = null;
});
afterEach(async () => {
  await egress.close();
  await model?.stop();
});

const audit: AuditWriter = {
  append: async (_context, event) => {
    events.push(event);
    return { entryId: `entry-${events.length}`, at: '2026-01-01T00:00:00Z' };
  },
};

/** The assistant over a source that answers every statement with no rows. */
function assistant(over: { url?: string; lookup?: string; sealer?: Vault } = {}): Assistant {
  egress = createEgress({
    clock,
    database: nothingSet,
    scan: nothingPlanted,
    endpoint: over.url === undefined ? null : { url: over.url, model: 'small', key: null },
    audit,
  });
  return createAssistant({
    catalog: { tablesBySource: async () => [AVIATION] },
    query: {
      leases: {
        require: async (_asker, id) => {
          if (id === 'lapsed') throw new ProblemError('query/lease_lapsed', 410, 'nobody was there');
        },
      },
      async *run(_asker, request) {
        ran.push({ source: request.source, sql: request.sql });
        yield {
          kind: 'event',
          event: {
            type: 'planned',
            source: request.source,
            asked: request.sql,
            run: `${request.sql} -- run`,
            rules: [],
          },
        };
        yield {
          kind: 'event',
          event: {
            type: 'completed',
            outcome: 'empty',
            rowCount: 0,
            complete: true,
            limit: null,
            elapsedMs: 1,
            receipt: 'released-1',
          },
        };
      },
      mayRun: async () => true,
      lookup: async (_asker, request) =>
        request.table === 'airports' && request.words === over.lookup ? [{ column: 'city', value: 'Chicago' }] : [],
      isUnique: async () => true,
    },
    egress,
    sealer: over.sealer ?? vault,
    database: started.database,
    audit,
    prove: async () => Promise.reject(new Error('no log')),
    clock,
  });
}

const words = (text: string) => askerWordsSchema.parse(text);

async function eventsOf(frames: AsyncGenerator<Frame>): Promise<AnswerEvent[]> {
  const seen: AnswerEvent[] = [];
  for await (const frame of frames) if (frame.kind === 'event') seen.push(frame.event);
  return seen;
}
const ask = (room: Assistant, question: string, who = asker, source?: string) =>
  eventsOf(room.ask(who, { question: words(question), source, signal: new AbortController().signal }));

describe('asking', () => {
  test('a question goes disclosed → translated → planned → completed, and is audited before anything', async () => {
    const seen = await ask(assistant({ lookup: 'chicago' }), 'How many flights from chicago?');
    expect(seen.map((event) => event.type)).toEqual(['disclosed', 'translated', 'planned', 'completed']);
    expect(seen[0]).toMatchObject({ disclosure: { recipient: 'built-in translator', sentBytes: 0, sent: null } });
    expect(seen[1]).toMatchObject({ source: 'aviation', translator: 'built-in' });
    expect(ran[0]?.sql).toContain("airports.city = 'Chicago'");
    expect(events.map((event) => event.action)).toEqual(['assistant.asked']);
    expect(JSON.stringify(events)).not.toMatch(/chicago/i);
  });

  test('a question that is not understood runs nothing, says what it missed, and is audited', async () => {
    const seen = await ask(assistant(), 'Which airline is the most reliable?');
    expect(seen.at(-1)).toMatchObject({
      type: 'stopped',
      step: 'translate',
      outcome: 'declined',
      problem: { code: 'assistant/not_understood', status: 422 },
      understanding: { notUnderstood: [expect.stringContaining('reliable')] },
    });
    expect(ran).toEqual([]);
    expect(events.map((event) => event.action)).toEqual(['assistant.asked', 'assistant.declined']);
  });

  test('text that nobody can have typed is refused with a code, and nothing is looked up', async () => {
    const room = assistant();
    for (const question of ['flights\u0000', 'flights \ud800', 'broken \ufffd utf-8']) {
      expect((await ask(room, question)).at(-1)).toMatchObject({
        type: 'stopped',
        problem: { code: 'assistant/bad_question', status: 422 },
      });
    }
    expect(ran).toEqual([]);
    expect(await room.history.list(asker, { before: null, limit: 10 })).toEqual([]);
  });
});

describe('with a model', () => {
  test('it is told nothing for somebody who is not there any more, and the log says so', async () => {
    model = await startFakeModel({ kind: 'reply', content: 'select 1' });
    const { signal } = new AbortController();
    const asked = { question: words('How many flights are there?'), lease: 'lapsed', signal };
    const seen = await eventsOf(assistant({ url: model.url }).ask(asker, asked));
    expect(seen).toMatchObject([{ type: 'stopped', problem: { code: 'query/lease_lapsed', status: 410 } }]);
    expect(model.requests).toEqual([]);
    expect(ran).toEqual([]);
    expect(events.at(-1)).toMatchObject({ action: 'assistant.refused', decision: { reason: 'query/lease_lapsed' } });
  });

  test('the model is told metadata and the question, and its statement goes to the guard', async () => {
    model = await startFakeModel({ kind: 'reply', content: 'Here:\n```sql\nDROP TABLE flights;\n```' });
    const seen = await ask(assistant({ url: model.url }), 'How many flights are there?');
    expect(seen.map((event) => event.type)).toEqual(['disclosed', 'translated', 'planned', 'completed']);
    expect(seen[1]).toMatchObject({ translator: 'small', asked: 'DROP TABLE flights' });
    expect(ran).toEqual([{ source: 'aviation', sql: 'DROP TABLE flights' }]);
    expect(seen[0]).toMatchObject({ disclosure: { recipient: 'small', sent: model.requests[0]?.body } });
    expect(events.map((event) => event.action)).toEqual(['assistant.asked', 'egress.disclosed', 'egress.answered']);
  });

  test('a question that could not be kept goes to no model, and nothing runs for it', async () => {
    model = await startFakeModel({ kind: 'reply', content: 'SELECT 1' });
    const sealer = { ...vault, seal: () => Promise.reject(new Error('no key')) };
    const seen = await ask(assistant({ url: model.url, sealer }), 'How many flights are there?');
    expect(seen.map((event) => event.type)).toEqual(['stopped']);
    expect(model.requests).toEqual([]);
    expect(ran).toEqual([]);
  });

  test.each([
    ['html', 'egress/bad_reply'],
    ['half-json', 'egress/bad_reply'],
    ['drop', 'egress/unavailable'],
  ] as const)('an endpoint that answers with %s stops the question with %s', async (kind, code) => {
    model = await startFakeModel({ kind });
    const seen = await ask(assistant({ url: model.url }), 'How many flights are there?');
    expect(seen.map((event) => event.type)).toEqual(['disclosed', 'stopped']);
    expect(seen.at(-1)).toMatchObject({ step: 'translate', problem: { code } });
    expect(events.at(-1)).toMatchObject({ action: 'assistant.refused', outcome: 'failed' });
    expect(ran).toEqual([]);
  });

  test('a reply without a statement is declined', async () => {
    model = await startFakeModel({ kind: 'reply', content: 'NONE' });
    expect((await ask(assistant({ url: model.url }), 'Will it rain?')).at(-1)).toMatchObject({
      type: 'stopped',
      outcome: 'declined',
    });
    expect(ran).toEqual([]);
  });
});

describe('earlier questions', () => {
  test('hold what was asked and run, never more, and can be asked again', async () => {
    const room = assistant();
    await ask(room, 'How many flights are there?');
    const [question] = await room.history.list(asker, { before: null, limit: 10 });
    expect(question).toMatchObject({
      question: 'How many flights are there?',
      source: 'aviation',
      translator: 'built-in',
      outcome: 'empty',
      receipt: 'released-1',
      sql: { asked: expect.stringContaining('count(*)'), run: expect.stringContaining('-- run') },
    });
    const { signal } = new AbortController();
    const again = await eventsOf((await room.askAgain(asker, question?.id ?? ''))({ signal }));
    expect(again.at(-1)).toMatchObject({ type: 'completed' });
    expect(await room.history.list(asker, { before: null, limit: 10 })).toHaveLength(2);
  });

  test('SQL typed by hand is one of them, and can be run again', async () => {
    const room = assistant();
    const signal = new AbortController().signal;
    const seen = await eventsOf(room.askSql(asker, { sql: 'select 1 as typed', source: 'aviation', signal }));
    expect(seen.map((event) => event.type)).toEqual(['planned', 'completed']);
    const [typed] = await room.history.list(asker, { before: null, limit: 10 });
    expect(typed).toMatchObject({
      question: null,
      source: 'aviation',
      translator: null,
      disclosure: null,
      receipt: 'released-1',
      sql: { asked: 'select 1 as typed', run: expect.stringContaining('-- run') },
    });
    await eventsOf((await room.askAgain(asker, typed?.id ?? ''))({ signal }));
    expect(ran.map(({ sql: text }) => text)).toEqual(['select 1 as typed', 'select 1 as typed']);
  });

  test('are nobody else’s: a colleague gets the refusal of a question that never was', async () => {
    const room = assistant();
    await ask(room, 'How many flights are there?');
    const [question] = await room.history.list(asker, { before: null, limit: 10 });
    const colleague = { ...asker, personId: randomUUID() };
    expect(await room.history.list(colleague, { before: null, limit: 10 })).toEqual([]);
    const refusals = await Promise.all(
      [room.history.show(colleague, question?.id ?? ''), room.history.show(colleague, randomUUID())].map((asked) =>
        asked.catch((error: unknown) => error),
      ),
    );
    expect(refusals[0]).toMatchObject({ code: 'assistant/question_not_found', status: 404 });
    expect(refusals[0]).toEqual(refusals[1]);
    await expect(room.history.remove(colleague, question?.id ?? '')).rejects.toMatchObject({
      code: 'assistant/question_not_found',
    });
    expect(await room.history.list(asker, { before: null, limit: 10 })).toHaveLength(1);
  });

  test('code that forgets whose they are sees none', async () => {
    const room = assistant();
    await ask(room, 'How many flights are there?');
    const seen = await started.database.withWorkspace(
      asker.workspaceId,
      async (transaction) => (await sql`select id from questions`.execute(transaction)).rows,
    );
    expect(seen).toEqual([]);
  });

  test('lie sealed: the table holds not a word of them', async () => {
    const room = assistant();
    await ask(room, 'How many flights are there?');
    const raw = await started.database.withWorkspace(asker.workspaceId, async (transaction) => {
      await sql`select set_config('strongroom.person', ${asker.personId}, true)`.execute(transaction);
      return (await sql<{ sealed: Buffer }>`select sealed from questions`.execute(transaction)).rows;
    });
    expect(raw).toHaveLength(1);
    expect(raw[0]?.sealed.toString('latin1')).not.toMatch(/flights/);
  });

  test('are deleted one by one or all, key and row', async () => {
    const room = assistant();
    for (let count = 0; count < 3; count += 1) await ask(room, 'How many flights are there?');
    const [first] = await room.history.list(asker, { before: null, limit: 10 });
    await room.history.remove(asker, first?.id ?? '');
    await expect(room.history.show(asker, first?.id ?? '')).rejects.toMatchObject({
      code: 'assistant/question_not_found',
    });
    expect(await room.history.removeAll(asker)).toEqual({ removed: 2 });
    expect(await room.history.list(asker, { before: null, limit: 10 })).toEqual([]);
    expect(
      events
        .filter((event) => event.action === 'assistant.questions_deleted')
        .map((event) => `${event.counts?.['questions']} ${event.outcome}`),
    ).toEqual(['1 begun', '1 done', '2 begun', '2 done']);
  });

  test('deleted while its answer runs, a question does not come back', async () => {
    const room = assistant();
    const frames = room.ask(asker, {
      question: words('How many flights are there?'),
      signal: new AbortController().signal,
    });
    await frames.next();
    expect(await room.history.removeAll(asker)).toEqual({ removed: 1 });
    await eventsOf(frames);
    expect(await room.history.list(asker, { before: null, limit: 10 })).toEqual([]);
  });

  test('a question by a token that somebody else made is answered, and is not kept', async () => {
    const room = assistant();
    const byOther = { ...asker, own: false, sessionId: null, tokenId: 't' };
    const signal = new AbortController().signal;
    expect((await ask(room, 'How many flights are there?', byOther)).at(-1)).toMatchObject({ type: 'completed' });
    await eventsOf(room.askSql(byOther, { sql: 'select 1', source: 'aviation', signal }));
    expect(await room.history.list(asker, { before: null, limit: 10 })).toEqual([]);
  });

  test('of who is removed are gone, key and row, also one that is being asked; a colleague keeps theirs', async () => {
    const room = assistant();
    const colleague = { ...asker, personId: randomUUID() };
    await ask(room, 'How many flights are there?');
    await ask(room, 'How many flights are there?', colleague);
    const ids = (await room.history.list(asker, { before: null, limit: 10 })).map(({ id }) => id);
    const running = room.ask(asker, {
      question: words('How many flights are there?'),
      signal: new AbortController().signal,
    });
    await running.next();
    const keysOf = async () =>
      (
        await started.database.withWorkspace(
          asker.workspaceId,
          async (transaction) =>
            (
              await sql<{
                id: string;
              }>`select object_id as id from vault_object_keys where birth_entry is not null`.execute(transaction)
            ).rows,
        )
      ).map(({ id }) => id);
    expect(await keysOf()).toEqual(expect.arrayContaining(ids));
    await room.history.forgetPerson(asker.workspaceId, asker.personId);
    await eventsOf(running);
    // One that had passed the gate before the removal.
    await ask(room, 'How many flights are there?');
    expect(await room.history.list(asker, { before: null, limit: 10 })).toEqual([]);
    const [theirs] = await room.history.list(colleague, { before: null, limit: 10 });
    expect(await keysOf()).toEqual([theirs?.id]);
    expect(events).toContainEqual(
      expect.objectContaining({
        action: 'assistant.questions_deleted',
        decision: { allowed: true, reason: 'the person was removed' },
        outcome: 'done',
      }),
    );
  });
});
