import { randomUUID } from 'node:crypto';
import { type LedgerEntry, ledgerFilterSchema, ledgerListInputSchema } from '@strongroom/protocol';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { AuditContext, AuditEvent } from '#contracts';
import type { Ledger } from './index.ts';
import { contextIn, eventOf, startTestLedgers, type TestLedgers } from './start-test-ledger.ts';

let ledgers: TestLedgers;
let ledger: Ledger;
let workspaceId: string;
let now: Date;

beforeAll(async () => {
  ledgers = await startTestLedgers();
  ledger = ledgers.start({ clock: { now: () => now } });
});
afterAll(() => ledgers[Symbol.asyncDispose]());
beforeEach(() => {
  workspaceId = randomUUID();
  now = new Date();
});

type Query = Record<string, string>;
const list = (query: Query = {}) => ledger.list(workspaceId, ledgerListInputSchema.parse({ limit: 500, ...query }));
const positions = async (query: Query = {}): Promise<number[]> =>
  (await list(query)).entries.map(({ position }) => position);
async function plain(query: Query = {}): Promise<LedgerEntry[]> {
  const texts: string[] = [];
  for await (const lines of ledger.exportPlain(workspaceId, ledgerFilterSchema.parse(query))) texts.push(lines);
  const lines = texts.join('').split('\n');
  expect(lines.pop()).toBe('');
  return lines.map((line): LedgerEntry => JSON.parse(line));
}
async function append(at: string, context: Partial<AuditContext> = {}, event: Partial<AuditEvent> = {}): Promise<void> {
  now = new Date(at);
  await ledger.append(contextIn(workspaceId, context), eventOf(event));
}
const run = (sql: string) => ledgers.owner.query(sql.replaceAll('$ws', `'${workspaceId}'`));

const bob = { kind: 'person', id: '0197a000-0000-7000-8000-00000000bbbb', name: 'Bob@Example.org' } as const;
const refused = { outcome: 'refused', decision: { allowed: false, reason: 'query/denied' } } as const;

describe('what is searched for', () => {
  beforeEach(async () => {
    await append('2026-03-01T08:00:00Z');
    await append('2026-03-01T09:00:00Z', { actor: bob, sessionId: 'session-2' }, { resource: 'aviation', ...refused });
    // A server whose clock is behind, or was set: later in the log, earlier in time.
    await append('2026-03-01T08:30:00Z', { address: '2001:db8::7', requestId: 'request-3' }, { outcome: 'failed' });
    await append('2026-03-01T10:00:00Z', { actor: bob }, { action: 'sources.added', resource: 'payroll' });
    await append('2026-03-01T11:00:00Z', { sessionId: null }, { action: 'query.completed', ...refused });
  });

  test.each<[Query, number[]]>([
    [{}, [5, 4, 3, 2, 1]],
    [{ from: '2026-03-01T09:00:00Z' }, [5, 4, 2]],
    [{ to: '2026-03-01T09:00:00Z' }, [3, 1]],
    [{ from: '2026-03-01T08:30:00Z', to: '2026-03-01T10:00:00Z' }, [3, 2]],
    [{ from: '2026-03-01T10:00:00+02:00', to: '2026-03-01T10:30:00+02:00' }, [1]],
    [{ from: '2026-03-02T00:00:00Z' }, []],
    [{ to: '0001-01-01T00:00:00+14:00' }, []],
    [{ actor: bob.id }, [4, 2]],
    [{ actor: 'bob@example.ORG' }, [4, 2]],
    [{ session: 'session-2' }, [2]],
    [{ address: '2001:DB8::7' }, [3]],
    [{ requestId: 'request-3' }, [3]],
    [{ action: 'query' }, [5, 3, 2, 1]],
    [{ action: 'query.completed' }, [5]],
    [{ resource: 'aviation' }, [5, 3, 2, 1]],
    [{ resource: 'aviation.public' }, [5, 3, 1]],
    [{ allowed: 'false' }, [5, 2]],
    [{ allowed: 'true' }, [4, 3, 1]],
    [{ reason: 'query/denied' }, [5, 2]],
    [{ outcome: 'failed' }, [3]],
    [{ actor: bob.name, allowed: 'false' }, [2]],
    [{ actor: bob.name, from: '2026-03-01T09:30:00Z' }, [4]],
    [{ action: 'query', outcome: 'refused', to: '2026-03-01T10:30:00Z' }, [2]],
    [{ action: 'query.released', resource: 'aviation', session: 'session-1', address: '192.0.2.7' }, [1]],
    [{ allowed: 'false', reason: 'permission ask' }, []],
    [{ actor: 'true' }, []],
  ])('%j finds exactly the entries that have all of it, in the list and in the plain export', async (query, found) => {
    expect(await positions(query)).toEqual(found);
    expect((await plain(query)).map(({ position }) => position)).toEqual(found.toReversed());
  });

  test('entries of another workspace are found by none of it', async () => {
    workspaceId = randomUUID();
    for (const query of [{}, { from: '2026-03-01T08:00:00Z' }, { actor: bob.name }]) {
      expect(await positions(query)).toEqual([]);
      expect(await plain(query)).toEqual([]);
    }
  });
});

test.each<Query>([
  { from: 'yesterday' },
  { from: '2026-03-01' },
  { from: '2026-02-30T00:00:00Z' },
  { to: '2026-03-01T08:00:00' },
  { from: '2026-03-01T08:00:00Z', to: '2026-03-01T08:00:00Z' },
  { allowed: 'yes' },
  { outcome: 'begin' },
  { action: 'query.' },
  { action: `x'; drop table ledger_entries; --` },
  { actor: '' },
  { limit: '0' },
  { limit: '501' },
  { before: '-1' },
  { acton: 'query' },
])('%j is no filter, and is refused rather than ignored', (query) => {
  expect(ledgerListInputSchema.safeParse(query).success).toBe(false);
});

test('pages join without a gap or a repeat while entries are appended, with and without a filter', async () => {
  for (let count = 0; count < 60; count += 1)
    await append(
      new Date(Date.parse('2026-03-01T08:00:00Z') + ((count * 37) % 60) * 1000).toISOString(),
      count % 3 === 0 ? { actor: bob } : {},
      count % 2 === 0 ? refused : {},
    );
  for (const query of [
    {},
    { actor: bob.name },
    { allowed: 'false', resource: 'aviation' },
    { from: '2026-03-01T08:00:10Z', to: '2026-03-01T08:00:50Z' },
    { from: '2026-03-01T08:00:10Z', action: 'query', outcome: 'done' },
  ] satisfies Query[]) {
    const there = await positions(query);
    const seen: number[] = [];
    for (let before: number | null = Number.MAX_SAFE_INTEGER; before !== null;) {
      const page = await list({ ...query, limit: '7', before: String(before) });
      seen.push(...page.entries.map(({ position }) => position));
      before = page.next;
      await append('2026-03-01T08:00:30Z', { actor: bob }, refused);
    }
    expect(seen).toEqual(there);
  }
});

test('the plain export holds what was committed before it began, oldest first, and a group of it at a time', async () => {
  await Promise.all(Array.from({ length: 1_200 }, () => ledger.append(contextIn(workspaceId), eventOf())));
  const lines = ledger.exportPlain(workspaceId, {});
  const sizes: number[] = [];
  for await (const group of lines) {
    sizes.push(group.split('\n').length - 1);
    await ledger.append(contextIn(workspaceId), eventOf());
  }
  expect(sizes).toEqual([500, 500, 200]);
});

describe('an entry that was spoilt or changed is shown as that, and takes no other with it', () => {
  const closed = { actor: null, decision: null, resource: null, counts: null, address: null, session: null };
  beforeEach(async () => {
    for (let count = 0; count < 3; count += 1) await append('2026-03-01T08:00:00Z');
  });

  test.each([
    [
      'a destroyed key',
      'redacted',
      'wrapped_key = set_byte(wrapped_key, 0, get_byte(wrapped_key, 0) # 1)',
      { at: '2026-03-01T08:00:00.000Z', action: 'query.released', outcome: 'done' },
    ],
    ['another outcome', 'altered', `outcome = 'refused'`, { outcome: 'refused' }],
    ['another action', 'altered', `action = 'sources.added'`, { action: 'sources.added' }],
    ['another time', 'altered', `at = '2026-03-01T09:00:00Z'`, { at: '2026-03-01T09:00:00.000Z' }],
    ['no time at all', 'altered', `at = 'infinity'`, { at: 'Infinity' }],
    ['another ciphertext', 'altered', 'sealed = set_byte(sealed, 40, get_byte(sealed, 40) # 1)', {}],
    ['another commitment', 'altered', 'commitment = set_byte(commitment, 0, get_byte(commitment, 0) # 1)', {}],
    [
      'a destroyed key and another outcome',
      'altered',
      `outcome = 'refused', wrapped_key = set_byte(wrapped_key, 0, get_byte(wrapped_key, 0) # 1)`,
      { outcome: 'refused' },
    ],
    ['another place', 'altered', 'position = 4', {}],
  ])('%s: %s', async (_, state, change, shown) => {
    await run(`update ledger_entries set ${change} where workspace_id = $ws and position = 3`);
    const { entries } = await list();
    expect(entries.map((entry) => entry.state)).toEqual([state, 'open', 'open']);
    expect(entries[0]).toMatchObject({ ...closed, ...shown });
    expect(await ledger.show(workspaceId, entries[0]?.id ?? '')).toEqual(entries[0]);
    if (entries[0]?.position === 3) expect((await plain()).toReversed()).toEqual(entries);
  });

  test('but keys that are away for now are said to be away: nothing looks redacted', async () => {
    const { ProblemError } = await import('@strongroom/protocol');
    const away = () => Promise.reject(new ProblemError('vault/key_unavailable', 503, 'the keys are away'));
    const locked = ledgers.start({
      keys: { forWorkspace: async (id) => ({ ...(await ledgers.keys.forWorkspace(id)), open: away }) },
    });
    await expect(locked.list(workspaceId, { limit: 50 })).rejects.toMatchObject({ code: 'vault/key_unavailable' });
    await expect(locked.exportPlain(workspaceId, {}).next()).rejects.toMatchObject({ code: 'vault/key_unavailable' });
  });
});
