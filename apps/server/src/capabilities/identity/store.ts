import { sql } from 'kysely';
import type { ColumnType } from 'kysely';
import type { Database, Reading, Tables, Transaction } from '#platform/database';
import type { Role } from '@strongroom/protocol';

type Nullable = ColumnType<string | null, string | null | undefined, string | null>;
type NullableBytes = ColumnType<Buffer | null, Uint8Array | null, Uint8Array | null>;

declare module '#platform/database' {
  interface Tables {
    workspaces: { workspace_id: string; name: string; created_at: Date };
    people: {
      id: string;
      workspace_id: string;
      role: Role;
      local: boolean;
      sealed: ColumnType<Buffer, Uint8Array, Uint8Array>;
      email_index: NullableBytes;
      subject_index: NullableBytes;
      created_at: Date;
      last_sign_in_at: ColumnType<Date | null, Date | null | undefined, Date | null>;
    };
    teams: { id: string; workspace_id: string; name: string; created_at: Date };
    team_members: { workspace_id: string; team_id: string; person_id: string };
    sessions: {
      id: string;
      workspace_id: string;
      person_id: string;
      made_by: Nullable;
      secret_hash: string;
      created_at: Date;
      last_seen_at: Date;
      expires_at: Date;
    };
    api_tokens: {
      id: string;
      workspace_id: string;
      person_id: string;
      created_by: string | null;
      sealed: NullableBytes;
      local: boolean;
      scopes: string[];
      secret_hash: string;
      created_at: Date;
      expires_at: Date | null;
      last_used_at: ColumnType<Date | null, Date | null | undefined, Date | null>;
    };
    sign_in_links: {
      id: string;
      workspace_id: string;
      person_id: string;
      made_by: Nullable;
      secret_hash: string;
      expires_at: Date;
    };
  }
}

export type Within = Transaction<Tables>;

export function findWorkspace(
  database: Database,
  name: string,
): Promise<{ workspace_id: string; name: string } | undefined> {
  return database.withLookup(`workspace:${name}`, (within) =>
    within.selectFrom('workspaces').select(['workspace_id', 'name']).executeTakeFirst(),
  );
}

export async function insertWorkspace(
  within: Within,
  workspace: { workspace_id: string; name: string; created_at: Date },
): Promise<void> {
  await within.insertInto('workspaces').values(workspace).execute();
}

const teamNames = sql<
  string[]
>`array(select teams.name from teams join team_members on team_members.team_id = teams.id where team_members.person_id = people.id order by teams.name)`;

const teamIds = sql<string[]>`array(select team_id from team_members where team_members.person_id = people.id)`;

/** INVARIANT: who was removed is nowhere, from that transaction on, though the row stays until the keys are destroyed. */
function selectPeople(within: Reading) {
  return within
    .selectFrom('people')
    .select([
      'id',
      'role',
      'local',
      'sealed',
      'subject_index',
      'created_at',
      'last_sign_in_at',
      teamNames.as('teams'),
      teamIds.as('team_ids'),
    ])
    .where('email_index', 'is not', null);
}

export type PersonRow = Awaited<ReturnType<ReturnType<typeof selectPeople>['executeTakeFirstOrThrow']>>;

export function selectPersonById(within: Within, id: string): Promise<PersonRow | undefined> {
  return selectPeople(within).where('id', '=', id).executeTakeFirst();
}

export function selectPersonByEmail(within: Within, emailIndex: Buffer): Promise<PersonRow | undefined> {
  return selectPeople(within).where('email_index', '=', emailIndex).executeTakeFirst();
}

export function selectPersonBySubject(within: Within, subjectIndex: Buffer): Promise<PersonRow | undefined> {
  return selectPeople(within).where('subject_index', '=', subjectIndex).executeTakeFirst();
}

export function selectLocalAdmin(within: Within): Promise<PersonRow | undefined> {
  return selectPeople(within).where('local', '=', true).executeTakeFirst();
}

export function selectAllPeople(within: Within): Promise<PersonRow[]> {
  return selectPeople(within).execute();
}

/** One round trip, outside any transaction of the caller's. */
export function readPeopleByIds(database: Database, workspaceId: string, ids: readonly string[]): Promise<PersonRow[]> {
  return database.readInWorkspace(workspaceId, (tables) => selectPeople(tables).where('id', 'in', [...ids]));
}

export async function selectPeopleByIds(within: Within, ids: readonly string[]): Promise<PersonRow[]> {
  return ids.length === 0
    ? []
    : selectPeople(within)
        .where('id', 'in', [...ids])
        .execute();
}

/** False, changing nothing, when somebody has the address already. */
export async function insertPerson(
  within: Within,
  person: {
    id: string;
    workspace_id: string;
    role: Role;
    local: boolean;
    sealed: Uint8Array;
    email_index: Uint8Array;
    created_at: Date;
  },
): Promise<boolean> {
  const inserted = await within
    .insertInto('people')
    .values({ ...person, subject_index: null })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return inserted.numInsertedOrUpdatedRows === 1n;
}

/** Held until the end of the transaction, so that two removals can't each see the other's admin. */
export async function lockAdmins(within: Within): Promise<string[]> {
  const rows = await within
    .selectFrom('people')
    .select('id')
    .where('role', '=', 'admin')
    .where('email_index', 'is not', null)
    .orderBy('id')
    .forUpdate()
    .execute();
  return rows.map((row) => row.id);
}

/** Held until the end of the transaction, so that of two first sign-ins at once one is the first, and nobody is removed meanwhile. */
export async function lockPerson(within: Within, id: string): Promise<void> {
  await within.selectFrom('people').select('id').where('id', '=', id).forUpdate().execute();
}

/** Whoever has administered the workspace longest; the local administrator too, unless `local` is false. */
export function selectFirstAdmin(within: Within, { local }: { local: boolean }): Promise<PersonRow | undefined> {
  const admins = selectPeople(within).where('role', '=', 'admin');
  return (local ? admins : admins.where('local', '=', false))
    .orderBy('created_at')
    .orderBy('id')
    .limit(1)
    .executeTakeFirst();
}

export async function updateRole(within: Within, id: string, role: Role): Promise<void> {
  await within.updateTable('people').set({ role }).where('id', '=', id).execute();
}

export async function updateSignIn(within: Within, id: string, at: Date): Promise<void> {
  await within.updateTable('people').set({ last_sign_in_at: at }).where('id', '=', id).execute();
}

/** False, changing nothing, when the person was bound to another account than `before` meanwhile. */
export async function updateSubject(
  within: Within,
  id: string,
  { before, sealed, subjectIndex }: { before: Buffer | null; sealed: Uint8Array; subjectIndex: Buffer },
): Promise<boolean> {
  const updated = await within
    .updateTable('people')
    .set({ sealed, subject_index: subjectIndex })
    .where('id', '=', id)
    .where((where) =>
      where.or([where('subject_index', 'is not distinct from', before), where('subject_index', '=', subjectIndex)]),
    )
    .executeTakeFirst();
  return updated.numUpdatedRows === 1n;
}

/** False, changing nothing, when the person was sealed anew meanwhile, or removed. */
export async function updateSealed(
  within: Within,
  id: string,
  { before, sealed }: { before: Uint8Array; sealed: Uint8Array },
): Promise<boolean> {
  const updated = await within
    .updateTable('people')
    .set({ sealed })
    .where('id', '=', id)
    .where('sealed', '=', Buffer.from(before))
    .where('email_index', 'is not', null)
    .executeTakeFirst();
  return updated.numUpdatedRows === 1n;
}

/** Also of somebody who is just being removed. */
export async function hasRow(within: Within, id: string): Promise<boolean> {
  return (await within.selectFrom('people').select('id').where('id', '=', id).executeTakeFirst()) !== undefined;
}

/** Of everybody, those who are just being removed among them. */
export async function selectPersonIds(within: Within): Promise<string[]> {
  return (await within.selectFrom('people').select('id').execute()).map(({ id }) => id);
}

/** From here on nobody finds the person, and the address is free for another. */
export async function markRemoved(within: Within, id: string): Promise<void> {
  await within.updateTable('people').set({ email_index: null, subject_index: null }).where('id', '=', id).execute();
}

/** Those of whom a removal has not deleted the row yet. */
export async function selectRemoved(within: Within): Promise<string[]> {
  const rows = await within.selectFrom('people').select('id').where('email_index', 'is', null).execute();
  return rows.map(({ id }) => id);
}

export async function deletePeople(within: Within, ids: readonly string[]): Promise<void> {
  if (ids.length > 0)
    await within
      .deleteFrom('people')
      .where('id', 'in', [...ids])
      .execute();
}

export function selectTeams(within: Within): Promise<{ id: string; name: string }[]> {
  return within.selectFrom('teams').select(['id', 'name']).orderBy('name').execute();
}

export function selectMembers(within: Within) {
  return within
    .selectFrom('team_members')
    .innerJoin('people', 'people.id', 'team_members.person_id')
    .select(['team_id', 'people.id', 'sealed'])
    .where('email_index', 'is not', null)
    .execute();
}

export function selectTeam(within: Within, name: string): Promise<{ id: string } | undefined> {
  return within.selectFrom('teams').select('id').where('name', '=', name).executeTakeFirst();
}

export async function insertTeam(
  within: Within,
  team: { id: string; workspace_id: string; name: string; created_at: Date },
): Promise<boolean> {
  const inserted = await within
    .insertInto('teams')
    .values(team)
    .onConflict((conflict) => conflict.columns(['workspace_id', 'name']).doNothing())
    .executeTakeFirst();
  return inserted.numInsertedOrUpdatedRows === 1n;
}

export async function deleteTeam(within: Within, id: string): Promise<void> {
  await within.deleteFrom('teams').where('id', '=', id).execute();
}

export async function insertMember(
  within: Within,
  member: { workspace_id: string; team_id: string; person_id: string },
): Promise<void> {
  await within
    .insertInto('team_members')
    .values(member)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

export async function deleteMember(within: Within, teamId: string, personId: string): Promise<void> {
  await within.deleteFrom('team_members').where('team_id', '=', teamId).where('person_id', '=', personId).execute();
}

export async function selectTeamNames(within: Within, ids: readonly string[]): Promise<{ id: string; name: string }[]> {
  return ids.length === 0
    ? []
    : within
        .selectFrom('teams')
        .select(['id', 'name'])
        .where('id', 'in', [...ids])
        .execute();
}
