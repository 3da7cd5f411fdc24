import { randomUUID } from 'node:crypto';
import { loadClusterSecret } from '@strongroom/keyring';
import { verifyExport } from '@strongroom/merkle-log';
import { temporaryFolder, type TemporaryFolder } from '@strongroom/testkit';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Asker, AuditContext, AuditEvent } from '#contracts';
import type { Vault } from '#vault';
import { startTestDatabase, type TestDatabase } from '../../platform/database/test-database.ts';
import { makeTestVault, testVaultMigrations } from '../vault/make-test-vault.ts';
import type { Ledger } from './index.ts';
import { ledgerHolder } from './data-holder.ts';
import { createSubjects } from './subjects.ts';

const clock = { now: () => new Date() };
let folder: TemporaryFolder;
let started: TestDatabase;
let vault: Vault;
let ledger: Ledger;
let workspaceId: string;

beforeAll(async () => {
  folder = await temporaryFolder('erased');
  await loadClusterSecret(folder.path);
  started = await startTestDatabase(testVaultMigrations);
  ({ vault, ledger } = makeTestVault({ database: started.database, folder: folder.path, clock }));
});
afterAll(async () => {
  await ledger.close();
  await started[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});
beforeEach(() => {
  workspaceId = randomUUID();
});

function by(email: string): AuditContext {
  const actor = { kind: 'person', id: `id of ${email}`, name: email } as const;
  return { workspaceId, actor, sessionId: `session of ${email}`, address: '192.0.2.7', requestId: null };
}

const event = (resource: string | null, action: AuditEvent['action'] = 'query.released'): AuditEvent => ({
  action,
  resource,
  decision: { allowed: true, reason: 'permission ask' },
  outcome: 'done',
});

async function erase(...emails: string[]): Promise<void> {
  const ids = await ledger.subjectsNamed(workspaceId, emails);
  await ledger.detachSubjects(workspaceId, ids);
  await vault.destroy(workspaceId, ids);
  await ledger.forgetSubjects(workspaceId, ids);
}

async function exported(): Promise<string> {
  let text = '';
  for await (const line of ledger.export(workspaceId)) text += line;
  return text;
}

async function* lines(text: string): AsyncGenerator<string> {
  yield* text.trimEnd().split('\n');
}

test('entries by or about an erased person do not open any more, those of others do, and the log verifies', async () => {
  const gone = [
    await ledger.append(by('carl@planted.example'), event('aviation')),
    await ledger.append(by('ada@example.org'), event('carl@planted.example', 'people.invited')),
    await ledger.append(by('ada@example.org'), event('pilots: Carl@Planted.example', 'teams.member_added')),
    await ledger.append(by('carl@planted.example (by ada@example.org)'), event('aviation')),
  ];
  const kept = await ledger.append(by('ada@example.org'), event('aviation'));
  expect(await exported()).toContain('planted');
  await erase('carl@planted.example');
  for (const { entryId } of gone)
    expect(await ledger.show(workspaceId, entryId)).toMatchObject({ state: 'redacted', actor: null, resource: null });
  expect(await ledger.show(workspaceId, kept.entryId)).toMatchObject({ resource: 'aviation' });
  const text = await exported();
  expect(text).not.toMatch(/planted/i);
  expect(await verifyExport(lines(text))).toMatchObject({ ok: true, problems: [], closed: 4 });
});

test('a search finds nothing of an erased person, by any of what their entries were found by', async () => {
  await ledger.append(by('carl@planted.example'), event('aviation'));
  await ledger.append(by('ada@example.org'), event('aviation'));
  const count = async (filter: { actor?: string; resource?: string }) =>
    (await ledger.list(workspaceId, { limit: 50, ...filter })).entries.length;
  expect(await count({ actor: 'carl@planted.example' })).toBe(1);
  await erase('carl@planted.example');
  expect(await count({ actor: 'carl@planted.example' })).toBe(0);
  expect(await count({ resource: 'aviation' })).toBe(1);
});

test('who comes again under the same address has a key of their own, and what was erased stays so', async () => {
  const before = await ledger.append(by('carl@planted.example'), event('aviation'));
  await erase('carl@planted.example');
  const after = await ledger.append(by('carl@planted.example'), event('aviation'));
  expect(await ledger.show(workspaceId, after.entryId)).toMatchObject({ resource: 'aviation' });
  expect(await ledger.show(workspaceId, before.entryId)).toMatchObject({ state: 'redacted' });
});

test('an entry that comes in the middle of an erasure is under another key, which the erasure finds', async () => {
  await ledger.append(by('carl@planted.example'), event('aviation'));
  const ids = await ledger.subjectsNamed(workspaceId, ['carl@planted.example']);
  await ledger.detachSubjects(workspaceId, ids);
  await vault.destroy(workspaceId, ids);
  const late = await ledger.append(by('carl@planted.example'), event('aviation'));
  const found = await ledger.subjectsNamed(workspaceId, ['carl@planted.example']);
  expect(found).toHaveLength(1);
  expect(found).not.toEqual(ids);
  await erase('carl@planted.example');
  expect(await ledger.show(workspaceId, late.entryId)).toMatchObject({ state: 'redacted' });
});

test('an address with an apostrophe in it is one name: whoever has it is erased, and nobody with the rest of it', async () => {
  const gone = [
    await ledger.append(by("o'brien@planted.example"), event('aviation')),
    await ledger.append(by('ada@example.org'), event("pilots: O'Brien@planted.example", 'teams.member_added')),
    await ledger.append(by('ada@example.org'), event("'o'brien@planted.example'", 'people.invited')),
  ];
  const kept = await ledger.append(by('brien@planted.example'), event('aviation'));

  await erase("o'brien@planted.example");

  for (const { entryId } of gone) expect((await ledger.show(workspaceId, entryId)).state).toBe('redacted');
  expect((await ledger.show(workspaceId, kept.entryId)).state).toBe('open');
});

test('a subject that is erased between its row and its key is not used', async () => {
  await ledger.append(by('bob@example.org'), event(null));
  const keys = await vault.ledgerKeys.forWorkspace(workspaceId);
  const erased: string[] = [];
  const slow = {
    ...keys,
    subjectKey: async (id: string) => {
      if (erased.length === 0) {
        erased.push(id);
        await erase('ada@example.org');
      }
      return keys.subjectKey(id);
    },
  };
  const [subject] = await createSubjects(started.database).forEntry(workspaceId, slow, ['ada@example.org']);
  expect(erased).toHaveLength(1);
  expect(erased).not.toContain(subject?.id);
  expect(await ledger.subjectsNamed(workspaceId, ['ada@example.org'])).toEqual([subject?.id]);
});

test('an entry that finds its subject while that is erased makes no new key for it', async () => {
  await ledger.append(by('ada@example.org'), event(null));
  const ids = await ledger.subjectsNamed(workspaceId, ['ada@example.org']);
  const keys = await vault.ledgerKeys.forWorkspace(workspaceId);
  await ledger.detachSubjects(workspaceId, ids);
  await vault.destroy(workspaceId, ids);
  // What the append that had looked the name up just before asks for now.
  const [id] = ids;
  const fresh = await vault.ledgerKeys.forWorkspace(workspaceId);
  expect(fresh).not.toBe(keys);
  await expect(fresh.subjectKey(id!)).rejects.toMatchObject({ code: 'vault/key_destroyed' });
  // And the next entry about that name is under another key.
  await ledger.append(by('ada@example.org'), event(null));
  expect(await ledger.subjectsNamed(workspaceId, ['ada@example.org'])).not.toEqual(ids);
});

test.each(["o'brien@example.org", 'a+b_c-d.e@sub.example.org'])(
  'an address as people have them is one subject: %s',
  async (address) => {
    await ledger.append(by(address), event(null));
    await ledger.append(by('admin@example.org'), event(`pilots: ${address}`, 'identity.member_added'));
    await ledger.append(by(`${address} (by admin@example.org)`), event(null));
    const tail = address.split("'").at(-1) ?? '';
    if (tail !== address) expect(await ledger.subjectsNamed(workspaceId, [tail])).toEqual([]);
    expect(await ledger.subjectsNamed(workspaceId, [address])).toHaveLength(1);
    await erase(address);
    expect(await exported()).not.toContain(tail);
  },
);

test('what a person takes with them holds their own entries, and not those of whom they once made a token for', async () => {
  await ledger.append(by('bob@example.org'), event('own.table'));
  const carl = by('carl@example.org');
  await ledger.append(
    { ...carl, actor: { ...carl.actor, name: 'carl@example.org (by bob@example.org)' } },
    event(null),
  );
  const asker = { workspaceId, personId: 'id of bob@example.org', email: 'bob@example.org' } as Asker;
  let text = '';
  for (const { rows } of ledgerHolder(ledger).exportPerson?.(asker) ?? [])
    for await (const row of rows()) text += JSON.stringify(row);
  expect(text).toContain('own.table');
  expect(text).not.toContain('carl');
});
