import { randomUUIDv7 } from '#contracts';
import type { Asker } from '#contracts';
import type { Tables, Transaction } from '#platform/database';
import type { Team } from '@strongroom/protocol';
import type { IdentityDeps } from './deps.ts';
import { identityProblems } from './errors.ts';
import { findPerson, referTo } from './find-person.ts';
import { byEmail, openPeople } from './open-people.ts';
import { deleteMember, deleteTeam, insertMember, insertTeam, selectMembers, selectTeam, selectTeams } from './store.ts';

/** By name, each with its members by email address. */
export async function listTeams(deps: IdentityDeps, workspaceId: string): Promise<Team[]> {
  const { teams, members } = await deps.database.withWorkspace(workspaceId, async (within) => ({
    teams: await selectTeams(within),
    members: await selectMembers(within),
  }));
  const opened = (await openPeople(deps, workspaceId, members)).toSorted(byEmail);
  return teams.map((team) => ({
    ...team,
    members: opened.filter((member) => member.team_id === team.id).map(({ id, email }) => ({ id, email })),
  }));
}

/** Throws `identity/team_taken` (409). */
export async function addTeam(deps: IdentityDeps, asker: Asker, name: string): Promise<Team> {
  const id = randomUUIDv7();
  await deps.database.withWorkspace(asker.workspaceId, async (within) => {
    if (!(await insertTeam(within, { id, workspace_id: asker.workspaceId, name, created_at: deps.clock.now() })))
      throw identityProblems.teamTaken(name);
  });
  return { id, name, members: [] };
}

/** What was shared with the team is shared with it no more, also when another takes its name. */
export async function removeTeam(deps: IdentityDeps, asker: Asker, name: string): Promise<void> {
  const id = await deps.database.withWorkspace(asker.workspaceId, async (within) => {
    const team = await findTeam(within, name);
    await deleteTeam(within, team.id);
    return team.id;
  });
  await deps.subjectRemoved({ kind: 'team', id });
}

export async function addMember(deps: IdentityDeps, asker: Asker, name: string, idOrEmail: string): Promise<Team> {
  return changeMembers(deps, asker, { name, idOrEmail }, (within, ids) =>
    insertMember(within, { workspace_id: asker.workspaceId, ...ids }),
  );
}

export async function removeMember(deps: IdentityDeps, asker: Asker, name: string, idOrEmail: string): Promise<Team> {
  return changeMembers(deps, asker, { name, idOrEmail }, (within, ids) =>
    deleteMember(within, ids.team_id, ids.person_id),
  );
}

async function changeMembers(
  deps: IdentityDeps,
  asker: Asker,
  { name, idOrEmail }: { name: string; idOrEmail: string },
  change: (within: Transaction<Tables>, ids: { team_id: string; person_id: string }) => Promise<void>,
): Promise<Team> {
  const reference = await referTo(deps, asker.workspaceId, idOrEmail);
  const id = await deps.database.withWorkspace(asker.workspaceId, async (within) => {
    const found = await findTeam(within, name);
    await change(within, { team_id: found.id, person_id: (await findPerson(within, reference)).id });
    return found.id;
  });
  const team = (await listTeams(deps, asker.workspaceId)).find((candidate) => candidate.id === id);
  if (team === undefined) throw identityProblems.unknownTeam(name);
  return team;
}

async function findTeam(within: Transaction<Tables>, name: string): Promise<{ id: string }> {
  const team = await selectTeam(within, name);
  if (team === undefined) throw identityProblems.unknownTeam(name);
  return team;
}
