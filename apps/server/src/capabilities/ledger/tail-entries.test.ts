import { Readable } from 'node:stream';
import { decodeEventStream, type LedgerEntry, ProblemError } from '@strongroom/protocol';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Asker } from '#contracts';
import type { Ledger, LedgerFilter } from './index.ts';
import { askerOfTheirOwn, contextIn, eventOf, startTestLedgers, type TestLedgers } from './start-test-ledger.ts';
import { createTails } from './tail-entries.ts';

let ledgers: TestLedgers;
let ledger: Ledger;
let asker: Asker;

beforeAll(async () => {
  ledgers = await startTestLedgers();
  ledger = ledgers.start();
});
afterAll(() => ledgers[Symbol.asyncDispose]());
beforeEach(() => {
  asker = askerOfTheirOwn();
});

const append = (by = ledger, over: Parameters<typeof eventOf>[0] = {}) =>
  by.append(contextIn(asker.workspaceId), eventOf(over));

type Reading = AsyncDisposable & { next(): Promise<LedgerEntry | null>; readonly stop: AbortController };

/** Entries one by one as a client reads them; null at the end. */
async function tail(after: number | null, filter: LedgerFilter = {}, by = ledger): Promise<Reading> {
  const stop = new AbortController();
  const { chunks, finish } = await by.tail(asker, { after, filter, signal: stop.signal });
  const events = decodeEventStream(Readable.from(chunks).map((chunk: string) => Buffer.from(chunk)));
  return {
    stop,
    next: async () => {
      for (;;) {
        const { done, value } = await events.next();
        if (done === true) return null;
        if (value.data === null) continue;
        const entry: LedgerEntry = JSON.parse(value.data);
        expect([value.event, value.id]).toEqual(['entry', String(entry.position)]);
        return entry;
      }
    },
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      finish();
    },
  };
}

test('whoever goes on after the last id gets every entry once and in order, also those of other servers', async () => {
  const servers = [ledger, ledgers.start(), ledgers.start()];
  const appending = (async () => {
    for (let round = 0; round < 25; round += 1)
      await Promise.all(servers.flatMap((server) => [append(server), append(server), append(server), append(server)]));
  })();
  const seen: number[] = [];
  let acts = 0;
  for (let turn = 0; acts < 300; turn += 1) {
    await using reading = await tail(seen.at(-1) ?? 0);
    for (let count = 0; count < 7 * (turn + 1) && acts < 300; count += 1) {
      const entry = await reading.next();
      seen.push(entry?.position ?? 0);
      if (entry?.action === 'query.released') acts += 1;
    }
  }
  await appending;
  expect(seen).toEqual(seen.map((_, index) => index + 1));
});

test('positions become visible in order: at no time is there a gap that fills later', async () => {
  const servers = [ledger, ledgers.start(), ledgers.start()];
  let appending = true;
  const done = Promise.all(
    servers.map(async (server) => {
      for (let round = 0; round < 40; round += 1) await Promise.all([append(server), append(server)]);
    }),
  ).finally(() => (appending = false));
  let looks = 0;
  while (appending) {
    const { rows } = await ledgers.owner.query<{ last: number; count: number; head: number }>(
      `select coalesce(max(position), 0)::integer as last, count(*)::integer as count,
         coalesce((select position from ledger_heads where workspace_id = $1), 0)::integer as head
       from ledger_entries where workspace_id = $1`,
      [asker.workspaceId],
    );
    expect(rows).toEqual([{ last: rows[0]?.head, count: rows[0]?.head, head: rows[0]?.head }]);
    looks += 1;
  }
  await done;
  expect(looks).toBeGreaterThan(10);
});

test('without a position it begins with what comes next, and its own entry is one and no event of its own', async () => {
  await append();
  await using reading = await tail(null);
  await append(ledger, { action: 'sources.added' });
  expect(await reading.next()).toMatchObject({ position: 3, action: 'sources.added', state: 'open' });
  await using second = await tail(0);
  expect(await reading.next()).toMatchObject({ position: 4, action: 'ledger.tailed', outcome: 'done' });
  for (const action of ['query.released', 'ledger.tailed', 'sources.added', 'ledger.tailed'])
    expect(await second.next()).toMatchObject({ action });
  await append(ledger, { action: 'sources.removed' });
  for (const one of [reading, second]) expect(await one.next()).toMatchObject({ position: 5 });
});

test('a filter leaves out what does not fit, and the ids still lead past it', async () => {
  const resources = Array.from({ length: 250 }, (_, index) => (index === 120 ? 'payroll' : 'aviation'));
  await Promise.all(resources.map((resource) => append(ledger, { resource })));
  await using reading = await tail(0, { resource: 'payroll' });
  expect(await reading.next()).toMatchObject({ position: 121 });
  await append(ledger, { resource: 'payroll' });
  expect(await reading.next()).toMatchObject({ position: 252 });
});

test('a position that the log has not reached is refused, and leaves no entry', async () => {
  await append();
  await expect(tail(2)).rejects.toMatchObject({ code: 'ledger/not_reached', status: 409, members: { last: 1 } });
  expect((await ledger.list(asker.workspaceId, { limit: 50 })).entries).toHaveLength(1);
});

test('one person follows it four times at once, and no more; whoever ends one may begin another', async () => {
  const readings = [await tail(0), await tail(0), await tail(0), await tail(0)];
  await expect(tail(0)).rejects.toMatchObject({ code: 'ledger/too_many_tails', status: 429, members: { tailsMax: 4 } });
  const { personId } = asker;
  asker = { ...asker, personId: askerOfTheirOwn().personId };
  readings.push(await tail(0));
  asker = { ...asker, personId };
  await readings[0]?.[Symbol.asyncDispose]();
  readings.push(await tail(0));
  await Promise.all(readings.map((reading) => reading[Symbol.asyncDispose]()));
});

test('it ends at once when it is told to, also where nothing comes', async () => {
  await using reading = await tail(null);
  const next = reading.next();
  reading.stop.abort();
  expect(await next).toBeNull();
});

test('where nothing comes it says so, with the position to go on after', async () => {
  const tails = createTails({ database: ledgers.database, keys: ledgers.keys }, ledger.append, 0);
  const stop = new AbortController();
  await append();
  const { chunks, finish } = await tails.open(asker, { after: null, filter: {}, signal: stop.signal });
  expect((await chunks.next()).value).toBe('retry: 1000\nid: 2\n\n');
  expect((await chunks.next()).value).toBe(': nothing new\nid: 2\n\n');
  stop.abort();
  finish();
});

test('whoever does not read is behind, and nothing is read for them meanwhile', async () => {
  await Promise.all(Array.from({ length: 3_000 }, () => append()));
  let reads = 0;
  const database = {
    ...ledgers.database,
    withWorkspace: ((id, work) => {
      reads += 1;
      return ledgers.database.withWorkspace(id, work);
    }) satisfies typeof ledgers.database.withWorkspace,
  };
  const tails = createTails({ database, keys: ledgers.keys }, ledger.append);
  const stop = new AbortController();
  const { chunks, finish } = await tails.open(asker, { after: 0, filter: {}, signal: stop.signal });
  const body = Readable.from(chunks, { objectMode: false });
  body.read(0);
  await expect.poll(() => body.readableLength).toBeGreaterThan(body.readableHighWaterMark);
  for (let count = 0; count < 50; count += 1) await append();
  // One to open it, and the groups that fill the buffer once: all of them would be thirty.
  expect(reads).toBeLessThan(6);
  expect(body.readableLength).toBeLessThan(256 * 1024);
  stop.abort();
  finish();
});

test('when the keys go away it breaks off, and goes on there once they are back', async () => {
  let away = false;
  const keys: typeof ledgers.keys = {
    forWorkspace: async (id) => {
      if (away) throw new ProblemError('vault/key_unavailable', 503, 'the keys are away');
      return ledgers.keys.forWorkspace(id);
    },
  };
  const own = ledgers.start({ keys });
  await using reading = await tail(null, {}, own);
  const goAway = () => {
    away = true;
    return append();
  };
  await Promise.all([expect(reading.next()).rejects.toMatchObject({ code: 'vault/key_unavailable' }), goAway()]);
  away = false;
  await using again = await tail(1, {}, own);
  expect(await again.next()).toMatchObject({ position: 2 });
});
