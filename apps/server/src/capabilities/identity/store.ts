import { sql } from 'kysely';
import type { ColumnType } from 'kysely';
import type { Database, Tables, Transaction } from '#platform/database';
import type { Person, Role, Team } from '@strongroom/protocol';

type Nullable = ColumnType<string | null, string | null | undefined, string | null>;

declare module '#platform/database' {
  interface Tables {
    workspaces: { workspace_id: string; name: string; created_at: Date };
    people: {
      id: string;
      workspace_id: string;
      email: string;
      name: string;
      role: Role;
      issuer: Nullable;
      subject: Nullable;
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
      name: string;
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

function selectPeople(within: Within) {
  return within
    .selectFrom('people')
    .select([
      'id',
      'email',
      'name',
      'role',
      'issuer',
      'subject',
      'created_at',
      'last_sign_in_at',
      teamNames.as('teams'),
      teamIds.as('team_ids'),
    ]);
}

export type PersonRow = Awaited<ReturnType<ReturnType<typeof selectPeople>['executeTakeFirstOrThrow']>>;

export function selectPersonById(within: Within, id: string): Promise<PersonRow | undefined> {
  return selectPeople(within).where('id', '=', id).executeTakeFirst();
}

export function selectPersonByEmail(within: Within, email: string): Promise<PersonRow | undefined> {
  return selectPeople(within).where('email', '=', email).executeTakeFirst();
}

export function selectPersonBySubject(within: Within, issuer: string, subject: string): Promise<PersonRow | undefined> {
  return selectPeople(within).where('issuer', '=', issuer).where('subject', '=', subject).executeTakeFirst();
}

export function selectAllPeople(within: Within): Promise<PersonRow[]> {
  return selectPeople(within).orderBy('email').execute();
}

export async function insertPerson(
  within: Within,
  person: { id: string; workspace_id: string; email: string; name: string; role: Role; created_at: Date },
): Promise<boolean> {
  const inserted = await within
    .insertInto('people')
    .values(person)
    .onConflict((conflict) => conflict.columns(['workspace_id', 'email']).doNothing())
    .executeTakeFirst();
  return inserted.numInsertedOrUpdatedRows === 1n;
}

/** Held until the end of the transaction, so that two removals can't each see the other's admin. */
export async function lockAdmins(within: Within): Promise<string[]> {
  const rows = await within
    .selectFrom('people')
    .select('id')
    .where('role', '=', 'admin')
    .orderBy('id')
    .forUpdate()
    .execute();
  return rows.map((row) => row.id);
}

/** Held until the end of the transaction, so that of two first sign-ins at once one is the first. */
export async function lockPerson(within: Within, id: string): Promise<void> {
  await within.selectFrom('people').select('id').where('id', '=', id).forUpdate().execute();
}

/** Whoever has administered the workspace longest. */
export function selectFirstAdmin(within: Within): Promise<PersonRow | undefined> {
  return selectPeople(within)
    .where('role', '=', 'admin')
    .orderBy('created_at')
    .orderBy('id')
    .limit(1)
    .executeTakeFirst();
}

export async function updateRole(within: Within, id: string, role: Role): Promise<void> {
  await within.updateTable('people').set({ role }).where('id', '=', id).execute();
}

export async function updateSignIn(
  within: Within,
  id: string,
  at: Date,
  subject: { issuer: string; subject: string } | null,
): Promise<void> {
  await within
    .updateTable('people')
    .set({ last_sign_in_at: at, ...subject })
    .where('id', '=', id)
    .execute();
}

export async function deletePerson(within: Within, id: string): Promise<void> {
  await within.deleteFrom('people').where('id', '=', id).execute();
}

export async function selectTeams(within: Within): Promise<Team[]> {
  const teams = await within.selectFrom('teams').select(['id', 'name']).orderBy('name').execute();
  const members = await within
    .selectFrom('team_members')
    .innerJoin('people', 'people.id', 'team_members.person_id')
    .select(['team_id', 'people.id', 'email'])
    .orderBy('email')
    .execute();
  return teams.map((team) => ({
    ...team,
    members: members.filter((member) => member.team_id === team.id).map(({ id, email }) => ({ id, email })),
  }));
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

export async function selectNames(
  within: Within,
  subjects: { people: readonly string[]; teams: readonly string[] },
): Promise<Map<string, string>> {
  const people =
    subjects.people.length === 0
      ? []
      : await within
          .selectFrom('people')
          .select(['id', 'email as name'])
          .where('id', 'in', [...subjects.people])
          .execute();
  const teams =
    subjects.teams.length === 0
      ? []
      : await within
          .selectFrom('teams')
          .select(['id', 'name'])
          .where('id', 'in', [...subjects.teams])
          .execute();
  return new Map([...people, ...teams].map((row) => [row.id, row.name]));
}

export function toPerson(row: PersonRow): Person {
  return {
    id: row.id,
    email: row.email,
    name: row.name,
    role: row.role,
    teams: row.teams,
    lastSignInAt: row.last_sign_in_at?.toISOString() ?? null,
    createdAt: row.created_at.toISOString(),
  };
}
