import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { type AnswerEvent, type Frame, ProblemError } from '@strongroom/protocol';
import { createGuard } from '@strongroom/sql-guard';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Asker, AuditEvent } from '#contracts';
import { createCatalog, migrations as catalogMigrations } from '#catalog';
import type { Database } from '#platform/database';
import { startTestRooms, type TestRooms } from '../sources/start-test-rooms.ts';
import { createQuery, migrations, type Query } from './index.ts';

const ENDLESS = 'select count(*) from numbers a, numbers b, numbers c, numbers d';
const LIMITS = { leaseMs: 2_000, lookAgainMs: 50, leasesMax: 3 };
const HOUR_MS = 3_600_000;

const guard = createGuard();
let rooms: TestRooms;
let owner: Asker;
let ann: Asker;
let audited: AuditEvent[];
/** Two servers of one database. */
let here: Query;
let there: Query;
let databaseIsAway: boolean;

beforeAll(async () => {
  rooms = await startTestRooms({ migrations: [...catalogMigrations, ...migrations] });
  const { sources, database, directory, clock, access } = rooms;
  await rooms.shop.query(
    'create table numbers as select generate_series(1, 3000) as i; grant select on numbers to reader',
  );
  const catalog = createCatalog({ database, sources, directory, clock });
  const mayFail: Database = {
    ...database,
    readInWorkspace: (...asked) =>
      databaseIsAway ? Promise.reject(new Error('away')) : database.readInWorkspace(...asked),
  };
  const server = (): Query =>
    createQuery({
      database: mayFail,
      sources,
      catalog,
      guard,
      access,
      directory,
      audit: {
        append: async (_context, event) => {
          audited.push(event);
          return { entryId: String(audited.length), at: '' };
        },
      },
      nowMs: () => performance.now(),
      onUnrecorded: () => {},
      limits: LIMITS,
    });
  [here, there] = [server(), server()];
  owner = await rooms.person('admin', 'owner@example.org');
  await sources.addDatabase(owner, { name: 'shop', url: rooms.shop.url });
  await sources.share(owner, 'shop', 'everyone');
  ann = await signedIn(await rooms.person('viewer', 'ann@example.org'));
});
afterAll(async () => {
  await guard.close();
  await rooms[Symbol.asyncDispose]();
});
beforeEach(() => {
  audited = [];
  databaseIsAway = false;
});

/** The same person by a session of their own. */
async function signedIn(asker: Asker): Promise<Asker> {
  const at = new Date();
  const session = {
    id: randomUUID(),
    workspace_id: asker.workspaceId,
    person_id: asker.personId,
    secret_hash: randomUUID(),
    created_at: at,
    last_seen_at: at,
    expires_at: new Date(at.getTime() + HOUR_MS),
  };
  await rooms.database.withWorkspace(asker.workspaceId, (within) =>
    within.insertInto('sessions').values(session).execute(),
  );
  return { ...asker, sessionId: session.id };
}

async function runsInSource(): Promise<number> {
  const { rows } = await rooms.shop.query(
    `select count(*)::int as count from pg_stat_activity where usename = 'reader' and state = 'active'`,
  );
  return (rows[0] as { count: number }).count;
}

function run(asker: Asker, lease: string, sql = ENDLESS): AsyncGenerator<Frame> {
  return here.run(asker, { source: 'shop', sql, lease, signal: new AbortController().signal });
}

async function lastEvent(frames: AsyncGenerator<Frame>): Promise<AnswerEvent | undefined> {
  let last: AnswerEvent | undefined;
  for await (const frame of frames) if (frame.kind === 'event') last = frame.event;
  return last;
}

async function begin(asker: Asker, lease: string): Promise<Promise<AnswerEvent | undefined>[]> {
  const ending = lastEvent(run(asker, lease));
  await expect.poll(runsInSource).toBe(1);
  return [ending];
}

const lapsed = { type: 'stopped', problem: { code: 'query/lease_lapsed', status: 410 } };

describe('a query ends in its source, and the log says why', () => {
  const endsBy = async (asker: Asker, stop: (lease: string) => Promise<unknown>): Promise<void> => {
    const { lease } = await here.leases.open(asker);
    const [ending] = await begin(asker, lease);
    await stop(lease);
    expect(await ending).toMatchObject(lapsed);
    await expect.poll(runsInSource).toBe(0);
    expect(audited.map(({ action, decision }) => [action, decision.allowed, decision.reason])).toEqual([
      ['query.released', true, 'granted'],
      ['query.completed', true, 'query/lease_lapsed'],
    ]);
  };

  test('when the heartbeats of its lease stay away', () => endsBy(ann, async () => {}));
  test('when its lease is ended, on another server too', () => endsBy(ann, (lease) => there.leases.end(ann, lease)));
  test('when the session of its lease is ended, on whichever server', async () => {
    const other = await signedIn(ann);
    await endsBy(other, () =>
      rooms.database.withWorkspace(ann.workspaceId, (within) =>
        within
          .deleteFrom('sessions')
          .where('id', '=', other.sessionId ?? '')
          .execute(),
      ),
    );
  });
  test('when nobody can know of its lease for as long as it would live', () =>
    endsBy(ann, async () => {
      databaseIsAway = true;
    }));
});

test('heartbeats that reach another server keep a query alive for longer than a lease lives', async () => {
  const { lease, renewedForMs } = await here.leases.open(ann);
  expect(renewedForMs).toBe(LIMITS.leaseMs);
  const [ending] = await begin(ann, lease);
  for (let beat = 0; beat < 10; beat += 1) {
    await setTimeout(LIMITS.leaseMs / 4);
    expect(await there.leases.renew(ann, lease, [])).toEqual({ renewedForMs: LIMITS.leaseMs, drop: [] });
  }
  expect(await runsInSource()).toBe(1);
  await here.leases.end(ann, lease);
  expect(await ending).toMatchObject(lapsed);
});

describe('a lease that is somebody else’s, lapsed, ended or never was is one refusal', () => {
  const refusal = async (work: Promise<unknown>): Promise<unknown> => {
    const error = await work.then(
      () => null,
      (reason: unknown) => reason,
    );
    if (!(error instanceof ProblemError)) throw new Error('no refusal');
    return [error.code, error.status, error.message, error.members, error.internal];
  };
  const unknown = randomUUID();
  const others: [string, () => Promise<Asker>][] = [
    ['another person', async () => signedIn(owner)],
    ['another session of the same person', async () => signedIn(ann)],
    ['the same person without a session', async () => ({ ...ann, sessionId: null })],
    ['another workspace', async () => ({ ...ann, workspaceId: randomUUID() })],
  ];

  test.each(others)('of %s: it is neither renewed nor ended, and names nothing', async (_, other) => {
    const asker = await other();
    const { lease } = await here.leases.open(ann);
    for (const act of [
      (id: string) => here.leases.renew(asker, id, []),
      (id: string) => here.leases.end(asker, id),
      (id: string) => here.leases.require(asker, id),
    ])
      expect(await refusal(act(lease))).toEqual(await refusal(act(unknown)));
    expect(await here.leases.isLive(ann, lease)).toBe(true);
    await here.leases.end(ann, lease);
  });

  test('one that is over never lives again, and nothing of what names it reaches the source', async () => {
    const { lease } = await here.leases.open(ann);
    await expect.poll(() => here.leases.isLive(ann, lease)).toBe(false);
    const ended = await here.leases.open(ann);
    await here.leases.end(ann, ended.lease);
    for (const id of [lease, ended.lease, unknown]) {
      await expect(here.leases.renew(ann, id, [])).rejects.toMatchObject(lapsed.problem);
      await expect(here.leases.end(ann, id)).rejects.toMatchObject(lapsed.problem);
      audited = [];
      expect(await lastEvent(run(ann, id, 'select i from numbers'))).toMatchObject({ ...lapsed, step: 'guard' });
      expect(audited).toMatchObject([{ action: 'query.refused', outcome: 'refused', resource: 'shop' }]);
    }
  });

  test('what the asker may not query is still denied, whatever lease it names', async () => {
    const frames = here.run(ann, { source: 'nowhere', sql: 'select 1', lease: unknown, signal: AbortSignal.any([]) });
    expect(await lastEvent(frames)).toMatchObject({ problem: { code: 'query/denied' } });
  });
});

test('a person holds so many at a time, on whichever server, and lapsed ones are removed', async () => {
  const bea = await signedIn(await rooms.person('viewer', 'bea@example.org'));
  const refused = { code: 'query/too_many_leases', status: 429 };
  const opened = [await here.leases.open(bea), await there.leases.open(bea), await here.leases.open(bea)];
  expect(opened).toHaveLength(LIMITS.leasesMax);
  for (const server of [here, there]) await expect(server.leases.open(bea)).rejects.toMatchObject(refused);
  await there.leases.end(bea, opened[0]?.lease ?? '');
  await here.leases.open(bea);
  await expect(here.leases.open(bea)).rejects.toMatchObject(refused);
  await here.leases.open(ann);
  const kept = () =>
    rooms.database.withWorkspace(bea.workspaceId, (within) =>
      within.selectFrom('query_leases').select('id').where('person_id', '=', bea.personId).execute(),
    );
  expect(await kept()).toHaveLength(LIMITS.leasesMax);
  await expect
    .poll(async () => {
      await here.leases.sweep(bea.workspaceId);
      return kept();
    })
    .toEqual([]);
  // Those that are counted in one moment do not see each other, but they are no more than there are connections.
  const many = await Promise.allSettled(Array.from({ length: 100 }, () => here.leases.open(bea)));
  expect(many.filter(({ status }) => status === 'fulfilled').length).toBeLessThan(LIMITS.leasesMax + 12);
});

describe('a renewal says which of the answers that are shown are to be dropped', () => {
  const shownOf = async (asker: Asker): Promise<{ source: string; view: string }> => {
    for await (const { kind, ...frame } of here.run(asker, {
      source: 'shop',
      sql: 'select i from numbers limit 1',
      signal: AbortSignal.any([]),
    }))
      if (kind === 'event' && 'event' in frame && frame.event.type === 'released')
        return { source: 'shop', view: frame.event.view };
    throw new Error('nothing was released');
  };

  test.each<[string, () => Promise<unknown>, () => Promise<unknown>]>([
    [
      'when the grant is taken back',
      () => rooms.sources.unshare(owner, 'shop', 'everyone'),
      () => rooms.sources.share(owner, 'shop', 'everyone'),
    ],
    [
      'when a policy is put before the source',
      () => here.policies.apply(owner, 'source: shop\ntables: { public.numbers: { grant: [everyone] } }'),
      () => here.policies.remove(owner, 'shop'),
    ],
    [
      'when the source is removed, and another has its name',
      async () => {
        await rooms.sources.remove(owner, 'shop');
        await rooms.sources.addDatabase(owner, { name: 'shop', url: rooms.shop.url });
        await rooms.sources.share(owner, 'shop', 'everyone');
      },
      async () => {},
    ],
  ])('%s', async (_, change, changeBack) => {
    const { lease } = await here.leases.open(ann);
    const shown = await shownOf(ann);
    expect(shown.view).toMatch(/^[\w-]{43}$/);
    expect(await there.leases.renew(ann, lease, [shown])).toMatchObject({ drop: [] });
    await change();
    expect(await there.leases.renew(ann, lease, [shown, shown])).toMatchObject({ drop: [shown.view] });
    await changeBack();
    await here.leases.end(ann, lease);
  });

  test('of a source that never was as of one that is hidden', async () => {
    const { lease } = await here.leases.open(ann);
    const shown = [{ source: "x'; drop table sources", view: 'made up' }];
    expect(await here.leases.renew(ann, lease, shown)).toMatchObject({ drop: ['made up'] });
    await here.leases.end(ann, lease);
  });
});
