import { connectPostgres, type Connector, socketAddress } from '@strongroom/connectors';
import { type Frame, ProblemError, type SourceSchema } from '@strongroom/protocol';
import { createGuard, type PlanRelation } from '@strongroom/sql-guard';
import { startPostgres } from '@strongroom/testkit';
import { fastify } from 'fastify';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Asker, AuditEvent } from '#contracts';
import { createQuery, type Query, sendAnswer } from './index.ts';
import { openAnswer } from './open-answer.ts';

const asker: Asker = {
  workspaceId: 'w',
  personId: 'p',
  email: 'ada@example.com',
  name: 'Ada',
  role: 'viewer',
  teams: [],
  sessionId: null,
  tokenId: null,
  own: true,
  address: null,
  requestId: 'r',
};
const guard = createGuard();
let postgres: Awaited<ReturnType<typeof startPostgres>>;
let client: Awaited<ReturnType<typeof postgres.connect>>;
let connector: Connector;
let schema: SourceSchema;
let events: string[];
let counted: (readonly PlanRelation[])[];
let lastCounts: AuditEvent['counts'];
let auditFails: boolean;
let runSql: boolean;
let afterRows: () => Promise<void>;
let removed: (sourceId: string) => void;
let query: Query;

beforeAll(async () => {
  postgres = await startPostgres();
  client = await postgres.connect();
  await client.query(
    `create table n (i int, label text); insert into n select i, case when i % 2 = 0 then 'Even' else 'odd' end from generate_series(1, 3000) i`,
  );
  connector = connectPostgres(
    socketAddress({ folder: postgres.socketFolder, port: postgres.port, ...postgres.superuser, database: 'postgres' }),
    {},
  );
  schema = await connector.introspect();
});
afterAll(async () => {
  await connector.close();
  await client.end();
  await guard.close();
  await postgres.stop();
});

// What one leaves to be written must not be counted as the next one's.
afterEach(() => query.stopAll());
beforeEach(() => {
  events = [];
  counted = [];
  auditFails = false;
  runSql = true;
  afterRows = async () => {};
  const watched: Connector = {
    ...connector,
    run: (...given) => {
      events.push('ran in the source');
      return connector.run(...given);
    },
  };
  query = createQuery({
    // No lease is named here: its tests are beside it.
    database: {} as never,
    guard,
    nowMs: () => performance.now(),
    onUnrecorded: () => events.push('unrecorded'),
    audit: {
      append: async (_context, event: AuditEvent) => {
        if (auditFails) throw new ProblemError('ledger/unavailable', 503, 'the audit log can not be written');
        events.push(`${event.action} ${event.outcome}`);
        lastCounts = event.counts;
        if (event.action === 'query.completed') await afterRows();
        return { entryId: String(events.length), at: '' };
      },
    },
    sources: {
      find: async (_asker, name) => {
        if (!['numbers', 'others', 'more'].includes(name))
          throw new ProblemError('query/denied', 403, 'not open to you');
        const id = name === 'numbers' ? 's' : name;
        return { id, name, dialect: 'postgres', workspaceId: 'w', policy: null, view: '', runSql } as never;
      },
      manage: () => Promise.reject(new Error('no policy is applied here')),
      use: async () => watched,
      onRemoved: (listener) => {
        removed = listener;
      },
    },
    catalog: { schemaFor: async () => schema, countQuery: (_source, relations) => void counted.push(relations) },
    access: {} as never,
    directory: { subjectByEmail: async () => ({ ...asker, attributes: {} }) },
    limits: { runningMax: 3, runningPerSourceMax: { postgres: 2, mariadb: 2, duckdb: 1 }, waitMs: 2_000 },
  });
});

const ENDLESS = 'select count(*) from n a, n b, n c, n d';

function run(sql: string, source = 'numbers', signal = new AbortController().signal): AsyncGenerator<Frame> {
  return query.run(asker, { source, sql, signal });
}

async function lastEvent(frames: AsyncGenerator<Frame>) {
  let last: Frame | undefined;
  for await (const frame of frames) if (frame.kind === 'event') last = frame;
  return last?.kind === 'event' ? last.event : undefined;
}

async function runsInSource(): Promise<number> {
  const { rows } = await client.query<{ count: string }>(
    `select count(*) from pg_stat_activity where application_name = 'strongroom' and state = 'active'`,
  );
  return Number(rows[0]?.count);
}

test('without the admin’s key nothing runs, whoever may query the source', async () => {
  runSql = false;
  expect(await lastEvent(run('select i from n'))).toMatchObject({
    type: 'stopped',
    problem: { code: 'query/run_sql_off', status: 403 },
  });
  expect(events).toEqual(['query.refused refused']);
});

test('the entry is durable before the query reaches the source, and a second one follows the last row', async () => {
  expect(await lastEvent(run('select i from n'))).toMatchObject({
    type: 'completed',
    outcome: 'rows',
    rowCount: 3000,
    complete: true,
  });
  await expect.poll(() => events).toEqual(['query.released done', 'ran in the source', 'query.completed done']);
});

test('what a query reads that was let through is counted, whether or not it fails on a row, and neither what was refused nor what the translator looked up', async () => {
  await lastEvent(run('select i from n'));
  await lastEvent(run('select no from n'));
  await lastEvent(run('select 1 / (i - i) from n'));
  const words = {
    schema: 'public',
    table: 'n',
    columns: ['label'],
    words: 'even',
    signal: new AbortController().signal,
  };
  expect(await query.lookup(asker, { source: 'numbers', ...words })).toHaveLength(1);
  // A model hears how often a table is queried: were only those counted that do not fail, it would hear a bit of the rows.
  const read = [{ schema: 'public', table: 'n', columns: ['i'] }];
  expect(counted).toEqual([read, read]);
});

test('an answer does not wait for the entry of how it ended, a stop does, and one that fails is told', async () => {
  const written = Promise.withResolvers<void>();
  afterRows = () => written.promise;
  expect(await lastEvent(run('select i from n'))).toMatchObject({ type: 'completed' });
  let hasStopped = false;
  const stopping = query.stopAll().then(() => (hasStopped = true));
  await new Promise(setImmediate);
  expect(hasStopped).toBe(false);
  written.reject(new Error('the disk is full'));
  await stopping;
  expect(events.at(-1)).toBe('unrecorded');
});

test('what cannot be audited does not run', async () => {
  auditFails = true;
  await expect(lastEvent(run('select i from n'))).rejects.toMatchObject({ code: 'ledger/unavailable' });
  expect(events).toEqual([]);
});

test('a source that is hidden or missing, and a table that is hidden or missing, stop as denied, and nothing runs', async () => {
  for (const frames of [run('select 1', 'other'), run('select * from secrets')]) {
    expect(await lastEvent(frames)).toMatchObject({
      type: 'stopped',
      outcome: 'denied',
      problem: { code: 'query/denied', status: 403 },
    });
  }
  expect(events).toEqual(['query.refused refused', 'query.refused refused']);
});

test('nothing found is an answer of its own', async () => {
  expect(await lastEvent(run('select i from n where i < 0'))).toMatchObject({
    type: 'completed',
    outcome: 'empty',
    rowCount: 0,
  });
});

test('a failure in the source is told by its class alone, and recorded', async () => {
  const event = await lastEvent(run(`select cast(label as integer) from n`));
  expect(event).toMatchObject({ type: 'stopped', step: 'run', problem: { code: 'run/type' } });
  expect(JSON.stringify(event)).not.toMatch(/Even|odd/);
  expect(events.at(-1)).toBe('query.completed failed');
});

test('an answer that nobody waits for is cancelled in the source and still gets its second entry', async () => {
  const leave = new AbortController();
  const ending = lastEvent(run(ENDLESS, 'numbers', leave.signal));
  await expect.poll(runsInSource, { timeout: 10_000 }).toBe(1);
  leave.abort();
  expect(await ending).toMatchObject({ type: 'stopped', problem: { code: 'query/cancelled' } });
  await expect.poll(runsInSource, { timeout: 10_000 }).toBe(0);
  expect(events.at(-1)).toBe('query.completed failed');
});

test('a reader that stops in the middle ends the query, with its second entry', async () => {
  for await (const frame of run('select a.i, b.i from n a, n b')) if (frame.kind === 'rows') break;
  await expect.poll(runsInSource, { timeout: 10_000 }).toBe(0);
  expect(events.at(-1)).toBe('query.completed failed');
  // How many rows had left is not known, and must not be said to be none.
  expect(lastCounts).toBeUndefined();
  expect(query.running()).toBe(0);
});

test('removing a source stops what runs on it', async () => {
  const ending = lastEvent(run(ENDLESS));
  await expect.poll(runsInSource, { timeout: 10_000 }).toBe(1);
  removed('s');
  expect(await ending).toMatchObject({ type: 'stopped', problem: { code: 'query/cancelled' } });
});

test('one person may have only so many queries running at a time', async () => {
  const leave = new AbortController();
  const endings = ['numbers', 'others', 'more'].map((source) => lastEvent(run(ENDLESS, source, leave.signal)));
  await expect.poll(runsInSource, { timeout: 10_000 }).toBe(3);
  expect(await lastEvent(run('select 1'))).toMatchObject({
    type: 'stopped',
    problem: { code: 'query/too_many_running', status: 429, title: expect.stringContaining('at most 3 ') },
  });
  leave.abort();
  await Promise.all(endings);
});

test('one person takes no more than half of the connections of a source', async () => {
  const leave = new AbortController();
  const endings = [1, 2].map(() => lastEvent(run(ENDLESS, 'numbers', leave.signal)));
  await expect.poll(runsInSource, { timeout: 10_000 }).toBe(2);
  expect(await lastEvent(run('select 1'))).toMatchObject({
    type: 'stopped',
    problem: { code: 'query/too_many_running', status: 429, title: expect.stringContaining('at most 2 ') },
  });
  // What the guard refuses takes no connection, and gets the same refusal as ever.
  expect(await lastEvent(run('select * from secrets'))).toMatchObject({ problem: { code: 'query/denied' } });
  expect(await lastEvent(run('select 1', 'others'))).toMatchObject({ type: 'completed' });
  const other = query.run({ ...asker, personId: 'q' }, { source: 'numbers', sql: 'select 1', signal: leave.signal });
  expect(await lastEvent(other)).toMatchObject({ type: 'completed' });
  leave.abort();
  await Promise.all(endings);
  expect(await lastEvent(run('select 1'))).toMatchObject({ type: 'completed' });
});

test('one more than half of the connections waits for another of the person’s to end', async () => {
  const first = new AbortController();
  const second = new AbortController();
  const endings = [first, second].map((leave) => lastEvent(run(ENDLESS, 'numbers', leave.signal)));
  await expect.poll(runsInSource, { timeout: 10_000 }).toBe(2);
  const waiting = lastEvent(run('select 1'));
  first.abort();
  expect(await waiting).toMatchObject({ type: 'completed' });
  second.abort();
  await Promise.all(endings);
});

test('a lookup finds the column that holds the words, whatever their case, in one pass', async () => {
  const found = await query.lookup(asker, {
    source: 'numbers',
    schema: 'public',
    table: 'n',
    columns: ['label', 'i'],
    words: 'EVEN',
    signal: new AbortController().signal,
  });
  expect(found).toEqual([{ column: 'label', value: 'Even' }]);
  await expect.poll(() => events).toEqual(['query.looked_up done', 'ran in the source', 'query.completed done']);
});

test('whether columns tell rows apart is asked of the source as any query is, under the rights of the asker', async () => {
  const { signal } = new AbortController();
  const columns = (first: string) =>
    ({ source: 'numbers', schema: 'public', table: 'n', columns: [first], signal }) as const;
  expect(await query.isUnique(asker, columns('i'))).toBe(true);
  expect(await query.isUnique(asker, columns('label'))).toBe(false);
  await expect(query.isUnique(asker, columns('hidden'))).rejects.toMatchObject({ code: 'query/denied' });
  await expect
    .poll(() => events)
    .toEqual([
      'query.looked_up done',
      'ran in the source',
      'query.completed done',
      'query.looked_up done',
      'ran in the source',
      'query.completed done',
      'query.refused refused',
    ]);
});

test('a limit beyond the most there may be is refused by name', async () => {
  const frames = query.run(asker, {
    source: 'numbers',
    sql: 'select 1',
    limit: 2_000_000_000,
    signal: new AbortController().signal,
  });
  expect(await lastEvent(frames)).toMatchObject({
    type: 'stopped',
    problem: { code: 'query/limit_too_large', status: 400 },
  });
});

test('one answer is written as JSON, NDJSON, Arrow or frames, and a refusal as a problem with its status', async () => {
  const app = fastify();
  app.get('/:sql', async (request, reply) => {
    const { sql } = request.params as { sql: string };
    return sendAnswer({ signal: new AbortController().signal, request, reply }, ({ signal }) =>
      run(sql, 'numbers', signal),
    );
  });
  const get = (sql: string, accept: string) => app.inject({ url: `/${encodeURIComponent(sql)}`, headers: { accept } });
  const two = `select i, label, i as label from n order by i limit 2`;

  const json = await get(two, 'application/json');
  expect(json.json()).toMatchObject({
    outcome: 'rows',
    rows: [
      [1, 'odd', 1],
      [2, 'Even', 2],
    ],
    rowCount: 2,
    complete: true,
    sql: { asked: two },
  });
  const lines = await get(two, 'application/x-ndjson');
  expect(lines.body).toBe('{"i":1,"label":"odd","label_2":1}\n{"i":2,"label":"Even","label_2":2}\n');
  expect(lines.trailers).toMatchObject({ 'strongroom-complete': 'true', 'strongroom-row-count': '2' });
  const arrow = await get(two, 'application/vnd.apache.arrow.stream');
  expect(arrow.headers['content-type']).toBe('application/vnd.apache.arrow.stream');
  expect(arrow.rawPayload.subarray(-8)).toEqual(Buffer.from([255, 255, 255, 255, 0, 0, 0, 0]));
  const refused = await get('select * from secrets', 'application/json');
  expect(refused.statusCode).toBe(403);
  expect(refused.json()).toMatchObject({ code: 'query/denied', outcome: 'denied', rows: [], status: 403 });
  const frames = await get('select * from secrets', 'application/vnd.strongroom.answer');
  expect(frames.statusCode).toBe(200);
  for (const format of ['application/json', 'application/x-ndjson', 'application/vnd.apache.arrow.stream']) {
    const failed = await get('select 1 / (i - 1) from n order by i', format);
    expect(failed.statusCode).toBe(422);
    expect(failed.json()).toMatchObject({ code: 'run/type', status: 422, rows: [] });
  }
  const unknown = await get(two, 'text/csv');
  expect(unknown.statusCode).toBe(406);
  await app.close();
});

test('an answer that fails in its middle is a problem to whoever reports it, not a fault of ours', async () => {
  const stopped = await lastEvent(run('select 1 / (i - 1) from n order by i'));
  async function* frames(): AsyncGenerator<Frame> {
    for await (const frame of run('select i from n')) if (frame.kind === 'rows') yield frame;
    yield { kind: 'event', event: stopped! };
  }
  const answer = await openAnswer(frames());
  expect(answer.stopped).toBeNull();
  const read = async () => {
    for await (const _bytes of answer.rows);
  };
  await expect(read()).rejects.toMatchObject({ code: 'run/type', status: 422 });
});
