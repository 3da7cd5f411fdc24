import { type Kysely, sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Secret } from '#config';
import type { Migration } from '#contracts';
import { createLog } from '#platform/log';
import { createDatabase } from './create-database.ts';
import type { Reading } from './index.ts';
import { startTestDatabase } from './test-database.ts';
import type { TestDatabase } from './test-database.ts';

const A = '0197a000-0000-7000-8000-00000000000a';
const B = '0197a000-0000-7000-8000-00000000000b';

const notes: Migration = {
  id: 'test_0001_notes',
  sql: `
    create table notes (workspace_id uuid not null, text text not null, secret_hash text);
    alter table notes enable row level security;
    alter table notes force row level security;
    create policy notes_workspace on notes using (workspace_id = strongroom.current_workspace()) with check (workspace_id = strongroom.current_workspace());
    create policy notes_lookup on notes for select using (secret_hash = strongroom.current_lookup());
    grant select, insert on notes to strongroom_app;
    create function test_count_notes(workspace uuid) returns bigint language plpgsql as $$ begin
      perform set_config('strongroom.workspace', workspace::text, true);
      return (select count(*) from notes);
    end $$;
  `,
};
const log = createLog({ level: 'silent' });

let started: TestDatabase;
beforeAll(async () => {
  started = await startTestDatabase([notes]);
  for (const workspace of [A, B]) {
    await started.database.withWorkspace(workspace, (transaction) =>
      sql`insert into notes values (${workspace}, 'x', ${workspace === A ? 'hash' : null})`.execute(transaction),
    );
  }
});
afterAll(() => started[Symbol.asyncDispose]());

const count = async (work: (query: typeof sql) => ReturnType<typeof sql>, workspace: string) =>
  started.database.withWorkspace(workspace, async (transaction) => (await work(sql).execute(transaction)).rows);

/** Resolves once that process of the server is gone. */
async function end(pid: number | undefined): Promise<void> {
  const { socketFolder: host, port } = started.address;
  const owner = new pg.Client({ host, port, user: 'postgres', password: 'owner', database: 'strongroom' });
  await owner.connect();
  await owner.query('select pg_terminate_backend($1, 10000)', [pid]);
  await owner.end();
}

describe('the product database', () => {
  test('a query inside one workspace never sees a row of another', async () => {
    const rows = await count((query) => query`select workspace_id from notes`, A);
    expect(rows).toEqual([{ workspace_id: A }]);
  });

  test('a row can not be written into another workspace', async () => {
    await expect(count((query) => query`insert into notes values (${B}, 'x')`, A)).rejects.toMatchObject({
      code: '42501',
    });
  });

  test('a lookup sees the one row whose secret it holds, and none without a match', async () => {
    const rows = (hash: string) =>
      started.database.withLookup(
        hash,
        async (transaction) => (await sql`select workspace_id from notes`.execute(transaction)).rows,
      );
    expect(await rows('hash')).toEqual([{ workspace_id: A }]);
    expect(await rows('other')).toEqual([]);
  });

  test('the setting of one call does not reach the next on the same connection', async () => {
    await count((query) => query`select 1`, A);
    const rows = await started.database.withLookup(
      'none',
      async (transaction) => (await sql`select strongroom.current_workspace() as w`.execute(transaction)).rows,
    );
    expect(rows).toEqual([{ w: null }]);
  });

  test('one statement that commits by itself sets its workspace for itself alone', async () => {
    const seen = await started.database.atOnce(
      'count notes',
      sql<{ count: string }>`select test_count_notes(${A}) as count`,
    );
    expect(seen).toEqual([{ count: '1' }]);
    const after = await started.database.atOnce('current', sql<object>`select strongroom.current_workspace() as w`);
    expect(after).toEqual([{ w: null }]);
    expect(await started.database.atOnce('all notes', sql<object>`select * from notes`)).toEqual([]);
  });

  test('a read in one round trip sees its workspace or its secret alone, and leaves no setting behind', async () => {
    const { database } = started;
    const notesOf = (tables: Reading) => (tables as never as Kysely<{ notes: object }>).selectFrom('notes').selectAll();
    for (let turn = 0; turn < 2; turn += 1) {
      expect(await database.readInWorkspace(A, notesOf)).toMatchObject([{ workspace_id: A, text: 'x' }]);
      expect(await database.readInWorkspace(B, notesOf)).toMatchObject([{ workspace_id: B, secret_hash: null }]);
      expect(await database.readByLookup('hash', notesOf)).toMatchObject([{ workspace_id: A }]);
      expect(await database.readByLookup("other' or true", notesOf)).toEqual([]);
      expect(await database.atOnce('all notes', sql<object>`select * from notes`)).toEqual([]);
    }
    const many = await Promise.all(
      Array.from({ length: 60 }, (_, at) => database.readInWorkspace(at % 2 === 0 ? A : B, notesOf)),
    );
    expect(many.map(([row]) => (row as { workspace_id: string }).workspace_id)).toEqual(
      Array.from({ length: 60 }, (_, at) => (at % 2 === 0 ? A : B)),
    );
  });

  test('a read that fails says why, and the next one works', async () => {
    const { database } = started;
    const one = (text: string) => (tables: Reading) =>
      (tables as never as Kysely<{ notes: object }>)
        .selectFrom('notes')
        .select(sql<number>`1 / ${text}::int`.as('one'));
    await expect(database.readInWorkspace(A, one('0'))).rejects.toMatchObject({ code: '22012' });
    await expect(database.readInWorkspace(A, one('x'))).rejects.toMatchObject({ code: '22P02' });
    expect(await database.readInWorkspace(A, one('1'))).toEqual([{ one: 1 }]);
    await expect(database.readInWorkspace('no workspace', one('1'))).rejects.toMatchObject({ code: '22P02' });
  });

  test('a connection that breaks in use fails what used it, and the next one is another', async () => {
    const broken = started.database.withWorkspace(A, async (transaction) => {
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(transaction);
      await end(rows[0]?.pid);
      await sql`select 1`.execute(transaction);
    });
    await expect(broken).rejects.toMatchObject({ code: 'database/unavailable' });
    expect(await count((query) => query`select workspace_id from notes`, A)).toEqual([{ workspace_id: A }]);
  });

  test('the working role can not alter a table, switch row-level security off or become another role', async () => {
    for (const statement of [
      sql`alter table notes disable row level security`,
      sql`set role postgres`,
      sql`delete from notes`,
      sql`select * from migrations`,
    ]) {
      await expect(
        started.database.withWorkspace(A, (transaction) => statement.execute(transaction)),
      ).rejects.toMatchObject({ code: '42501' });
    }
  });

  test('a step of the schema that changed after it ran is refused', async () => {
    await expect(
      createDatabase({ address: started.address, migrations: [{ ...notes, sql: `${notes.sql} select 1;` }], log }),
    ).rejects.toMatchObject({ code: 'database/migration_changed' });
  });

  test('a database with steps this program does not know is refused', async () => {
    await expect(createDatabase({ address: started.address, migrations: [], log })).rejects.toMatchObject({
      code: 'database/newer',
    });
  });

  test('starts at the same moment migrate once', async () => {
    const more: Migration = { id: 'test_0002_more', sql: 'create table more (workspace_id uuid not null)' };
    const both = await Promise.all(
      [1, 2].map(() => createDatabase({ address: started.address, migrations: [notes, more], log })),
    );
    await Promise.all(both.map((database) => database.close()));
    expect(both).toHaveLength(2);
  });
});

describe('STRONGROOM_DATABASE_URL', () => {
  const url = (database: string, options = '') =>
    new Secret(
      `postgres://postgres:owner@${encodeURIComponent(started.address.socketFolder)}:${started.address.port}/${database}${options}`,
    );

  test('a superuser in the URL still works as the role that row-level security binds', async () => {
    const owner = new pg.Client({
      host: started.address.socketFolder,
      port: started.address.port,
      user: 'postgres',
      password: 'owner',
      database: 'postgres',
    });
    await owner.connect();
    await owner.query('create database given');
    await owner.end();
    const database = await createDatabase({ address: { kind: 'url', url: url('given') }, migrations: [notes], log });
    await expect(
      database.withWorkspace(A, (transaction) => sql`insert into notes values (${B}, 'x')`.execute(transaction)),
    ).rejects.toMatchObject({ code: '42501' });
    await database.close();
  });

  test('options in the URL that would keep the strong role are refused', async () => {
    const address = { kind: 'url', url: url('given', '?options=-c%20search_path%3Dstrongroom') } as const;
    await expect(createDatabase({ address, migrations: [notes], log })).rejects.toMatchObject({
      code: 'database/role_too_strong',
    });
  });

  test('a wrong address, password or database is one line that says which', async () => {
    const start = (address: string) =>
      createDatabase({ address: { kind: 'url', url: new Secret(address) }, migrations: [], log });
    await expect(start('postgres://x:y@127.0.0.1:1/z')).rejects.toThrow(
      "the database can't be used: nothing listens there",
    );
    const socket = encodeURIComponent(started.address.socketFolder);
    await expect(start(`postgres://postgres:wrong@${socket}:${started.address.port}/postgres`)).rejects.toThrow(
      'user or password refused',
    );
    await expect(start(`postgres://postgres:owner@${socket}:${started.address.port}/none`)).rejects.toThrow(
      'no such database',
    );
  });
});
