import { randomUUID } from 'node:crypto';
import { loadClusterSecret } from '@strongroom/keyring';
import { temporaryFolder } from '@strongroom/testkit';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Asker, Permission } from '#contracts';
import { makeTestVault, testVaultMigrations } from '../vault/make-test-vault.ts';
import { startTestDatabase, type TestDatabase } from '../../platform/database/test-database.ts';
import { type Access, createAccess, migrations, readPolicyFile } from './index.ts';

const ada = randomUUID();
const finance = randomUUID();
const workspaceId = randomUUID();
let test_: TestDatabase;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let access: Access;

beforeAll(async () => {
  folder = await temporaryFolder('access');
  await loadClusterSecret(folder.path);
  test_ = await startTestDatabase([...testVaultMigrations, ...migrations]);
  const { database } = test_;
  const { vault } = makeTestVault({ database, folder: folder.path, clock: { now: () => new Date() } });
  access = createAccess({
    database,
    sealer: vault,
    directory: {
      subjectByEmail: async () => null,
      personByEmail: async (_workspace, email) => (email === 'ada@example.com' ? { id: ada } : null),
      teamByName: async (_workspace, name) => (name === 'finance' ? { id: finance } : null),
      namesOf: async () =>
        new Map([
          [ada, 'ada@example.com'],
          [finance, 'finance'],
        ]),
    },
  });
});
afterAll(async () => {
  await test_[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

function asker(change: Partial<Asker> = {}): Asker {
  return {
    workspaceId,
    personId: ada,
    email: 'ada@example.com',
    name: 'Ada',
    role: 'viewer',
    teams: [],
    sessionId: null,
    tokenId: null,
    own: true,
    address: null,
    requestId: 'r',
    ...change,
  };
}

test('a source nobody granted is closed, to an admin too', async () => {
  expect(await access.mayQuery(asker({ role: 'admin' }), randomUUID())).toBe(false);
});

test.each([
  ['everyone', asker({ personId: randomUUID() })],
  ['person:ADA@example.com', asker()],
  ['team:finance', asker({ personId: randomUUID(), teams: [finance] })],
])('a grant to %s opens the source for them, and its revocation closes it', async (subject, who) => {
  const sourceId = randomUUID();
  await access.grants.grant(asker(), sourceId, subject);
  await access.grants.grant(asker(), sourceId, subject);
  expect(await access.mayQuery(who, sourceId)).toBe(true);
  expect(await access.grants.list(workspaceId, sourceId)).toHaveLength(1);
  await access.grants.revoke(asker(), sourceId, subject);
  expect(await access.mayQuery(who, sourceId)).toBe(false);
});

test('a grant to one person or team opens nothing for others', async () => {
  const sourceId = randomUUID();
  await access.grants.grant(asker(), sourceId, 'person:ada@example.com');
  await access.grants.grant(asker(), sourceId, 'team:finance');
  expect(await access.mayQuery(asker({ personId: randomUUID(), teams: [randomUUID()] }), sourceId)).toBe(false);
});

test('a grant in one workspace opens nothing in another', async () => {
  const sourceId = randomUUID();
  await access.grants.grant(asker(), sourceId, 'everyone');
  expect(await access.mayQuery(asker({ workspaceId: randomUUID() }), sourceId)).toBe(false);
});

test('a subject that does not exist is refused and nothing is granted', async () => {
  const sourceId = randomUUID();
  await expect(access.grants.grant(asker(), sourceId, 'team:nobody')).rejects.toMatchObject({
    code: 'access/subject_unknown',
    status: 404,
  });
  expect(await access.grants.list(workspaceId, sourceId)).toEqual([]);
});

test('a role may do what is listed for it and nothing else', () => {
  expect(access.allows(asker(), 'ask')).toBe(true);
  for (const permission of [
    'catalog.describe',
    'sources.manage',
    'people.manage',
    'tokens.manage',
    'ledger.read',
    'workspace.manage',
  ] satisfies Permission[]) {
    expect(access.allows(asker(), permission)).toBe(false);
  }
  expect(access.allows(asker({ role: 'editor' }), 'sources.manage')).toBe(false);
});

test('a token made by somebody else opens nothing that is the person’s own', () => {
  expect(access.allows(asker({ role: 'admin', own: false }), 'own')).toBe(false);
});

test('a token narrowed to a scope may do nothing else, whatever its person may', () => {
  const narrowed = asker({ role: 'admin', scopes: ['ask'] });
  expect(access.allows(narrowed, 'ask')).toBe(true);
  expect(access.allows(narrowed, 'sources.manage')).toBe(false);
  expect(access.allows(narrowed, 'own')).toBe(false);
});

test('of two policies that are applied at once one holds, and no key is left but its own', async () => {
  const sourceId = randomUUID();
  const file = (deny: string) =>
    readPolicyFile(`source: s\ntables: { public.t: { grant: [everyone], columns: { deny: [${deny}] } } }`).file;
  const resolve = (name: string) => access.resolveSubject(workspaceId, name);
  const living = async (): Promise<number> =>
    test_.database.withWorkspace(workspaceId, async (within) => {
      const { rows } = await sql`select 1 from vault_object_keys`.execute(within);
      return rows.length;
    });
  // The second one also makes the key of the entry that names who destroyed the first one's.
  for (const name of ['a', 'b']) await access.policies.apply(asker(), sourceId, file(name), resolve);
  const before = await living();
  const names = ['c', 'd', 'e', 'f'];
  await Promise.all(names.map((name) => access.policies.apply(asker(), sourceId, file(name), resolve)));
  const shown = await access.policies.show(workspaceId, { id: sourceId, name: 's' });
  expect(names.map((name) => file(name).tables)).toContainEqual(shown?.tables);
  expect(await living()).toBe(before);
  await access.policies.remove(workspaceId, sourceId);
  expect(await access.policies.objectOf(workspaceId, sourceId)).toBeNull();
});
