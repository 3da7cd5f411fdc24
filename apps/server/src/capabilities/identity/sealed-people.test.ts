import { readFile, rename } from 'node:fs/promises';
import path from 'node:path';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Role } from '@strongroom/protocol';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Asker, Sealer } from '#contracts';
import type { Vault } from '#vault';
import { makeTestVault, testVaultMigrations } from '../vault/make-test-vault.ts';
import { startTestDatabase } from '../../platform/database/test-database.ts';
import { addTestPerson } from './add-test-person.ts';
import { changeRole } from './change-role.ts';
import { createToken } from './create-token.ts';
import type { IdentityDeps, RemovedSubject } from './deps.ts';
import { createIdentity, migrations } from './index.ts';
import type { Identity } from './index.ts';
import { invitePerson } from './invite-person.ts';
import { listPeople } from './list-people.ts';
import { listTokens } from './list-tokens.ts';
import { openPerson } from './open-people.ts';
import type { OpenPerson } from './open-people.ts';
import { subjectIndex } from './person-index.ts';
import { endPerson, erasePerson, removePerson } from './remove-person.ts';
import { revokeToken } from './revoke-token.ts';
import { bindAccount } from './sign-in/bind-account.ts';
import { startSession } from './start-session.ts';
import { startTestIdentity } from './start-test-identity.ts';
import type { TestIdentity } from './start-test-identity.ts';
import { selectPersonById, selectPersonBySubject } from './store.ts';
import { addMember, addTeam, listTeams } from './teams.ts';

let started: TestIdentity;
let vault: Vault;
let identity: Identity;
let deps: IdentityDeps;
let admin: Asker;
const removed: RemovedSubject[] = [];

beforeAll(async () => {
  started = await startTestIdentity();
  ({ vault, identity } = started);
  identity.onSubjectRemoved(async (_workspaceId, subject) => void removed.push(subject));
  deps = identity.deps;
  admin = await addTestPerson(identity, 'admin', 'admin@example.org');
});
afterAll(() => started[Symbol.asyncDispose]());

let guests = 0;
function invite(role: Role = 'viewer'): Promise<Asker> {
  guests += 1;
  return addTestPerson(identity, role, `guest${guests}@example.org`);
}

const tokenFor = (asker: Asker, person?: string) =>
  createToken(deps, asker, { person, name: 'laptop', scopes: [], expiresInDays: 1 }, asker.role === 'admin');

// `authenticate` reads no more of a request than this.
const requestWith = (token: string) =>
  ({
    headers: { authorization: `Bearer ${token}` },
    cookies: {},
    ip: '127.0.0.1',
    id: 'r',
  }) as unknown as FastifyRequest;
// `startSession` only sets its cookie.
const reply = { setCookie: () => reply } as unknown as FastifyReply;

/** What lies sealed under these ids, as an old copy of the database would hold it. */
async function copySealed(ids: readonly string[]): Promise<{ objectId: string; sealed: Uint8Array }[]> {
  const { rows } = await started.superuser.query<{ objectId: string; sealed: Buffer }>(
    `select id as "objectId", sealed from people where id = any($1)
     union all select id, sealed from api_tokens where id = any($1)`,
    [ids],
  );
  expect(rows).toHaveLength(ids.length);
  return rows;
}

/** Keys of neither a person nor a token: that of the blind indexes, and whatever was left behind. */
async function otherKeys(): Promise<string[]> {
  const { rows } = await started.superuser.query<{ id: string }>(
    `select object_id as id from vault_object_keys
     where object_id not in (select id from people union all select id from api_tokens)`,
  );
  return rows.map(({ id }) => id);
}

async function keysOf(ids: readonly string[]): Promise<number> {
  return (
    (await started.superuser.query('select from vault_object_keys where object_id = any($1)', [ids])).rowCount ?? 0
  );
}

const personRow = (id: string) =>
  started.database.withWorkspace(admin.workspaceId, (within) => selectPersonById(within, id));

/** A first sign-in by an account of an issuer; `found` is the person as they were found before. */
async function signInBy(
  account: { issuer: string; subject: string },
  { personId: id }: Asker,
  found?: OpenPerson | null,
): Promise<string | null> {
  const person = found ?? (await openPerson(deps, admin.workspaceId, await personRow(id)));
  if (person === null) throw new Error('nobody');
  return bindAccount(deps, person, account, (binding) => startSession(deps, { id, linkMadeBy: null }, binding, reply));
}

/** Sealing that waits until `count` want to: they have then all seen that nobody is there yet. */
function sealingTogether(count: number): Sealer {
  const all = Promise.withResolvers<void>();
  let waiting = 0;
  return {
    ...vault,
    seal: async (...what) => {
      waiting += 1;
      if (waiting === count) all.resolve();
      await all.promise;
      return vault.seal(...what);
    },
  };
}

describe('removing a person', () => {
  test('what was sealed about them does not open any more, nor the names of their tokens, in an old copy either', async () => {
    const [boss, guest] = [await invite('admin'), await invite()];
    const own = await tokenFor(boss);
    const forGuest = await tokenFor(boss, guest.email);
    const ids = [boss.personId, own.token.id, forGuest.token.id];
    const copy = await copySealed(ids);
    const before = await otherKeys();
    await removePerson(deps, admin, boss.email);
    expect(await vault.openMany(admin.workspaceId, copy)).toEqual([null, null, null]);
    expect(await keysOf(ids)).toBe(0);
    expect(await otherKeys()).toEqual(before);
    expect(await keysOf([guest.personId])).toBe(1);
  });

  test('cut short before its keys are destroyed, they are nobody at once, and the next sweep finishes it', async () => {
    const guest = await invite();
    const { token, secret } = await tokenFor(guest);
    const failing = { ...deps, sealer: { ...vault, destroy: () => Promise.reject(new Error('cut short')) } };
    await expect(removePerson(failing, admin, guest.email)).rejects.toThrow('cut short');
    expect(await keysOf([guest.personId, token.id])).toBe(2);

    expect((await listPeople(deps, admin.workspaceId)).map(({ email }) => email)).not.toContain(guest.email);
    expect(await identity.directory.personByEmail(admin.workspaceId, guest.email)).toBeNull();
    await expect(identity.authenticate(requestWith(secret))).rejects.toMatchObject({ code: 'identity/bad_token' });
    await expect(removePerson(deps, admin, guest.personId)).rejects.toMatchObject({ code: 'identity/unknown_person' });
    const again = await addTestPerson(identity, 'viewer', guest.email);

    await identity.sweep();
    expect(await keysOf([guest.personId, token.id])).toBe(0);
    expect((await started.superuser.query('select from people where id = $1', [guest.personId])).rowCount).toBe(0);
    expect(removed).toContainEqual({ kind: 'person', id: guest.personId });
    expect(await keysOf([again.personId])).toBe(1);
  });

  test('a token made for them in the same moment is refused and leaves no key behind', async () => {
    const guest = await invite();
    const before = await otherKeys();
    const meanwhile: IdentityDeps = {
      ...deps,
      sealer: {
        ...vault,
        seal: async (...what) => {
          const sealed = await vault.seal(...what);
          await removePerson(deps, admin, guest.email);
          return sealed;
        },
      },
    };
    await expect(
      createToken(meanwhile, admin, { person: guest.email, name: 'late', scopes: [], expiresInDays: 1 }, true),
    ).rejects.toMatchObject({ code: 'identity/unknown_person' });
    expect(await otherKeys()).toEqual(before);
  });
});

describe('inviting', () => {
  test('two invites of one address at the same moment make one person and leave no key behind', async () => {
    const before = await otherKeys();
    const together = { ...deps, sealer: sealingTogether(2) };
    const results = await Promise.allSettled(
      ['twice@example.org', 'Twice@Example.org'].map((email) =>
        invitePerson(together, admin, { email, role: 'viewer' }),
      ),
    );
    expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(results.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { code: 'identity/email_taken' },
    });
    const people = (await listPeople(deps, admin.workspaceId)).filter(({ email }) => /^twice@/i.test(email));
    expect(people).toHaveLength(1);
    expect(await otherKeys()).toEqual(before);
  });

  test('two first starts at once make one local administrator and leave no key behind', async () => {
    await using other = await startTestDatabase([...testVaultMigrations, ...migrations]);
    const { vault: twin } = makeTestVault({
      database: other.database,
      folder: started.folder,
      clock: deps.clock,
      births: 'unrecorded',
    });
    const needs = { ...deps, database: other.database, sealer: twin };
    const [one, two] = await Promise.all([createIdentity(needs), createIdentity(needs)]);
    expect(two.workspaceId).toBe(one.workspaceId);
    expect((await listPeople(one.deps, one.workspaceId)).map(({ email }) => email)).toEqual(['admin@localhost']);
    const keys = await other.database.withWorkspace(one.workspaceId, (within) =>
      within.selectFrom('vault_object_keys').select('object_id').execute(),
    );
    expect(keys).toHaveLength(2);
  });

  test('people and members are listed by email address', async () => {
    const team = 'sorted';
    await addTeam(deps, admin, team);
    for (const name of ['zoe', 'amy', 'max']) {
      const { email } = await addTestPerson(identity, 'viewer', `${name}@sorted.example.org`);
      await addMember(deps, admin, team, email);
    }
    const wanted = ['amy', 'max', 'zoe'].map((name) => `${name}@sorted.example.org`);
    const emails = (await listPeople(deps, admin.workspaceId)).map(({ email }) => email);
    expect(emails).toEqual(emails.toSorted());
    const members = (await listTeams(deps, admin.workspaceId)).find(({ name }) => name === team)?.members;
    expect(members?.map(({ email }) => email)).toEqual(wanted);
  });
});

describe('an account at an issuer', () => {
  test('a subject of one issuer is not found under another’s, however the two are put together', async () => {
    const guest = await invite();
    await signInBy({ issuer: 'https://one.example.org/', subject: '7' }, guest);
    const find = async (issuer: string, subject: string) => {
      const index = await subjectIndex(deps, admin.workspaceId, { issuer, subject });
      const row = await started.database.withWorkspace(admin.workspaceId, (within) =>
        selectPersonBySubject(within, index),
      );
      return row?.id;
    };
    expect(await find('https://one.example.org/', '7')).toBe(guest.personId);
    for (const [issuer, subject] of [
      ['https://two.example.org/', '7'],
      ['https://one.example.org', '/7'],
      ['https://one.example.org/7', ''],
      ['', 'https://one.example.org/7'],
      ['https://one.example.org/","7', ''],
    ] as const)
      expect(await find(issuer, subject)).toBeUndefined();
  });

  test('of two accounts that claim one address in the same moment, the first is bound and the other is refused', async () => {
    const guest = await invite();
    const issuer = 'https://race.example.org/';
    const found = await openPerson(deps, admin.workspaceId, await personRow(guest.personId));
    await signInBy({ issuer, subject: 'first' }, guest, found);
    await expect(signInBy({ issuer, subject: 'second' }, guest, found)).rejects.toMatchObject({
      code: 'identity/other_account',
    });
    await expect(signInBy({ issuer, subject: 'first' }, guest, found)).resolves.toBeNull();
    expect((await listPeople(deps, admin.workspaceId)).map(({ email }) => email)).toContain(guest.email);
  });

  test('who is removed while they sign in stays nobody, and no other key is made for them', async () => {
    const guest = await invite();
    const found = await openPerson(deps, admin.workspaceId, await personRow(guest.personId));
    await removePerson(deps, admin, guest.email);
    await expect(signInBy({ issuer: 'https://late.example.org/', subject: '1' }, guest, found)).rejects.toMatchObject({
      code: 'identity/not_invited',
    });
    expect(await keysOf([guest.personId])).toBe(0);
    expect(await vault.destructions(admin.workspaceId, [guest.personId])).toHaveLength(1);
    const { rowCount } = await started.superuser.query('select from vault_destructions where object_id = $1', [
      guest.personId,
    ]);
    expect(rowCount).toBe(1);
  });

  test('a sign-in in the middle of an erasure leaves the key to it, so that it goes after it was asked for', async () => {
    const guest = await invite();
    const found = await openPerson(deps, admin.workspaceId, await personRow(guest.personId));
    await endPerson(deps, { id: guest.personId });
    await expect(signInBy({ issuer: 'https://late.example.org/', subject: '2' }, guest, found)).rejects.toMatchObject({
      code: 'identity/not_invited',
    });
    expect(await keysOf([guest.personId])).toBe(1);
    await erasePerson(deps, guest.personId);
    expect(await keysOf([guest.personId])).toBe(0);
  });
});

describe('the key of a token', () => {
  test('is destroyed when it is revoked, when its maker may not have made it, and when it has expired', async () => {
    const [boss, guest] = [await invite('admin'), await invite()];
    const [revoked, made, expired] = [await tokenFor(guest), await tokenFor(boss, guest.email), await tokenFor(guest)];
    const ids = [revoked, made, expired].map(({ token }) => token.id);
    const copy = await copySealed(ids);
    await revokeToken(deps, guest, revoked.token.id, 'own');
    expect((await vault.openMany(admin.workspaceId, copy)).map((name) => name === null)).toEqual([true, false, false]);
    await changeRole(deps, admin, boss.email, 'viewer');
    expect((await vault.openMany(admin.workspaceId, copy)).map((name) => name === null)).toEqual([true, true, false]);
    started.advance(86_400_000);
    expect(await listTokens(deps, guest, 'own')).toEqual([]);
    await identity.sweep();
    expect(await vault.openMany(admin.workspaceId, copy)).toEqual([null, null, null]);
    expect((await started.superuser.query('select from api_tokens where id = any($1)', [ids])).rowCount).toBe(0);
  });

  test('is not even made for a token that is refused', async () => {
    const [guest, other] = [await invite(), await invite('admin')];
    const before = await otherKeys();
    await expect(tokenFor(guest, other.email)).rejects.toMatchObject({ code: 'identity/not_for_others' });
    await expect(tokenFor(admin, other.email)).rejects.toMatchObject({ code: 'identity/for_an_admin' });
    expect(await otherKeys()).toEqual(before);
  });
});

describe('when the keys are taken away', () => {
  const file = () => path.join(started.folder, 'root.key');

  test('nobody is let in, a good token neither, and all are again without a restart when they are back', async () => {
    const guest = await invite();
    const { secret } = await tokenFor(guest);
    expect(await identity.authenticate(requestWith(secret))).toMatchObject({ email: guest.email, own: true });
    await rename(file(), `${file()}.away`);
    started.advance(5_000);
    await expect(identity.authenticate(requestWith(secret))).rejects.toMatchObject({
      code: 'vault/key_unavailable',
      status: 503,
    });
    await rename(`${file()}.away`, file());
    expect(await identity.authenticate(requestWith(secret))).toMatchObject({ email: guest.email, own: true });
  });

  test('a later start goes on, and its token opens once they are back', async () => {
    await rename(file(), `${file()}.away`);
    started.advance(5_000);
    const again = await createIdentity({ ...deps });
    expect(await again.issueLocalAccess()).toContain('/sign-in#code=');
    const token = (await readFile(path.join(started.folder, 'admin.token'), 'utf8')).trim();
    await expect(again.authenticate(requestWith(token))).rejects.toMatchObject({ code: 'vault/key_unavailable' });
    await rename(`${file()}.away`, file());
    expect(await again.authenticate(requestWith(token))).toMatchObject({ email: 'admin@localhost' });
  });
});
