import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { FastifyReply } from 'fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Asker } from '#contracts';
import { addTestPerson } from './add-test-person.ts';
import { createToken } from './create-token.ts';
import type { IdentityDeps } from './deps.ts';
import { invitePerson } from './invite-person.ts';
import { listPeople } from './list-people.ts';
import { listTokens } from './list-tokens.ts';
import { makeSignInLink } from './make-sign-in-link.ts';
import { openPerson } from './open-people.ts';
import { bindAccount } from './sign-in/bind-account.ts';
import { startSession } from './start-session.ts';
import { startTestIdentity } from './start-test-identity.ts';
import type { TestIdentity } from './start-test-identity.ts';
import { selectPersonById } from './store.ts';
import { addMember, addTeam } from './teams.ts';

let started: TestIdentity;
let deps: IdentityDeps;
let admin: Asker;

beforeAll(async () => {
  started = await startTestIdentity();
  deps = started.identity.deps;
  admin = await addTestPerson(started.identity, 'admin', 'admin@example.org');
});
afterAll(() => started[Symbol.asyncDispose]());

// `startSession` only sets its cookie.
const reply = { setCookie: () => reply } as unknown as FastifyReply;

const WORDS = ['planted-person', 'Planted Name', 'planted-issuer', 'planted-subject', 'planted-token'];
const CONTROL = 'planted-team';

/** The word itself, in hexadecimal, and in base64 wherever in a group of three bytes it begins. */
function spellings(word: string): string[] {
  const bytes = Buffer.from(word);
  const base64 = [0, 1, 2].map((shift) =>
    Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .slice(shift === 0 ? 0 : 4, -4),
  );
  return [word, bytes.toString('hex'), ...base64];
}

/** Every value of every table, and of what is bytes both their hexadecimal text and what they spell. */
async function readColumns(): Promise<string> {
  const tables = await started.superuser.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = 'strongroom'`,
  );
  const texts: string[] = [];
  for (const { name } of tables.rows) {
    const { rows } = await started.superuser.query<{ row: string }>(`select to_jsonb(t)::text as row from ${name} t`);
    for (const { row } of rows)
      texts.push(
        row,
        ...Array.from(row.matchAll(/\\\\x([0-9a-f]+)/g), ([, hex = '']) => Buffer.from(hex, 'hex').toString()),
      );
  }
  return texts.join('\n');
}

/** Tables with their dead rows, indexes, the write-ahead log: all that a copy of the folder would hold. */
async function readFiles(): Promise<string> {
  await started.superuser.query('checkpoint');
  const { rows } = await started.superuser.query<{ data_directory: string }>('show data_directory');
  const files = await readdir(rows[0]?.data_directory ?? '', { recursive: true, withFileTypes: true });
  const contents = files
    .filter((entry) => entry.isFile())
    .map((entry) => readFile(path.join(entry.parentPath, entry.name), 'latin1').catch(() => ''));
  return (await Promise.all(contents)).join('\n');
}

const found = (text: string, words: readonly string[]) =>
  words.filter((word) => spellings(word).some((spelling) => text.includes(spelling)));

test('no e-mail address, name or token name lies in clear in any column, nor in any file of the database', async () => {
  const person = await invitePerson(deps, admin, {
    email: 'planted-person@example.org',
    name: 'Planted Name',
    role: 'viewer',
  });
  const asker = { ...admin, personId: person.id, email: person.email, name: person.name, role: person.role };
  const row = await started.database.withWorkspace(admin.workspaceId, (within) => selectPersonById(within, person.id));
  const opened = await openPerson(deps, admin.workspaceId, row);
  if (opened === null) throw new Error('nobody');
  const account = { issuer: 'https://planted-issuer.example.org', subject: 'planted-subject' };
  await bindAccount(deps, opened, account, (binding) =>
    startSession(deps, { id: person.id, linkMadeBy: null }, binding, reply),
  );
  await createToken(deps, asker, { name: 'planted-token', scopes: [], expiresInDays: 1 }, false);
  await makeSignInLink(deps, person.email, admin.personId);
  await addTeam(deps, admin, CONTROL);
  await addMember(deps, admin, CONTROL, person.email);

  const [columns, files] = [await readColumns(), await readFiles()];
  expect([found(columns, [CONTROL]), found(files, [CONTROL])]).toEqual([[CONTROL], [CONTROL]]);
  expect([found(columns, WORDS), found(files, WORDS)]).toEqual([[], []]);
  const listed = (await listPeople(deps, admin.workspaceId)).find(({ id }) => id === person.id);
  expect(listed).toMatchObject({ email: 'planted-person@example.org', name: 'Planted Name', teams: [CONTROL] });
  expect((await listTokens(deps, asker, 'own')).map(({ name }) => name)).toEqual(['planted-token']);
});

test.each(WORDS)('the search for %s would find it in bytes and in base64', (word) => {
  const text = [0, 1, 2].map((shift) => Buffer.from(`${'x'.repeat(shift)}${word} and more`).toString('base64'));
  for (const base64 of text) expect(spellings(word).some((spelling) => base64.includes(spelling))).toBe(true);
});
